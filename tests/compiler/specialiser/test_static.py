"""What is known of an expression."""

from __future__ import annotations

import libcst as cst
import pytest

from fgc.compiler.specialiser.bindings import (
    Binding,
    Constant,
    Construct,
    ConstructEach,
    Construction,
    Inline,
    Kept,
)
from fgc.compiler.specialiser.static import (
    NOT_NONE,
    UNKNOWN,
    Environment,
    Known,
    Static,
    decided,
    evaluate,
)

MAKES = Construction(cst.Name("Part"))
PARAMETERS: dict[str, Binding] = {
    "none": Constant(None),
    "yes": Constant(True),
    "no": Constant(False),
    "text": Constant("linear"),
    "number": Inline(cst.parse_expression("config.size")),
    "zero": Inline(cst.Integer("0")),
    "kept": Kept(),
    "given": Kept(not_none=True),
    "part": Construct(MAKES),
    "maybe": Construct(MAKES, makes_none=True),
    "parts": ConstructEach((MAKES,)),
}
ENVIRONMENT = Environment(PARAMETERS, {"norm": Known(None), "causal": Known(True)})
TRUE, FALSE, NONE = Known(True), Known(False), Known(None)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("None", NONE),
        ("none", NONE),
        ("yes", TRUE),
        ("text", Known("linear")),
        ("'linear'", Known("linear")),
        ("b'x'", NOT_NONE),
        ("number", NOT_NONE),
        ("kept", UNKNOWN),
        ("given", NOT_NONE),
        ("other", UNKNOWN),
        ("part", NOT_NONE),
        ("parts", NOT_NONE),
        ("part()", NOT_NONE),
        ("maybe()", UNKNOWN),
        ("other()", UNKNOWN),
        ("self.norm", NONE),
        ("self.other", UNKNOWN),
        ("layer.norm", UNKNOWN),
        ("self.norm.weight", UNKNOWN),
        ("1", NOT_NONE),
        ("[1]", NOT_NONE),
        ("none is None", TRUE),
        ("none is not None", FALSE),
        ("None is none", TRUE),
        ("given is None", FALSE),
        ("kept is None", UNKNOWN),
        ("number is not None", TRUE),
        ("yes is True", UNKNOWN),  # `is` with anything but None is outside the subset
        ("text == 'linear'", TRUE),
        ("text != 'linear'", FALSE),
        ("text == 'cosine'", FALSE),
        ("none == 'linear'", FALSE),
        ("kept == 'linear'", UNKNOWN),
        ("number == 0", UNKNOWN),
        ("zero", NOT_NONE),
        ("not zero", UNKNOWN),  # a number decides nothing
        ("none == None", UNKNOWN),
        ("0 < none is None", UNKNOWN),
        ("not none", TRUE),
        ("not text", UNKNOWN),  # nor does whether a text is empty
        ("not (kept and no)", TRUE),
        ("yes and none", NONE),
        ("no and kept", FALSE),
        ("kept and no", UNKNOWN),  # it is `kept` where that is falsy
        ("kept is None and no", FALSE),
        ("kept is None or yes", TRUE),
        ("kept is None or no", UNKNOWN),
        ("none or text", Known("linear")),
        ("text or yes", UNKNOWN),
        ("1 if yes else None", NOT_NONE),
        ("none if kept else None", NONE),
        ("none if f() else None", UNKNOWN),
        ("1 if kept else 2", NOT_NONE),
        ("1 if kept else None", UNKNOWN),
        ("part() is None", UNKNOWN),  # the part must be made all the same
        ("f(1) == text", UNKNOWN),
        ("[f()] is None", UNKNOWN),
        ("(x := none) is None", UNKNOWN),
        ("not f()", UNKNOWN),
    ],
)
def test_evaluate(code: str, expected: Static) -> None:
    assert evaluate(cst.parse_expression(code), ENVIRONMENT) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("kept and no", False),
        ("no and kept", False),
        ("kept or yes", True),
        ("f() and no", None),
        ("no and f()", False),
        ("f() or yes", None),
        ("yes or f()", True),
        ("kept and yes", None),
        ("(kept and no) or none", False),
        ("kept and (other or yes)", None),
        ("kept.x and no", False),
        ("not (kept or yes)", False),
        ("yes and (kept and no)", False),
        ("number", None),
        ("text", None),
    ],
)
def test_of_a_test_only_the_truth_matters(code: str, expected: bool | None) -> None:
    assert decided(cst.parse_expression(code), ENVIRONMENT) is expected
