"""Which names mean globals."""

from __future__ import annotations

from textwrap import dedent

import pytest

from fgc.compiler.specialiser.scope import bound_names, references


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(a, *b, c=d, **e):\n    return a, b, c, e, g", {"d", "g"}),
        ("def f():\n    x = 1\n    return x + y", {"y"}),
        ("def f():\n    return x\n    x = 1", set()),
        ("def f():\n    global x\n    x = 1\n    return x", {"x"}),
        ("def f():\n    def g():\n        return f, x, y\n    x = 1", {"y"}),
        ("def f():\n    x = 1\n    def g():\n        nonlocal x\n        return x", set()),
        ("def f():\n    import a.b, c as d\n    from e import g\n    return a, d, g, h", {"h"}),
        ("def f():\n    for x in y:\n        z[x] = x", {"y", "z"}),
        ("def f():\n    with a as b, c: return b", {"a", "c"}),
        ("def f():\n    try: g()\n    except E as e: return e", {"g", "E"}),
        (
            "def f(x):\n    match x:\n        case A(b=c) | [*c]: return c\n"
            "        case {**d}: return d",
            {"A"},
        ),
        ("def f():\n    return [x for x in y if (z := x)], z", {"y"}),
        ("def f():\n    return {x: y for x in x}", {"x", "y"}),
        ("def f():\n    return [a for b in c for a in b]", {"c"}),
        ("def f():\n    return (lambda x, y=z: x + y + w)", {"z", "w"}),
        ("@d(x)\ndef f(): pass", {"d", "x"}),
        ("def f(x: A) -> B:\n    y: C = x", {"A", "B", "C"}),
        ("def f(x: 'A | None', y: Literal['B']) -> 'list[C]': pass", {"A", "C", "Literal", "list"}),
        (
            "class A(B, metaclass=C):\n    x = y\n    z = x\n    def f(self): return x",
            {"B", "C", "y", "x"},
        ),
        ("class A:\n    x: B\n    def f(self): return A", {"B"}),
        (
            "def f():\n    class A:\n        x = 1\n        def g(self): return x, y\n"
            "    y = 2\n    return A",
            {"x"},
        ),
        ("X = [Y for Z in W]\n", {"Y", "W"}),
        ("def f(x): del x[y], z", {"y"}),
        ("def f(): return f'{x} {y!r:{z}}'", {"x", "y", "z"}),
    ],
)
def test_references(text: str, expected: set[str]) -> None:
    assert references(dedent(text)) == expected


def test_bound_names() -> None:
    import ast

    tree = ast.parse("def f(a):\n    b = [c for c in d]\n    lambda e: g\n    x.h = 1\n")
    assert bound_names(tree) == {"f", "a", "b", "c", "e"}
