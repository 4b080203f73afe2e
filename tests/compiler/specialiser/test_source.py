"""Modules as they are read: definitions, imports, what is left out."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.ir.module import Import
from fgc.compiler.specialiser.source import Library, SourceModule, read_module


@pytest.fixture
def read(tmp_path: Path):
    def read(text: str, name: str = "m") -> SourceModule:
        path = tmp_path / f"{name}.py"
        path.write_text(dedent(text), encoding="utf-8")
        return read_module(name, path)

    return read


def test_definitions_have_their_text(read) -> None:
    module = read('''\
        """About."""
        from __future__ import annotations
        import os
        # above
        # the class
        @decorated
        class A:
            pass

        # apart

        async def f(): pass
        X: int = 3  # behind
        ''')
    assert module.docstring == "About."
    assert module.future == ("annotations",)
    texts = {name: (d.text, d.line, d.kind) for name, d in module.definitions.items()}
    assert texts == {
        "A": ("# above\n# the class\n@decorated\nclass A:\n    pass\n", 4, "class"),
        "f": ("async def f(): pass\n", 12, "function"),
        "X": ("X: int = 3  # behind\n", 13, "value"),
    }


def test_statements_that_bind_several_names(read) -> None:
    module = read("A, (B, *C) = 1, (2, 3)\nD = E = 4\nF = 1; G = 2\n")
    assert {n: d.name for n, d in module.definitions.items()} == {
        **dict.fromkeys("ABC", "A"),
        **dict.fromkeys("DE", "D"),
        **dict.fromkeys("FG", "F"),
    }
    assert module.definitions["G"].text == "F = 1; G = 2\n"


def test_a_value_keeps_what_changes_it(read) -> None:
    module = read("""\
        X = {}
        Y = []
        X["a"] = 1
        Y.append(2)
        X.update(b=3)
        Y += [4]
        for i in range(3):
            X[i] = i
        """)
    space: dict[str, object] = {}
    exec(module.definitions["X"].text, space)
    exec(module.definitions["Y"].text, space)
    assert space["X"] == {"a": 1, "b": 3, 0: 0, 1: 1, 2: 2}
    assert space["Y"] == [2, 4]
    assert module.left_out == ()


def test_definitions_under_conditions(read) -> None:
    module = read("""\
        try:
            import fast
        except ImportError:
            fast = None
        if fast:
            def go(): return 1
        else:
            def go(): return 2
        """)
    assert module.definitions["fast"].kind == module.definitions["go"].kind == "value"
    assert "except ImportError" in module.definitions["fast"].text
    assert "return 2" in module.definitions["go"].text


def test_what_no_definition_holds_is_left_out(read) -> None:
    text = """\
        import os
        os.environ["X"] = "1"
        register(1)
        def f(): pass
        f.attribute = 1
        if __name__ == "__main__":
            f()
        """
    assert read(text).left_out == (2, 3, 5)


def test_odd_line_ends(read) -> None:
    module = read('A = "a\\x0cb"\nB = "\u2028"\nC = """x\x0cy"""\nD = 4\n')
    assert module.definitions["D"].text == "D = 4\n"
    assert module.definitions["C"].text == 'C = """x\x0cy"""\n'


def test_overloads_are_left_to_the_last(read) -> None:
    module = read("@overload\ndef f(x: int): ...\n\ndef f(x): return x\n")
    assert module.definitions["f"].text == "def f(x): return x\n"


def test_imports(tmp_path: Path) -> None:
    package = tmp_path / "p" / "q"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from . import one\nfrom .one import A as B\n")
    (package / "one.py").write_text("from ..r import C\nimport torch.nn as nn\nclass A: pass\n")
    (tmp_path / "p" / "__init__.py").write_text("")
    library = Library({"p": tmp_path / "p"})
    module, inner = library.module("p.q"), library.module("p.q.one")
    assert module is not None
    assert inner is not None
    assert module.imports["one"] == Import("p.q", "one", "one")
    assert module.imports["B"] == Import("p.q.one", "A", "B")
    assert inner.imports["C"] == Import("p.r", "C", "C")
    assert inner.imports["nn"] == Import("torch.nn", None, "nn")
    definition = library.definition("p.q", "B")
    assert definition is not None
    assert (definition.module, definition.name) == ("p.q.one", "A")
    assert library.imported_module(module.imports["one"]) == "p.q.one"
    assert library.imported_module(module.imports["B"]) is None
    assert library.definition("p.q", "missing") is None
    assert library.module("elsewhere") is None


def test_imports_in_a_ring_mean_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("from b import X\n")
    (tmp_path / "b.py").write_text("from a import X\n")
    library = Library({"a": tmp_path / "a.py", "b": tmp_path / "b.py"})
    assert library.definition("a", "X") is None


def test_a_stand_in_has_the_name_of_what_it_stands_for(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("X = 1\n")
    (tmp_path / "two.py").write_text("X = 2\n")
    library = Library({"p": tmp_path}, {"p.one": "p.two"})
    definition = library.definition("p.one", "X")
    assert definition is not None
    assert (definition.module, definition.text) == ("p.one", "X = 2\n")


@pytest.mark.parametrize(
    ("imported", "name"),
    [
        ("from torch import nn", "nn"),
        ("import torch.nn as layers", "layers"),
        ("from torch import nn as n", "n"),
        ("import torch", None),
        ("from other import nn", None),
    ],
)
def test_what_torch_nn_is_called(imported: str, name: str | None, tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_text(f"{imported}\n\n\nclass A:\n    pass\n", encoding="utf-8")
    assert read_module("m", path).definitions["A"].torch_nn == name
