"""What is not known is said, with its reason, and never told wrong."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

import pytest

from fgc.compiler.evaluate.limits import NotKnown
from fgc.compiler.evaluate.program import Program
from fgc.compiler.evaluate.values import Unknown

OUTSIDE = "`elsewhere.x` is outside of what fgc wrote"


def returned(body: str, files: Mapping[str, str] | None = None) -> object:
    lines = "".join(f"    {line}\n" for line in dedent(body).strip().splitlines())
    texts = {path: dedent(text) for path, text in (files or {}).items()}
    texts["a.py"] = f"from elsewhere import x\n\n\ndef f():\n{lines}"
    program = Program(texts)
    return program.evaluate(lambda: program.call(program.module("a.py").attribute("f")))


@pytest.mark.parametrize(
    "expression",
    [
        "x",
        "x + 1",
        "[1, 2, x][-1]",
        "-x",
        "x.y.z",
        "x(1).y[2]",
        "x if x else 1",
        "1 if x else 2",
        "x and 1",
        "0 or x",
        "not x",
        "1 < x < 3",
        "x == x",
        "x is x",
        "[1, 2][x]",
        "max(1, x)",
        "sum([1, x])",
        "abs(x)",
        "len(x)",
        "int(x)",
        "float(f'{x}')",
        "(lambda y: y * 2)(x)",
        "getattr(x, 'y', 3)",
        "isinstance(x, int)",
        "[1] == [x]",
        "{'a': x}['a'] ** 2",
    ],
)
def test_it_propagates(expression: str) -> None:
    found = returned(f"return {expression}")
    assert isinstance(found, Unknown)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return x * 2", OUTSIDE),
        ("return x.y", "`elsewhere.x` is outside of what fgc wrote"),
        ("import other.part as o\nreturn o.y", "`other.part.y` is outside of what fgc wrote"),
        ("return undefined", "the name `undefined`"),
        ("return 'a'.translate({})", "`translate` of a value of the type `str`"),
    ],
)
def test_reasons_of_values(body: str, reason: str) -> None:
    found = returned(body)
    assert isinstance(found, Unknown)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("if x:\n    return 1", f"it branches on something that is not known: {OUTSIDE}"),
        ("while x:\n    pass", f"it branches on something that is not known: {OUTSIDE}"),
        ("for y in x:\n    pass", f"it iterates over something that is not known: {OUTSIDE}"),
        ("return {x: 1}", f"a key is not known: {OUTSIDE}"),
        ("for y in {'a', 'b'}:\n    pass", "it iterates over a set, whose order is not defined"),
        ("try:\n    pass\nfinally:\n    pass", "it has a statement of the kind `Try`"),
        ("return await x", "it has an expression of the kind `Await`"),
        ("global y\ny = 1", "it has a statement of the kind `Global`"),
        ("x.y = 1", "it sets the attribute `y` of something that is not known"),
        ("with x:\n    pass", "it has a `with` whose effect is not known"),
        ("def g():\n    yield 1\nreturn list(g())", "it calls a generator"),
        (
            "y = []\nreturn y.append(1) if x else 2",
            f"it branches on something that is not known: {OUTSIDE}",
        ),
        ("y = [1]\ny += x", f"it iterates over something that is not known: {OUTSIDE}"),
        ("return self.__y", "it uses the private name `__y`"),
    ],
)  # fmt: skip
def test_where_it_ends(body: str, reason: str) -> None:
    with pytest.raises(NotKnown) as raised:
        returned(body)
    assert raised.value.reason == reason


@pytest.mark.parametrize(
    "body",
    [
        "return 5 is 5",
        "return 'a' is 'a'",
        "return '%d' % 3",
        "return (1).real",
        "return id(3)",
        "return hash('a')",
        "return open('a.py')",
        "return __file__",
        "return globals()['x']",
        "return eval('1')",
        "return vars()",
        "return (-8) ** 0.5",
        "return b'a'",
        "return type(f)",
        "class A:\n    __slots__ = ()\n    y = 1\nreturn A.y",
        "class A(x):\n    y = 1\nreturn A.y",
        "class A(metaclass=x):\n    y = 1\nreturn A.y",
        "class A:\n    def __getattr__(self, name):\n        return 1\nreturn A().y",
        "class A:\n    def __eq__(self, other):\n        return True\nreturn A() == A()",
        "class A:\n    def __len__(self):\n        return 0\nreturn bool(A())",
        "class A:\n    @property\n    def y(self):\n        return 1\n"
        "    @y.setter\n    def y(self, z):\n        self.z = 2\na = A()\na.y = 3\nreturn a.y",
        "@x\ndef g():\n    return 1\nreturn g()",
        "a = [1]\nx(a)\nb = (a if x else a)\nreturn x",
    ],
)
def test_what_python_decides_otherwise_is_not_told(body: str) -> None:
    try:
        found = returned(body)
    except NotKnown:
        return
    assert isinstance(found, Unknown)


def test_its_parts_are_not_known_either() -> None:
    found = returned("a, (b, *c) = x\nd, e = 1, x\nreturn [a, b, c, d, e]")
    assert isinstance(found, list)
    assert [isinstance(each, Unknown) for each in found] == [True, True, True, False, True]


def test_a_check_that_cannot_be_decided_is_taken_to_pass() -> None:
    assert returned("if x < 3:\n    raise ValueError('too small')\nassert x\nreturn 7") == 7


def test_a_module_is_known_as_far_as_it_is_understood() -> None:
    layers = """
        import elsewhere
        try:
            import fast
        except ImportError:
            fast = None
        SIZES = [1, 2]
        for n in elsewhere.numbers:
            SIZES.append(n)
        DOUBLE = {n: 2 * n for n in (1, 2)}
        if elsewhere.flag:
            DEPTH = 3
        WIDTH = 4
    """
    found = returned(
        "from layers import fast, SIZES, DOUBLE, DEPTH, WIDTH\n"
        "return [fast, SIZES, DOUBLE, DEPTH, WIDTH]",
        {"layers.py": layers},
    )
    assert isinstance(found, list)
    assert [isinstance(each, Unknown) for each in found] == [True, True, False, True, False]
    assert found[2:5:2] == [{1: 2, 2: 4}, 4]


def test_imports() -> None:
    found = returned(
        """
        import pack.one
        import pack.one as short
        from pack import one, two
        from pack.one import ONE as first
        import math as m
        from typing import TYPE_CHECKING
        return pack.one.ONE, short.ONE, one.ONE, two.TWO, first, m.floor(1.5), TYPE_CHECKING
        """,
        {
            "pack/__init__.py": "",
            "pack/one.py": "ONE = 1\n",
            "pack/two.py": "from .one import ONE\nfrom . import one\nTWO = ONE + one.ONE\n",
        },
    )
    assert found == (1, 1, 1, 2, 1, 1, False)


def test_nothing_is_executed(capsys: pytest.CaptureFixture[str]) -> None:
    body = """
        import os
        import sys
        print("executed")
        os.write(1, b"executed")
        sys.exit(3)
        return __import__("os").getcwd()
    """
    assert isinstance(returned(body), Unknown)
    assert capsys.readouterr().out == ""
