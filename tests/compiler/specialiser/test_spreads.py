"""Mappings behind `**` that folding knows, written out."""

from __future__ import annotations

import pytest

from fgc.compiler.specialiser.bindings import Constant, Inline, Kept
from tests.compiler.specialiser.making import code, expression

OFF, ON = Constant(None), Kept(not_none=True)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("{}", "f(x, y=1)"),
        ("{'mode': 'fast'}", "f(x, y=1, mode='fast')"),
        ("{'mode': LIMIT, 'dynamic': True}", "f(x, y=1, mode=LIMIT, dynamic=True)"),
        # what could not be written so, or would mean something else
        ("{'y': 2}", "f(x, y=1, **{'y': 2})"),
        ("{'a': 1, 'a': 2}", "f(x, y=1, **{'a': 1, 'a': 2})"),
        ("{'a b': 1}", "f(x, y=1, **{'a b': 1})"),
        ("{'class': 1}", "f(x, y=1, **{'class': 1})"),
        ("{'\N{LATIN SMALL LIGATURE FI}': 1}", "f(x, y=1, **{'\N{LATIN SMALL LIGATURE FI}': 1})"),
        ("{KEY: 1}", "f(x, y=1, **{KEY: 1})"),
        ("{**rest}", "f(x, y=1, **{**rest})"),
        ("OPTIONS", "f(x, y=1, **OPTIONS)"),
    ],
)
def test_keywords_of_a_call(given: str, made: str) -> None:
    assert expression("f(x, y=1, **options)", options=code(given)) == made


def test_several_and_where_nothing_is_given() -> None:
    text = "f(**({} if a is None else a), **b)"
    assert expression(text, a=OFF, b=code("{'m': 1}")) == "f(m=1)"
    assert expression(text, a=code("{'m': 1}"), b=code("{'m': 2}")) == "f(m=1, **{'m': 2})"
    assert expression("f(**({} if a is None else a))", a=OFF) == "f()"
    assert expression("f(x, **({} if a is None else a))", a=OFF) == "f(x)"


def test_what_is_written_in_place_stays() -> None:
    assert expression("f(**{'m': a})", a=OFF) == "f(**{'m': None})"
    assert expression("{**{'m': a}}", a=OFF) == "{**{'m': None}}"


@pytest.mark.parametrize(
    ("binding", "made"),
    [(OFF, "{'x': 1, 'y': 2}"), (ON, "{'x': 1, 'a': a, 'y': 2}")],
)
def test_entries_of_a_display(binding: Constant | Kept, made: str) -> None:
    text = "{'x': 1, **({} if a is None else {'a': a}), 'y': 2}"
    assert expression(text, a=binding) == made


def test_later_entries_win_as_before() -> None:
    text = "{'x': 1, **given, 'y': 2}"
    given = "{'x': 3, 'y': 4, **rest}"
    made = expression(text, given=code(given))
    assert made == "{'x': 1, 'x': 3, 'y': 4, **rest, 'y': 2}"
    rest = {"y": 5, "z": 6}
    before = eval(text, {"given": eval(given, {"rest": rest})})
    after = eval(made, {"rest": rest})
    assert list(before.items()) == list(after.items())
    assert isinstance(code(given), Inline)
