"""Parameter lists for their bindings."""

from __future__ import annotations

from textwrap import dedent

import pytest

from fgc.compiler.specialiser.bindings import Binding, Constant, Kept
from fgc.compiler.specialiser.definition import Request
from fgc.compiler.specialiser.signature import Parameter
from tests.compiler.specialiser.making import code, specialised

GONE = Constant(None)


def signature(parameters: str, request: Request | None = None, **bindings: Binding) -> str:
    """The parameter list that becomes of ``parameters``."""
    made = specialised(f"def f({parameters}): pass\n", request, **bindings)
    return made.removeprefix("def f(").removesuffix("): pass\n")


@pytest.mark.parametrize(
    ("parameters", "bindings", "expected"),
    [
        ("a, *, b, c", {"b": GONE}, "a, *, c"),
        ("a, *, b", {"b": GONE}, "a"),
        ("*, b", {"b": GONE}, ""),
        ("a, /, b, *, c", {"c": GONE}, "a, b"),
        ("*args, b, c", {"b": GONE}, "*args, c"),
        ("*args, b", {"b": GONE}, "*args"),
        ("*, b, **kwargs", {"b": GONE}, "**kwargs"),
        ("self, *, b: int | None = None", {"b": Kept(not_none=True)}, "self, *, b: int"),
        ("*, b: None | int = None", {"b": Kept(not_none=True)}, "*, b: int"),
        ("*, b: int = 3", {"b": Kept(given=True)}, "*, b: int"),
        ("*, b: int | None = 3", {"b": Kept(not_none=True)}, "*, b: int = 3"),
        ("*, b: int = 3", {"b": Kept(not_none=True)}, "*, b: int = 3"),
        ("a=1, b=None, *, c", {"b": Kept(not_none=True), "c": GONE}, "a=1, b=None"),
        ("a=1, b=None, *, c", {"a": GONE, "b": Kept(not_none=True), "c": GONE}, "b"),
    ],
)
def test_parameters(parameters: str, bindings: dict[str, Binding], expected: str) -> None:
    assert signature(parameters, **bindings) == expected


def test_nothing_is_printed_anew_where_nothing_changes() -> None:
    odd = "a  ,*,b : int=1, # why\n    c"
    assert signature(odd, b=Kept(), c=Kept(not_none=True)) == odd


def test_comments_stay_with_their_parameters() -> None:
    text = """
        def f(
            self,
            # about a
            # in two lines
            a,
            *,
            b: int = 2,  # behind b
            # about c
            c: int | None = None,
            d,  # behind d
        ): pass
    """
    assert specialised(text, d=GONE) == dedent("""\
        def f(
            self,
            # about a
            # in two lines
            a,
            *,
            b: int = 2,  # behind b
            # about c
            c: int | None = None,
        ): pass
        """)
    assert specialised(text, a=GONE, b=GONE, c=Kept(not_none=True)) == dedent("""\
        def f(
            self,
            *,
            # about c
            c: int,
            d,  # behind d
        ): pass
        """)


def test_the_config_comes_first_and_what_is_handed_on_last() -> None:
    extra = (Parameter("eps", "eps: float"),)
    bindings: dict[str, Binding] = {"b": code("config.b")}
    request = Request("f", bindings, config="MyConfig", extra=extra)
    assert signature("self, *, a, b, config: object", request) == (
        "self, config: MyConfig, *, a, eps: float"
    )
    request = Request("f", bindings, config="MyConfig", extra=extra, flatten=True)
    assert signature("self, *, d=1, a, b, config", request) == (
        "self, config: MyConfig, a, eps: float, d=1"
    )


def test_what_can_be_given_by_position_keeps_its_place() -> None:
    request = Request("f", {"c": GONE}, flatten=True)
    assert signature("self, a, b=1, *, c, d", request) == "self, a, b=1, *, d"
