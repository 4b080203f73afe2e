"""What emitted code reaches, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.specialiser.bindings import Binding, Inline, Kept
from fgc.compiler.specialiser.closure import Closure, Code, DefId, Reached, obstacles
from fgc.compiler.specialiser.source import Library
from tests.compiler.specialiser.making import code

Reach = Callable[..., Reached]


@pytest.fixture
def library(tmp_path: Path) -> Callable[..., Library]:
    def library(**modules: str) -> Library:
        (tmp_path / "lib").mkdir()
        (tmp_path / "lib" / "__init__.py").write_text("")
        for name, text in modules.items():
            (tmp_path / "lib" / f"{name}.py").write_text(dedent(text))
        return Library({"lib": tmp_path / "lib"})

    return library


@pytest.fixture
def reach(library: Callable[..., Library]) -> Reach:
    """Reaches from ``main``, which stands in the module `lib.a` as far as names go."""

    def reach(
        main: str,
        *,
        local: dict[DefId, str] | None = None,
        families: dict[DefId, tuple[str, ...]] | None = None,
        knowledge: dict[str, Binding] | None = None,
        **modules: str,
    ) -> Reached:
        root = Code("main", dedent(main).lstrip("\n"), "lib.a", knowledge=knowledge or {})
        return Closure(library(**modules), local or {}, families).reach([root])

    return reach


def texts(reached: Reached) -> dict[str, str]:
    found = {definition.name: definition.text for definition in reached.definitions}
    return {**found, "main": reached.roots[0].text}


F = """
    def f(x, *, flag: bool = False, width: int | None = None):
        if flag:
            return g(x, width=width)
        return x

    def g(x, *, width: int | None = None):
        return x if width is None else x * width
