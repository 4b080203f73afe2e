"""Classes and functions for their bindings."""

from __future__ import annotations

from textwrap import dedent

import libcst as cst
import pytest

from fgc.compiler.specialiser.bindings import Binding, Constant, Kept
from fgc.compiler.specialiser.calls import Unspecialisable
from fgc.compiler.specialiser.definition import Request
from tests.compiler.specialiser.making import code, define, makes, specialised

LAYER = '''
    # above
    @decorated(eps=1)
    class Layer(nn.Module):
        """A layer."""

        norm: Final[nn.Module | None]
        window: Final[int | None]
        causal: Final[bool]
        size: int
        LIMIT: Final = 3

        def __init__(self, *, norm=None, window=None, causal: bool = True, size):
            """Makes it."""
            super().__init__()
            # the norm
            self.norm = None if norm is None else norm()
            self.window = window
            self.causal = causal
            self.size = size

        twice = property(lambda self: (self.window, self.causal))

        @property
        def shown(self):
            return self.norm

        @staticmethod
        def static(self_):
            return self_.window

        def forward(self, x, flag=LIMIT):
            def inner():
                return [x for _ in range(2) if self.causal]

            if self.norm is not None:
                x = self.norm(x)
            if self.window is None and self.causal:
                return inner()
            self.cache[self.causal] = f"{self.window}"
            return x
'''


def test_a_class_for_its_binding() -> None:
    made = specialised(
        LAYER, norm=Constant(None), window=Constant(None), causal=Constant(True), size=code("4")
    )
    assert made == dedent('''\
        # above
        @decorated(eps=1)
        class Layer(nn.Module):
            """A layer."""
            size: int
            LIMIT: Final = 3

            def __init__(self):
                """Makes it."""
                super().__init__()
                self.size = 4

            twice = property(lambda self: (None, True))

            @property
            def shown(self):
                return None

            @staticmethod
            def static(self_):
                return self_.window

            def forward(self, x, flag=LIMIT):
                def inner():
                    return [x for _ in range(2) if True]
                return inner()
        ''')


def test_what_is_only_not_none_stays_an_attribute() -> None:
    made = specialised(LAYER, norm=makes("N"), window=code("config.window"), causal=Constant(False))
    assert "self.norm = N()" in made
    assert "self.window = config.window" in made
    assert "x = self.norm(x)" in made
    assert "if " not in made.partition("def forward")[2].partition("if self.causal]")[2]
    assert 'self.cache[False] = f"{self.window}"' in made
    assert "self.causal" not in made
    assert "norm: Final" not in made


def test_what_is_not_known_stays_declared() -> None:
    made = specialised(LAYER, norm=Constant(None), window=Kept(), causal=Kept(), size=Kept())
    assert "window: Final[int | None]" in made
    assert "causal: Final[bool]" in made
    assert "norm" not in made.replace("normal", "")


def test_protected_attributes_stay() -> None:
    request = Request("Layer", {"window": Constant(None)}, protected=frozenset({"window"}))
    made = specialised(LAYER, request)
    assert "self.window = None" in made
    assert "if self.causal:" in made  # and are known all the same


def test_a_text_stays_an_attribute() -> None:
    text = """
        class A:
            mode: Final[str]
            def __init__(self, *, mode):
                self.mode = mode
            def run(self):
                return 1 if self.mode == "a" else self.mode
    """
    made = specialised(text, mode=Constant("a"))
    assert 'self.mode = "a"' in made
    assert "return 1\n" in made
    assert 'return "b"' in specialised(text, mode=Constant("b"))


def test_an_init_of_nothing() -> None:
    text = """
        class A:
            a: Final[int | None]
            def __init__(self, *, a):
                self.a = a
            def run(self): return self.a
    """
    made = specialised(text, a=Constant(None))
    assert made.endswith("    def __init__(self):\n        pass\n    def run(self): return None\n")


def test_a_nested_class_has_a_self_of_its_own() -> None:
    text = """
        class A:
            a: Final[int | None]
            class Inner:
                def run(self): return self.a
            def __init__(self, *, a):
                self.a = a
    """
    assert "def run(self): return self.a" in specialised(text, a=Constant(None))


