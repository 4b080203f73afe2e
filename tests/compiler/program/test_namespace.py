"""One name never means two things, and an import's name does not depend on what came before it."""

from __future__ import annotations

import libcst as cst
from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.ir.module import Import
from fgc.compiler.program.namespace import Namespace

MODULES = st.sampled_from(["a", "a.b", "b", "torch", "torch.nn", "torch.optim", "x.y.z"])
SYMBOLS = st.sampled_from(["AdamW", "len", "nn", "F", "a", "b", "Thing", "Thing.make", "print"])


def code(node: cst.BaseExpression) -> str:
    return cst.Module([]).code_for_node(node)


@given(st.lists(st.tuples(MODULES, SYMBOLS), max_size=12), st.sets(SYMBOLS))
def test_names_are_unambiguous(symbols: list[tuple[str, str]], taken: set[str]) -> None:
    names = Namespace(set(taken))
    written = [code(names.symbol(module, symbol)) for module, symbol in symbols]
    for (module, symbol), text in zip(symbols, written, strict=True):
        first = text.split(".")[0]
        assert first not in taken
        imported = names.imports[first]
        path = [imported.module, *([imported.name] if imported.name else []), *text.split(".")[1:]]
        assert ".".join(path) == f"{module}.{symbol}"
    assert written == [code(names.symbol(module, symbol)) for module, symbol in symbols]


def test_a_name_that_shadows_a_builtin_is_imported_under_another() -> None:
    names = Namespace()
    assert code(names.symbol("mine", "len")) == "mine_len"
    assert code(names.symbol(None, "len")) == "len"


def test_a_builtin_whose_name_is_taken_is_imported() -> None:
    names = Namespace({"list"})
    assert code(names.symbol(None, "list")) == "builtin_list"
    assert names.imports["builtin_list"] == Import("builtins", "list", "builtin_list")
