"""What a body adds when it calls a factory, and that folding sees it likewise."""

from __future__ import annotations

import pytest

from fgc.compiler.specialiser.factories import call_time_keywords
from tests.compiler.specialiser.making import body, define, makes, makes_each


def keywords(text: str, parameter: str = "make") -> set[str] | None:
    found = call_time_keywords(define(f"def f(*, {parameter}):\n    x = {text}\n"), parameter)
    return None if found is None else set(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make()", set()),
        ("make(a=1), make(b=make(c=2))", {"a", "b", "c"}),
        ("None if make is None else make(a=1)", {"a"}),
        ("x.make, f(make=1)", set()),
        ("lambda: make(a=1)", {"a"}),
        ("make(1)", None),
        ("make(**x)", None),
        ("hand(make)", None),
        ("hand(make=make)", None),
        ("hand([make])", None),
        ("hand(make if y else None)", None),
        ("hand(make or y)", None),
        ("make", None),
        ("make.a", None),
        ("make == y", None),
        ("make is y", None),
        ("f'{make}'", None),
    ],
)
def test_call_time_keywords(text: str, expected: set[str] | None) -> None:
    assert keywords(text) == expected


def test_the_constructor_is_what_counts() -> None:
    text = """
        class A:
            def __init__(self, *, make, other):
                self.a = make(a=1)
            def run(self, make):
                return make, other
    """
    assert call_time_keywords(define(text), "make") == {"a"}
    assert call_time_keywords(define(text), "other") == set()
    assert call_time_keywords(define("X = 1\n"), "make") is None
    assert call_time_keywords(define("class A: pass\n"), "make") is None


LOOPS = [
    ("[e(a=1) for e in make]", True),
    ("[e(a=i) for i, e in enumerate(make)]", True),
    ("[None if e is None else e(a=1) for e in make]", True),
    ("[[e(a=j) for j in y] for e in make]", True),
    ("list(e(a=1) for e in make)", True),
    ("nn.ModuleList(e(a=1) for e in make)", True),
    ("g(*(e(a=1) for e in make))", True),
    ("nn.ModuleList((e(a=1) for e in make), y)", False),
    ("g(e(a=1) for e in make)", False),
    ("sum(start=(e(a=1) for e in make))", False),
    ("(e(a=1) for e in make)", False),
    ("{e(a=1) for e in make}", False),
    ("[e(a=1) for e in make if y]", False),
    ("[e(a=1) for e in make for y in z]", False),
    ("[e(a=1) for e in enumerate(make)]", False),
    ("[e(a=1) for i, e in enumerate(make, 1)]", False),
    ("[e(a=1) for i, e in enumerate(make, start=1)]", False),
    ("[e(a=1) for e in reversed(make)]", False),
    ("[e(a=1) for e in make[1:]]", False),
    ("[g(e) for e in make]", False),
    ("[lambda: e(a=1) for e in make]", False),
    ("[(e(a=1) for y in z) for e in make]", False),
    ("[[e for e in z] for e in make]", False),
    ("[(y := e(a=1)) for e in make]", False),
    ("[i for i, e in enumerate(make)]", True),
    ("len(make)", False),
]


@pytest.mark.parametrize(("text", "written_out"), LOOPS)
def test_what_folding_writes_out_is_what_is_known(text: str, written_out: bool) -> None:
    assert (keywords(text) is not None) is written_out
    takes = frozenset({"a"})
    factories = makes_each(makes("A", takes), makes("B", takes, b="1"))
    made = body(f"x = {text}\n", make=factories)
    assert ("partial(B" in made) is not written_out, made