"""


def test_what_all_calls_agree_on_goes(reach: Reach) -> None:
    made = texts(reach("def main(): return f(1, flag=True) + f(2, flag=True)\n", a=F))
    assert made == {
        "main": "def main(): return f(1) + f(2)\n",
        "f": "def f(x):\n    return g(x)\n",
        "g": "def g(x):\n    return x\n",
    }


def test_what_is_dropped_is_not_reached(reach: Reach) -> None:
    made = texts(reach("def main(): return f(1, width=3)\n", a=F))
    assert made["f"] == "def f(x, *, width: int):\n    return x\n"
    assert "g" not in made


def test_what_calls_differ_in_stays(reach: Reach) -> None:
    reached = reach("def main(): return f(1, flag=True) + f(2)\n", a=F)
    assert texts(reached)["main"] == "def main(): return f(1, flag=True) + f(2)\n"
    assert "def f(x, *, flag: bool = False):\n    if flag:" in texts(reached)["f"]


def test_what_is_known_of_the_caller_s_names(reach: Reach) -> None:
    knowledge: dict[str, Binding] = {"W": code("W"), "n": Kept(not_none=True)}
    main = "def main(): return g(1, width=W) + g(2, width=n)\n"
    assert (
        texts(reach(main, knowledge=knowledge, a=F))["g"]
        == "def g(x, *, width: int):\n    return x * width\n"
    )
    assert isinstance(knowledge["W"], Inline)


@pytest.mark.parametrize(
    "use",
    [
        "partial(f, flag=True)(1)",
        "[f][0](1)",
        "f(1, **{'flag': True})",
        "(f)(1)",
        "(lambda make=f: make(1, flag=True))()",
        "apply(f)",
        'f"{f(1, flag=True)}"',
        "f",
    ],
)
def test_what_is_called_out_of_sight_stays(reach: Reach, use: str) -> None:
    reached = reach(f"def main(): return f(1, flag=True), {use}\n", a=F)
    assert dedent(F).partition("\n\n")[0].strip() + "\n" == texts(reached)["f"]
    assert texts(reached)["main"] == f"def main(): return f(1, flag=True), {use}\n"


def test_decorators_and_defaults(reach: Reach) -> None:
    library_text = """
        def wrap(*, flag: bool): return lambda f: f if flag else None
        def plain(f): return f
        @wrap(flag=True)
        @plain
        def f(x=y): return x
        y = 3
    """
    made = texts(reach("def main(): return f()\n", a=library_text))
    assert made["wrap"] == "def wrap(): return lambda f: f\n"
    assert made["f"] == "@wrap()\n@plain\ndef f(x=y): return x\n"
    assert made["plain"] == "def plain(f): return f\n"
    assert made["y"] == "y = 3\n"


def test_names_that_are_shadowed_mean_something_else(reach: Reach) -> None:
    main = """
        def main(g):
            def inner(f):
                return f(1, flag=True)
            return inner(g), g(2, width=None), [f(x) for f in ()], f(3)
    """
    made = texts(reach(main, a=F))
    assert made["main"] == dedent(main).lstrip("\n")
    assert made["f"] == "def f(x):\n    return x\n"
    assert "g" not in made


def test_attributes_of_modules(reach: Reach) -> None:
    main = "def main(): return b.f(1, flag=False), b.X\n"
    made = texts(reach(main, a="from lib import b\n", b=F + "\n    X = 3\n"))
    assert made == {
        "main": "def main(): return b.f(1), b.X\n",
        "f": "def f(x):\n    return x\n",
        "X": "X = 3\n",
    }


def test_a_module_that_is_handed_on_is_reached_whole(reach: Reach) -> None:
    made = texts(reach("def main(): return use(b), b.g(1)\n", a="from lib import b\n", b=F))
    assert made["g"] in dedent(F)
    assert made["f"] in dedent(F)


def test_rings_are_taken_for_all_their_calls(reach: Reach) -> None:
    library_text = """
        def even(n, *, flag: bool = False, mode: bool = True):
            return flag if n == 0 else odd(n - 1, flag=True, mode=True)

        def odd(n, *, flag: bool = False, mode: bool = True):
            return flag if n == 0 else even(n - 1, flag=True, mode=True)

        def alone(n, *, flag: bool = False):
            return alone(n - 1, flag=True) if n else flag
    """
    main = "def main(): return even(3, flag=False, mode=True), alone(2, flag=False)\n"
    made = texts(reach(main, a=library_text))
    assert made["even"].startswith("def even(n, *, flag: bool):\n    return flag if n == 0")
    assert "odd(n - 1)" in made["even"]
    assert "flag" in made["alone"].partition("return")[2]
    assert made["main"] == "def main(): return even(3, flag=False), alone(2, flag=False)\n"


def test_classes(reach: Reach) -> None:
    library_text = """
        class A:
            log: Final[object | None]

            def __init__(self, path, *, log=None):
                self.log = log
                self.path = path

            def run(self):
                if self.log is not None:
                    self.log(1)
    """
    made = texts(reach("def main(x: A): return A(1), A.run, isinstance(x, A)\n", a=library_text))
    assert "log" not in made["A"]


def test_a_base_class_is_called_out_of_sight(reach: Reach) -> None:
    library_text = """
        class A:
            def __init__(self, *, log=None):
                self.log = log

        class B(A):
            def __init__(self, *, n=None):
                super().__init__(log=print)
                self.n = 1 if n is None else n
    """
    reached = reach("def main(): return A(), B()\n", a=library_text)
    assert "log=None" in texts(reached)["A"]
    assert "n=None" in texts(reached)["B"]
    assert [w.violations[0].message for w in reached.whole] == ["it inherits from `A`"]


def test_what_is_outside_the_subset_is_said(reach: Reach) -> None:
    library_text = """
        def f(*, flag: bool):
            return locals() if flag else None
    """
    reached = reach("def main(): return f(flag=True)\n", a=library_text)
    assert texts(reached)["main"] == "def main(): return f(flag=True)\n"
    (whole,) = reached.whole
    assert (whole.definition.name, whole.violations[0].line) == ("f", 3)
    assert whole.violations[0].message == "`locals` hides what is read"


def test_text_that_cannot_be_folded_stays(reach: Reach) -> None:
    library_text = """
        def f(*, mode: Literal["it's \\"so\\"", "b"]):
            return f"{mode!r}"
    """
    main = """def main(): return f(mode="it's \\"so\\"")\n"""
    reached = reach(main, a=library_text)
    assert reached.roots[0].text == main
    assert "cannot hold" in reached.whole[0].violations[0].message


def test_texts_fold_only_where_they_are_choices(reach: Reach) -> None:
    library_text = """
        def f(*, mode: Literal["a", "b"], name: str):
            return (1 if mode == "a" else 2), (1 if name == "a" else 2)
    """
    made = texts(reach("def main(): return f(mode='a', name='a')\n", a=library_text))
    assert made["f"] == 'def f(*, name: str):\n    return 1, (1 if name == "a" else 2)\n'


def test_an_alias_may_hide_none(reach: Reach) -> None:
    library_text = """
        Width = int | None

        def f(*, width: Width = None, other: Optional[int] = None, size: int = None):
            return width is None, other is None, size is None

        def g(*, width: Width, other: Optional[int], size: int):
            return f(width=width, other=other, size=size)
    """
    main = "def main(a): return g(width=a, other=a, size=a), g(width=None, other=a, size=a)\n"
    made = texts(reach(main, a=library_text))
    assert "return width is None, other is None, False" in made["f"]


# Names that definitions have here.

LAYERS = """
    class Norm:
        def __init__(self, *, eps: float):
            super(Norm, self).__init__()
            self.eps = eps

        def like(self, other: "Norm | None") -> bool:
            return isinstance(other, Norm) and type(other) is Norm

    def is_norm(x: Norm, y: "list[Norm]") -> bool:
        return isinstance(x, (Norm, int))

    def default() -> Norm:
        return Norm(eps=1e-5)
