"""Variables that nothing binds.

Below a call that is given a mapping called ``config`` (a model), a variable is a field of that
mapping. Elsewhere it is bound by the caller of the build (``--set``), declared among the top-level
``launch_args``, or one that the program itself knows when it starts. A default will do in both
places.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label
from fgc.compiler.ir.graph import Entry, Graph, Mapping, Node, Var
from fgc.compiler.ir.span import Span
from fgc.compiler.passes.model_scopes import scoped
from fgc.compiler.symbols.nearest import nearest


def check_variables(graph: Graph, launch: Collection[str] = frozenset()) -> Iterator[Diagnostic]:
    """FGC030 for each variable without a value; ``launch`` are those that a program itself has."""
    for node, config in scoped(graph):
        if isinstance(node, Var) and node.default is None:
            unbound = _in_model(node, config) if config else _outside(node, graph, launch)
            if unbound is not None:
                yield unbound


def _in_model(node: Var, config: Entry) -> Diagnostic | None:
    fields = _keys(config.value)
    if node.var in fields:
        return None
    meant = nearest(node.var, fields)
    label = Label(config.key_span, "its fields are given here")
    remedy = f"add a field `{node.var}` to `config`, or give the variable a default"
    if meant is not None:
        remedy = f"a field with a similar name exists: `{meant}`"
        label = Label(_key_span(config, meant), f"`{meant}` is given here")
    return Diagnostic(
        "FGC030",
        f"the model's `config` has no field `{node.var}`",
        node.span,
        labels=(label,),
        help=remedy,
    )


def _key_span(config: Entry, field: str) -> Span:
    """Where ``field`` stands among the fields of a model."""
    entries = config.value.entries if isinstance(config.value, Mapping) else ()
    return next((e.key_span for e in entries if e.key == field), config.key_span)


def _outside(node: Var, graph: Graph, launch: Collection[str]) -> Diagnostic | None:
    declared = graph.root("launch_args")
    bound = {*launch, *graph.bindings, *(() if declared is None else _keys(declared))}
    if node.var in bound:
        return None
    meant = nearest(node.var, bound)
    remedy = f"bind it with `--set {node.var}=VALUE`, or declare it under `launch_args`"
    if meant is not None:
        remedy = f"a variable with a similar name exists: `{meant}`"
    message = f"nothing gives a value to the variable `{node.var}`"
    return Diagnostic("FGC030", message, node.span, help=remedy)


def _keys(node: Node) -> set[str]:
    if not isinstance(node, Mapping):
        return set()
    return {entry.key for entry in node.entries if isinstance(entry.key, str)}
