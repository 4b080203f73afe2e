"""A unit of a program as code that is not placed yet, and what every unit asks of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from fgc.compiler.ir.graph import Call
from fgc.compiler.ir.module import Cause, Import
from fgc.compiler.ir.span import Span
from fgc.compiler.program.language import CALLABLES, arithmetic, written
from fgc.compiler.program.namespace import Namespace, attribute
from fgc.compiler.program.placement import RUNTIME
from fgc.compiler.program.plan import Plan
from fgc.compiler.specialiser.closure import Code, DefId
from fgc.compiler.specialiser.family import Family
from fgc.compiler.specialiser.source import Definition, Library
from fgc.compiler.specialiser.subset import Whole

Tree = cst.ClassDef | cst.FunctionDef


@dataclass(frozen=True)
class UnitCode:
    """The code of one unit.

    ``roots`` are its own definitions in order, ``reached`` what they need of the library.
    ``families`` are specialised definitions that keep the place of the ones they were made from.
    ``imports`` are those of the roots, by name; ``spans`` the places in the configuration behind
    each definition, ``causes`` those behind parts of it. ``whole`` are definitions that could not
    be specialised, and why.
    """

    roots: tuple[Code, ...]
    families: tuple[Code, ...]
    reached: tuple[Code, ...]
    imports: Mapping[str, Import]
    spans: Mapping[str, tuple[Span, ...]]
    causes: Mapping[str, tuple[Cause, ...]]
    whole: tuple[Whole, ...] = ()


# What the specialiser writes of its own accord; imported where it is used.
ALWAYS = {
    "operator": Import("operator", None, "operator"),
    "partial": Import("functools", "partial", "partial"),
}


def own(plan: Plan) -> tuple[str, ...]:
    """The roots of a library that are fgc's own."""
    return (RUNTIME, plan.program.module)


def specialisable(plan: Plan, library: Library, call: Call) -> tuple[Definition, Tree] | None:
    """The source of what a call names, where it is ours or the user's."""
    found = plan.resolution.symbols.get(call)
    if found is None or not found.definition_module or not found.definition_name:
        return None
    if found.origin not in ("runtime", "project") or "." in found.definition_name:
        return None
    definition = library.definition(found.definition_module, found.definition_name)
    if definition is None or definition.kind == "value":
        return None
    tree = definition.parse()
    return None if isinstance(tree, cst.SimpleStatementLine) else (definition, tree)


def symbol(plan: Plan, library: Library, namespace: Namespace, call: Call) -> cst.BaseExpression:
    """How the target of a call is written, imported."""
    found = plan.resolution.symbols[call]
    if found.origin == "builtin" and found.qualname in CALLABLES:
        return cst.parse_expression(CALLABLES[found.qualname])
    if found.origin in ("runtime", "project") and found.definition_module:
        path = (found.definition_name or found.qualname).split(".")
        name = namespace.bind(Import(found.definition_module, path[0], path[0]))
        return attribute(name, *path[1:])
    return namespace.symbol(found.module, found.qualname)


def in_language(plan: Plan, call: Call, args: Sequence[cst.Arg]) -> cst.BaseExpression | None:
    """A call that Python has syntax for, None for any other."""
    found = plan.resolution.symbols[call]
    if found.origin == "builtin":
        return written(found.qualname, args)
    return arithmetic(found.qualname, args) if found.module == "operator" else None


def owned(namespace: Namespace, library: Library) -> dict[str, DefId]:
    """The imported names that mean definitions of the library."""
    found: dict[str, DefId] = {}
    for alias, imported in namespace.imports.items():
        if imported.name is None or not library.owns(imported.module):
            continue
        definition = library.definition(imported.module, imported.name)
        if definition is not None:
            found[alias] = (definition.module, definition.name)
    return found


def named(families: Iterable[Family]) -> dict[DefId, tuple[str, ...]]:
    """The names of the families of each definition."""
    found: dict[DefId, tuple[str, ...]] = {}
    for family in families:
        identity = (family.definition.module, family.definition.name)
        found[identity] = (*found.get(identity, ()), family.name)
    return found


def spans_of(families: Sequence[Family]) -> dict[str, tuple[Span, ...]]:
    """The places in the configuration behind each family."""
    return {
        family.name: tuple(dict.fromkeys(use.node.target_span for use in family.uses))
        for family in families
    }