"""
NORM: DefId = ("lib.a", "Norm")


def test_types_are_named_by_their_families(reach: Reach) -> None:
    reached = reach(
        "def main(x): return is_norm(x, [])\n",
        local={NORM: "MyNorm"},
        families={NORM: ("MyNorm",)},
        a=LAYERS,
    )
    assert texts(reached)["is_norm"] == dedent("""\
        def is_norm(x: MyNorm, y: "list[MyNorm]") -> bool:
            return isinstance(x, (MyNorm, int))
        """)
    assert "Norm" not in texts(reached)


def test_types_with_several_families(reach: Reach) -> None:
    reached = reach(
        "def main(x): return is_norm(x, [])\n",
        local={NORM: "MyNorm"},
        families={NORM: ("MyNorm", "MyQNorm")},
        a=LAYERS,
    )
    assert texts(reached)["is_norm"] == dedent("""\
        def is_norm(x: MyNorm | MyQNorm, y: "list[MyNorm]") -> bool:
            return isinstance(x, ((MyNorm, MyQNorm), int))
        """)


def test_a_plain_call_wants_the_definition_as_it_was_written(reach: Reach) -> None:
    reached = reach(
        "def main(): return default()\n",
        local={NORM: "MyNorm"},
        families={NORM: ("MyNorm",)},
        a=LAYERS,
    )
    made = texts(reached)
    assert made["default"] == "def default() -> MyNorm:\n    return Norm(eps=1e-5)\n"
    assert made["Norm"].startswith("class Norm:")
    assert "super(Norm, self)" in made["Norm"]


def test_a_family_is_called_by_its_own_name(library: Callable[..., Library]) -> None:
    made = library(a=LAYERS)
    definition = made.definition(*NORM)
    assert definition is not None
    roots = [
        Code(name, definition.text.replace("class Norm", f"class {name}"), "lib.a", definition)
        for name in ("MyNorm", "MyQNorm")
    ]
    reached = Closure(made, {NORM: "MyNorm"}, {NORM: ("MyNorm", "MyQNorm")}).reach(roots)
    for root in reached.roots:
        assert f"super({root.name}, self)" in root.text
        assert f"isinstance(other, {root.name}) and type(other) is {root.name}" in root.text
        assert f'other: "{root.name} | None"' in root.text


def test_other_local_definitions_are_renamed_everywhere(reach: Reach) -> None:
    library_text = """
        class ModelConfig: pass
        class Model:
            config_class = ModelConfig
            def make(self) -> ModelConfig: return ModelConfig(1)
            def kind(self): return ModelConfig.kind
    """
    reached = reach(
        "def main(): return Model\n", local={("lib.a", "ModelConfig"): "MyConfig"}, a=library_text
    )
    assert "ModelConfig" not in texts(reached)
    assert texts(reached)["Model"].count("MyConfig") == 4
    assert "ModelConfig" not in texts(reached)["Model"]


def test_obstacles_name_bases_out_of_the_library(library: Callable[..., Library]) -> None:
    made = library(a="class A: pass\nclass B(A, nn.Module):\n    def __init__(self): pass\n")
    definition = made.definition("lib.a", "B")
    assert definition is not None
    assert [found.message for found in obstacles(definition, made)] == ["it inherits from `A`"]
