"""What is outside the subset, and what is not."""

from __future__ import annotations

from textwrap import indent

import pytest

from fgc.compiler.specialiser.subset import violations
from tests.compiler.specialiser.making import define


def found(text: str, *, positional: bool = True) -> list[str]:
    return [violation.message for violation in violations(define(text), positional=positional)]


def of_init(body: str, parameters: str = "*, n: int | None, make: Factory[A]") -> list[str]:
    return found(f"class A:\n    def __init__(self, {parameters}):\n{indent(body, ' ' * 8)}\n")


def of_class(body: str) -> list[str]:
    return found(
        "class A:\n    a: Final[int]\n    def __init__(self, *, a):\n        self.a = a\n"
        f"{indent(body, '    ')}\n"
    )


AGAIN = "the parameter `n` is bound again"


@pytest.mark.parametrize(
    "body",
    [
        "n = 1",
        "n += 1",
        "n: int = 1",
        "x, (n, *y) = z",
        "*n, x = z",
        "for n in x: pass",
        "[n for n in x]",
        "(n := 1)",
        "del n",
        "import n",
        "from x import y as n",
        "with x as n: pass",
        "try: pass\nexcept E as n: pass",
        "def n(): pass",
        "class n: pass",
        "lambda n: 1",
        "def g(*n): pass",
        "match x:\n    case [n, *_]: pass",
        "match x:\n    case {**n}: pass",
        "def g():\n    nonlocal n",
    ],
)
def test_a_parameter_that_is_bound_again(body: str) -> None:
    assert AGAIN in of_init(body)
    assert AGAIN in found(f"def f(*, n):\n{indent(body, '    ')}\n")


def test_parameters_by_position_of_plain_functions_are_their_own() -> None:
    text = "def f(x, n=None, *, m=None):\n    n = 1\n    return n, m\n"
    assert found(text) == ["the parameter `n` is bound again"]
    assert found(text, positional=False) == []
    text = text.replace("n = 1", "m = 1")
    assert found(text, positional=False) == ["the parameter `m` is bound again"]


@pytest.mark.parametrize("body", ["def g(): return n", "lambda: n", "[lambda x: x + n]"])
def test_a_constructor_s_inner_function(body: str) -> None:
    assert of_init(body) == ["the parameter `n` is read by an inner function"]
    assert found(f"def f(*, n):\n    {body}\n") == []


@pytest.mark.parametrize(
    "body",
    [
        "m = n",
        "[x + n for x in y]",
        "def g(x=n): return x",
        "x.n = n",
        "f(n=1)",
        "self.n = n",
        "make(x=1, y=n)",
        "make() if make is not None else None",
        "hand(make=make)",
    ],
)
def test_what_is_allowed(body: str) -> None:
    assert of_init(body) == []


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("make(1)", "make"),
        ("make(*x)", "make"),
        ("make(**x)", "make"),
        ("make(config, x=1)", "make"),
    ],
)
def test_factories_are_called_with_keywords(body: str, name: str) -> None:
    expected = f"the factory `{name}` is called with more than keywords"
    assert of_init(body) == [expected]
    assert found(f"def f(*, make: Factory[A] | None = None):\n    {body}\n") == [expected]
    assert found(f"def f(*, make: Callable[..., A]):\n    {body}\n") == []


@pytest.mark.parametrize(
    "body",
    [
        "[each(1) for each in makes]",
        "for i, each in enumerate(makes): each(i)",
        "for each, x in zip(makes, y): each(x)",
    ],
)
def test_factories_in_lists_are_called_with_keywords(body: str) -> None:
    made = of_init(body, "*, makes: list[Factory[A]]")
    assert made == ["the factory `each` is called with more than keywords"]


