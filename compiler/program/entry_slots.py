"""Which node of the configuration fills each slot of a program's entry."""

from __future__ import annotations

from collections.abc import Container, Sequence

import libcst as cst

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic, Label
from fgc.compiler.ir.graph import Call, Kind, Node
from fgc.compiler.ir.span import Span
from fgc.compiler.program.plan import Plan
from fgc.compiler.program.values import Values
from fgc.compiler.specialiser.annotations import choices
from fgc.compiler.specialiser.parameters import annotation_of, is_factory
from fgc.compiler.symbols.nearest import nearest


def entry_nodes(
    plan: Plan, values: Values, params: Sequence[cst.Param], others: Container[str] = ()
) -> dict[str, Node | None]:
    """The node for each of the entry's parameters that is not one of ``others``.

    Raises `BuildError` (FGC026, FGC040) for a node that does not fit, and for one that is missing.
    """
    nodes: dict[str, Node | None] = {}
    for param in params:
        name = param.name.value
        if name in others:
            continue
        key = plan.program.aliases.get(name, name.removeprefix("build_"))
        nodes[name] = plan.root(key)
        _check_slot(plan, values, param, key)
    return nodes


def _check_slot(plan: Plan, values: Values, param: cst.Param, key: str) -> None:
    """Raises `BuildError` (FGC040) for a node that the program cannot do with, or without."""
    program, node = plan.program.path, plan.root(key)
    other = plan.program.instead.get(key, "")
    if node is None and param.default is None and plan.root(other) is None:
        remedy = "the template `projects/lm_training_project.yaml` has all that it needs"
        message = f"`{program}` needs a top-level `{key}`"
        keys = {str(entry.key): entry.key_span for entry in plan.graph.roots}
        near = nearest(key, keys)
        labels = () if near is None else (Label(keys[near], "a similar name stands here"),)
        raise BuildError(Diagnostic("FGC040", message, _anywhere(plan), labels=labels, help=remedy))
    if node is not None and not is_factory(param):
        _check_value(values, param, key, node)
    if node is None or not is_factory(param):
        return
    if not isinstance(node, Call):
        message = f"`{key}` is not something that `{program}` can make"
        remedy = "write a tag such as `!singleton:module:Name` or `!partial:module:Name`"
        raise BuildError(Diagnostic("FGC040", message, node.span, help=remedy))
    if node.kind is Kind.META:
        message = "`!meta` is printed, and never built"
        raise BuildError(Diagnostic("FGC040", message, node.span))


def _check_value(values: Values, param: cst.Param, key: str, node: Node) -> None:
    """Raises `BuildError` (FGC026) where one of a few values is wanted and another given."""
    known = values.known(node)
    annotation = annotation_of(param) or ""
    if known is ...:
        return
    if annotation == "bool" and not isinstance(known, bool):
        message = f"`{key}` is true or false, not {known!r}"
        raise BuildError(Diagnostic("FGC026", message, node.span, help="write `true` or `false`"))
    options = choices(annotation)
    if options and known not in options:
        listed = " or ".join(f"`{option}`" for option in options)
        raise BuildError(Diagnostic("FGC026", f"`{key}` is {listed}, not {known!r}", node.span))


def _anywhere(plan: Plan) -> Span | None:
    """The first place of the configuration."""
    return plan.graph.roots[0].key_span if plan.graph.roots else None
