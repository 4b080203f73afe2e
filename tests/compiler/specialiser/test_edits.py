"""Changes in place."""

from __future__ import annotations

import ast

import pytest

from fgc.compiler.specialiser.edits import Source, edited, without_keywords


@pytest.mark.parametrize(
    ("text", "dropped", "expected"),
    [
        ("f(a, b=1, c=2)", "b", "f(a, c=2)"),
        ("f(a, b=1)", "b", "f(a)"),
        ("f(b=1)", "b", "f()"),
        ("f(b=1, c=2)", "b", "f(c=2)"),
        ("f(b=1, c=2,)", "bc", "f()"),
        ("f(a, b=1, c=2)", "bc", "f(a)"),
        ("f(a,b=1,c=2)", "c", "f(a,b=1)"),
        ("f(a, b=1, c=2,)", "c", "f(a, b=1,)"),
        ("f(a=b, b=(1, (2,)), c=[3, 4])", "b", "f(a=b, c=[3, 4])"),
        ("f(b = lambda b=1: b, c = g(b=2))", "b", "f(c = g(b=2))"),
        ("f(x == y, b=1)", "b", "f(x == y)"),
        ("f((b := 1), c=2)", "b", "f((b := 1), c=2)"),
        ("f(é='ü', b=1)", "b", "f(é='ü')"),
        ("é(b='ü', c=1)", "b", "é(c=1)"),
        ("f('''\n,b=1''', b=2)", "b", "f('''\n,b=1''')"),
        ("f (b=1, a=2)", "b", "f (a=2)"),
        ("f(*a, b=1)", "b", "f(*a)"),
        ("f(x for x in y)", "b", "f(x for x in y)"),
    ],
)
def test_without_keywords(text: str, dropped: str, expected: str) -> None:
    assert dropping(text, dropped) == expected


def dropping(text: str, dropped: str) -> str:
    call = next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    return edited(text, without_keywords(Source(text), call, set(dropped)))


MANY = """\
f(
    # about a
    a,  # behind a
    # about b
    b=1,  # behind b
    # about c
    c=2,  # behind c
    d=3  # behind d
    # at the end
)
"""


@pytest.mark.parametrize(
    ("dropped", "gone"), [("b", "b"), ("c", "c"), ("d", "d"), ("bc", "bc"), ("bcd", "bcd")]
)
def test_comments_go_with_their_arguments(dropped: str, gone: str) -> None:
    made = dropping(MANY, dropped)
    ast.parse(made)
    for name in "abcd":
        for comment in (f"# about {name}", f"# behind {name}"):
            assert (comment in made) is (comment in MANY and name not in gone), made


def test_inner_edits_go_with_the_outer_one() -> None:
    assert edited("abcdef", [((1, 5), "X"), ((2, 3), "Y"), ((5, 6), "Z")]) == "aXZ"
