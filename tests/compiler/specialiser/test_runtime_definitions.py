"""Every definition of the runtime is in the subset, and stays as it is where nothing is known."""

from __future__ import annotations

import ast

import libcst as cst
import pytest

from fgc.compiler.passes.specialise import runtime_folder
from fgc.compiler.specialiser.bindings import (
    Binding,
    Constant,
    Construct,
    Construction,
    Inline,
    Kept,
)
from fgc.compiler.specialiser.closure import obstacles
from fgc.compiler.specialiser.dataclass_fields import keyword_fields
from fgc.compiler.specialiser.definition import (
    Request,
    default_binding,
    finals,
    parameters,
    specialise_class,
    specialise_function,
)
from fgc.compiler.specialiser.factories import call_time_keywords
from fgc.compiler.specialiser.parameters import is_factory
from fgc.compiler.specialiser.source import Definition, Library, SourceModule
from fgc.compiler.specialiser.subset import violations
from fgc.targets.model.hf_protocol import PROTECTED

# What the specialiser leaves whole, and why that is meant.
OUTSIDE: dict[tuple[str, str], str] = {}


def modules() -> list[SourceModule]:
    folder = runtime_folder()
    library = Library({"fgc.runtime": folder})
    names = [
        ".".join(("fgc", "runtime", *path.relative_to(folder).with_suffix("").parts))
        for path in sorted(folder.rglob("*.py"))
    ]
    found = [library.module(name.removesuffix(".__init__")) for name in names]
    return [module for module in found if module is not None]


MODULES = modules()
LIBRARY = Library({"fgc.runtime": runtime_folder()})
DEFINITIONS = [
    definition
    for module in MODULES
    for definition in module.definitions.values()
    if definition.kind != "value"
]
NAMES = [f"{definition.module}:{definition.name}" for definition in DEFINITIONS]


def text(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


def specialised(definition: Definition, bindings: dict[str, Binding]) -> str:
    tree = definition.parse()
    request = Request(definition.name, bindings)
    if isinstance(tree, cst.ClassDef):
        return text(specialise_class(tree, request))
    assert isinstance(tree, cst.FunctionDef)
    return text(specialise_function(tree, request))


def tree_of(definition: Definition) -> cst.ClassDef | cst.FunctionDef:
    tree = definition.parse()
    assert isinstance(tree, cst.ClassDef | cst.FunctionDef)
    return tree


def test_the_runtime_is_read_whole() -> None:
    assert len(DEFINITIONS) > 50
    assert [m.name for m in MODULES if m.left_out] == []


@pytest.mark.parametrize("definition", DEFINITIONS, ids=NAMES)
def test_it_is_in_the_subset(definition: Definition) -> None:
    if (definition.module, definition.name) in OUTSIDE:
        assert violations(definition)
        return
    # a plain function may assign to what it is given by position: calls leave that as it is
    assert obstacles(definition, LIBRARY, positional=False) == []


@pytest.mark.parametrize("definition", DEFINITIONS, ids=NAMES)
def test_it_stays_to_the_letter_where_nothing_is_known(definition: Definition) -> None:
    assert specialised(definition, {}) == definition.text
    kept: dict[str, Binding] = {p.name.value: Kept() for p in parameters(tree_of(definition))}
    assert specialised(definition, kept) == definition.text


@pytest.mark.parametrize("definition", DEFINITIONS, ids=NAMES)
def test_it_can_be_specialised_for_all_its_defaults(definition: Definition) -> None:
    bindings: dict[str, Binding] = {}
    for param in parameters(tree_of(definition)):
        bindings[param.name.value] = _bound(definition, param)
    made = ast.parse(specialised(definition, bindings)).body[0]
    keyword_only = {p.arg for p in _keyword_only(made)}
    assert keyword_only <= {name for name, b in bindings.items() if isinstance(b, Kept)}


def _bound(definition: Definition, param: cst.Param) -> Binding:
    if is_factory(param) and (param.default is None or "list" not in text(param)):
        takes = call_time_keywords(definition, param.name.value)
        return Construct(Construction(cst.Name("Part"), (), takes))
    if param.default is None:
        return Kept()
    if isinstance(param.default, cst.Integer | cst.Float):
        return Inline(param.default)
    default = default_binding(param)
    return default if isinstance(default, Constant) else Kept()


def _keyword_only(statement: ast.stmt) -> list[ast.arg]:
    functions = [n for n in ast.walk(statement) if isinstance(n, ast.FunctionDef)]
    name = "__init__" if isinstance(statement, ast.ClassDef) else statement.name  # type: ignore[attr-defined]
    return [a for f in functions if f.name == name for a in f.args.kwonlyargs]


def test_what_may_be_removed_is_read_by_nobody_else() -> None:
    """A `Final` attribute is read as `self.x` alone, or is one that is never removed."""
    removable = {
        name
        for definition in DEFINITIONS
        if isinstance(tree := definition.parse(), cst.ClassDef)
        for name in finals(tree)
    } - PROTECTED
    removable |= {
        ast.unparse(field.target)
        for definition in DEFINITIONS
        if isinstance(statement := definition.syntax.body[0], ast.ClassDef)
        for field in keyword_fields(statement)
    }
    assert {"q_norm", "scaler"} <= removable
    for module in MODULES:
        for node in ast.walk(ast.parse(module.text)):
            if isinstance(node, ast.Attribute) and node.attr in removable:
                is_self = isinstance(node.value, ast.Name) and node.value.id in ("self", "F", "nn")
                assert is_self, f"{module.path.name}:{node.lineno}: {ast.unparse(node)}"