@pytest.mark.parametrize(
    ("parameters", "bad"), [("*args", True), ("**kwargs", True), ("x, *, y", False)]
)
def test_constructors_have_plain_parameters(parameters: str, bad: bool) -> None:
    message = "the constructor takes `*args` or `**kwargs`"
    assert (message in of_init("pass", parameters)) is bad
    assert found(f"def f({parameters}): pass\n") == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("locals()", "`locals` hides what is read"),
        ("def run(self): setattr(self, 'a', 1)", "`setattr` hides what is read"),
        ("def run(self): return hasattr(self, 'a')", "`hasattr` hides what is read"),
        ("def run(self): return getattr(self, 'a')", "`getattr` on `self` hides what is read"),
        ("def run(self): return self.__dict__", "`self.__dict__` hides what is read"),
        ("def run(self):\n    global x", "`global` reaches outside the definition"),
        ("def __new__(cls): pass", "it defines `__new__`"),
        ("def __setattr__(self, k, v): pass", "it defines `__setattr__`"),
        ("def __init__(self): pass", "`__init__` is defined twice"),
        ("@classmethod\ndef new(cls): return cls(a=1)", "`cls` may make instances"),
        ("@classmethod\ndef new(cls): return make(cls)", "`cls` may make instances"),
        ("def copy(self): return type(self)(a=1)", "`type(self)` may make instances"),
        ("def copy(self): return self.__class__(a=1)", "`__class__` may make instances"),
        ("def run(self): self.a = 2", "`self.a` is Final but not set once, in `__init__` itself"),
        ("def run(self): self.a += 2", "`self.a` is Final but not set once, in `__init__` itself"),
        ("def run(self): del self.a", "`self.a` is Final but not set once, in `__init__` itself"),
        (
            "def run(self):\n    for self.a in x: pass",
            "`self.a` is Final but not set once, in `__init__` itself",
        ),
        (
            "def run(self):\n    with x as self.a: pass",
            "`self.a` is Final but not set once, in `__init__` itself",
        ),
        (
            "def run(self):\n    (self.a, b), c = x",
            "`self.a` is Final but not set once, in `__init__` itself",
        ),
        ("def run(self): self = x", "`self` is bound again"),
        ("def run(self): return lambda self: self.a", "`self` is bound again"),
        (
            "def run(self):\n    class B:\n        def go(self): return self.a",
            "`self` is bound again",
        ),
        ("def run(this): return this.a", "the method `run` calls the instance other than `self`"),
        ("if x:\n    def run(self): return self.a", "the method `run` stands under a condition"),
    ],
)
def test_of_a_class(body: str, message: str) -> None:
    assert message in of_class(body)


@pytest.mark.parametrize(
    "body",
    [
        "@classmethod\ndef name(cls): return cls.__name__",
        "def name(self): return type(self).__name__",
        "def same(self, other): return type(other) is type(self)",
        "@staticmethod\ndef run(x): return x.a",
        "def run(self): return [self.a for _ in x]",
        "class Config:\n    def go(self): return self.a",
        "def run(self, layer): return getattr(layer, 'a', None)",
        "def run(self, **kwargs): return f(**kwargs)",
        "b: Final = 3",
    ],
)
def test_allowed_in_a_class(body: str) -> None:
    assert of_class(body) == []


NOT_ONCE = "`self.a` is Final but not set once, in `__init__` itself"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("pass", NOT_ONCE),
        ("if n: self.a = 1", NOT_ONCE),
        ("self.a = self.b = 1", NOT_ONCE),
        ("self.a: int = 1", NOT_ONCE),
        ("self.a = 1\nself.a = 2", NOT_ONCE),
        ("if n: return\nself.a = 1", "`self.a` is Final and set behind a `return`"),
        ("x = self.a\nself.a = 1", "`self.a` is Final and read before it is set"),
    ],
)
def test_finals_are_set_once(body: str, message: str) -> None:
    text = f"class A:\n    a: Final[int]\n    def __init__(self, *, n):\n{indent(body, ' ' * 8)}\n"
    assert message in found(text)
    assert message not in found(text.replace("    a: Final[int]\n", ""))


def test_final_under_other_names() -> None:
    for annotation in ("Final", "typing.Final", "typing.Final[int]"):
        assert NOT_ONCE in found(f"class A:\n    a: {annotation}\n    def __init__(self): pass\n")


def test_lines_are_those_of_the_module() -> None:
    definition = define("def f(*, n):\n    x = 1\n    n = x\n")
    moved = type(definition)("m", "f", definition.text, 40, "function")
    assert [violation.line for violation in violations(moved)] == [42]


def test_a_value_is_no_definition() -> None:
    assert found("X = 3\n") == ["it is neither a class nor a function"]
