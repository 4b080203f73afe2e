"""Code that would run for ever, or fill the memory, ends soon, and as not known."""

from __future__ import annotations

from textwrap import indent

import pytest

from fgc.compiler.evaluate.limits import Limits, NotKnown, TooMuch
from fgc.compiler.evaluate.program import Program
from fgc.compiler.evaluate.values import Unknown

HOSTILE = {
    "a loop": "while True:\n    pass",
    "a loop over a list that grows": "x = [1]\nfor y in x:\n    x.append(y)",
    "a long range": "for i in range(10**30):\n    pass",
    "a sum": "return sum(i for i in range(10**12))",
    "a list of a range": "return list(range(10**12))",
    "a comprehension": "return [0 for a in range(10**4) for b in range(10**4)]",
    "max of a range": "return max(range(10**12))",
    "membership": "return 'x' in range(10**12)",
    "a tower": "return 10**10**10",
    "a tower in steps": "x = 10\nfor _ in range(100):\n    x = x**x\nreturn x",
    "a product": "x = 3\nwhile True:\n    x = x * x",
    "a shift": "return 1 << 10**12",
    "the built-in power": "return pow(10, 10**9)",
    "a list": "return [0] * 10**12",
    "a text": "return 'a' * 10**12",
    "a tuple": "return 10**12 * (0,)",
    "a doubled list": "x = [0]\nwhile True:\n    x = x + x",
    "a doubled list in place": "x = [0]\nwhile True:\n    x += x",
    "an extended list": "x = [0]\nwhile True:\n    x.extend(x)",
    "a doubled text": "x = 'a'\nwhile True:\n    x = f'{x}{x}'",
    "a joined text": "x = 'a' * 1000\nwhile True:\n    x = x.join([x] * 100)",
    "a wide format": "return f'{1:1000000000}'",
    "a wide format in parts": "w = 10**9\nreturn f'{1:{w}}'",
    "a precise format": "return f'{1.5:.100000000f}'",
    "rounding": "return round(12345, -10**9)",
    "a mapping": "x = {}\nn = 0\nwhile True:\n    x[n] = n\n    n += 1",
    "a set": "return {n for n in range(10**9)}",
    "shared tuples": "x = (1, 1)\nfor _ in range(70):\n    x = (x, x)\nreturn x == x",
    "shared tuples as a key": "x = (1, 1)\nfor _ in range(70):\n    x = (x, x)\nreturn {x: 1}",
    "shared lists": "x = [1]\nfor _ in range(70):\n    x = [x, x]\nreturn x < x",
    "shared lists as a text": "x = [1]\nfor _ in range(70):\n    x = [x, x]\nreturn f'{x}', str(x)",
    "recursion": "def g(n):\n    return g(n + 1)\nreturn g(0)",
    "recursion of two": "def g(n):\n    return h(n)\ndef h(n):\n    return g(n)\nreturn g(0)",
    "recursion that branches": (
        "def g(n):\n    return g(n - 1) + g(n - 1) if n else 1\nreturn g(35)"
    ),
    "a class that makes itself": (
        "class A:\n    def __init__(self):\n        self.a = A()\nreturn A()"
    ),
    "nesting": "return " + "(" * 80 + "1" + ")" * 80 + " + " + "-" * 3000 + "1",
    "a long sum": "return " + " + ".join(["1"] * 5000),
    "a least common multiple": (
        "import math\nx = 1\nfor n in range(10**9, 10**9 + 10**5):\n    x = math.lcm(x, n)\n"
        "return x"
    ),
    "a long integer as a text": "return int('9' * 4000) + 1",
    "sorting": "return sorted([[0] * 10000] * 10000)",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_code(name: str) -> None:
    code = "def f():\n" + indent(HOSTILE[name], "    ") + "\n"
    limits = Limits()
    program = Program({"a.py": code}, limits=limits)

    def run() -> object:
        return program.call(program.module("a.py").attribute("f"))

    try:
        found = program.evaluate(run)
    except NotKnown:
        found = None
    values = found if isinstance(found, tuple) else (found,)
    assert all(value is None or isinstance(value, Unknown) for value in values)
    assert program.evaluator.meter.steps <= limits.steps + limits.length


def test_deep_syntax_is_not_known() -> None:
    program = Program({"a.py": "x = " + "(" * 500 + ")" * 500})
    with pytest.raises(NotKnown, match=r"a\.py cannot be read: SyntaxError"):
        program.module("a.py")


def test_what_takes_too_much_ends_all_of_it() -> None:
    code = "def f():\n    while True:\n        pass\nx = 1\ny = f()\n"
    program = Program({"a.py": code})
    with pytest.raises(TooMuch, match="more than 2,000,000 steps"):
        program.module("a.py")
    small = Program({"a.py": "x = [n for n in range(100)]"}, limits=Limits(steps=50))
    with pytest.raises(TooMuch, match="more than 50 steps"):
        small.module("a.py")