def test_the_prologue_comes_behind_super_and_the_docstring() -> None:
    statement = (cst.parse_statement("shared = S()"),)
    request = Request("Layer", {}, prologue=statement)  # type: ignore[arg-type]
    made = specialised(LAYER, request)
    assert "super().__init__()\n        shared = S()\n        # the norm" in made
    plain = 'class A:\n    def __init__(self):\n        """Doc."""\n        go()\n'
    made = specialised(plain, Request("A", {}, prologue=statement))  # type: ignore[arg-type]
    assert '"""Doc."""\n        shared = S()\n        go()' in made


@pytest.mark.parametrize(
    "text",
    [
        "class A:\n    x: int = 1\n",
        "@dataclass\nclass A:\n    x: Final[int]\n",
        "class A(Enum):\n    X = 1\n\n    @property\n    def x(self): return self.X\n",
    ],
)
def test_a_class_without_an_init_stays_as_it_is(text: str) -> None:
    assert specialised(text, x=Constant(None)) == text


@pytest.mark.parametrize(
    "bindings", [{}, {"norm": Kept(), "window": Kept(), "causal": Kept(), "size": Kept()}]
)
def test_nothing_known_nothing_changed(bindings: dict[str, Binding]) -> None:
    assert specialised(LAYER, **bindings) == define(LAYER).text


def test_what_is_written_in_means_what_it_means_outside() -> None:
    text = "def f(*, size):\n    config = load()\n    return config, size\n"
    with pytest.raises(Unspecialisable, match="`config` has a meaning of its own"):
        specialised(text, size=code("config.size"))
    with pytest.raises(Unspecialisable, match="`Norm` has a meaning of its own"):
        specialised("def f(*, n):\n    return [n() for Norm in x]\n", n=makes("Norm"))
    made = specialised(
        "def f(size, *, n):\n    return n(), size\n",
        n=makes("Norm", None, size="size"),
        size=Kept(),
    )
    assert made == "def f(size):\n    return Norm(size=size), size\n"


def test_what_would_be_no_python_is_refused() -> None:
    text = """
        def f(*, a):
            if a:
                count = 0
            def inner():
                nonlocal count
            return inner
    """
    with pytest.raises(Unspecialisable, match="no binding for nonlocal"):
        specialised(text, a=Constant(False))


def test_a_function_for_its_binding() -> None:
    text = """
        async def f(x, *args, a: bool, **kwargs) -> int:
            # why
            if a:
                return await g(x, a=a)
            return 0
    """
    assert specialised(text, a=Constant(True)) == dedent("""\
        async def f(x, *args, **kwargs) -> int:
            # why
            return await g(x, a=True)
        """)


DROPOUT = """
    class A(nn.Module):
        dropout: Final[nn.Dropout | None]
        def __init__(self, *, dropout{more}):
            self.dropout = None if dropout is None else {made}(dropout)
        def forward(self, x):
            if self.dropout is not None:
                x = self.dropout(x)
            return x
"""


@pytest.mark.parametrize(
    ("made", "more", "torch_nn", "folds"),
    [
        ("nn.Dropout", "", "nn", True),
        ("layers.Dropout", "", "layers", True),
        ("nn.Dropout", "", None, False),  # `nn` is something else
        ("nn.Dropout", ", nn=None", "nn", False),  # the same, in the constructor
        ("nn.utils.make", "", "nn", False),
        ("nn.dropout", "", "nn", False),  # functions may return None
    ],
)
def test_an_attribute_that_is_an_object_of_torch_nn_is_not_none(
    made: str, more: str, torch_nn: str | None, folds: bool
) -> None:
    text = DROPOUT.format(made=made, more=more)
    request = Request("A", {"dropout": code("0.1")}, torch_nn=torch_nn)
    result = specialised(text, request)
    assert ("self.dropout is not None" not in result) is folds
    assert ("dropout: Final" not in result) is folds
    assert f"self.dropout = {made}(0.1)" in result
