"""The entry of a program that makes every top-level node and returns them by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import libcst as cst

from fgc.compiler.backend.literal import literal
from fgc.compiler.backend.names import path_name
from fgc.compiler.ir.graph import Call, Entry, Kind
from fgc.compiler.program.functions import is_made_once, make_needed_first
from fgc.compiler.program.plan import Plan
from fgc.compiler.specialiser.construct import Writer


def collecting_entry(
    plan: Plan, writer: Writer, makers: Mapping[str, Sequence[str]]
) -> cst.FunctionDef:
    """Makes each top-level node in the order of the configuration; returns them by key.

    ``makers`` gives the dependencies of each function that makes a node.
    """
    lines: list[str] = []
    names: list[str] = []
    render = cst.Module([]).code_for_node
    for entry in plan.roots:
        node = entry.value
        name = _result_name(plan, entry, names)
        names.append(name)
        if isinstance(node, Call) and node in plan.builders:
            maker = f"build_{plan.builders[node]}"
            given = f"({', '.join(makers[maker])})"
            value = maker if node.kind is Kind.PARTIAL else maker + given
        else:
            value = render(writer.value(node))
        lines.append(f"    {name} = {value}\n")
    keys = [render(literal(entry.key)) for entry in plan.roots]
    pairs = ", ".join(f"{key}: {name}" for key, name in zip(keys, names, strict=True))
    parameters = ", ".join(f"{name}=None" for name in plan.program.launch)
    text = f"def build({parameters}):\n{''.join(lines)}    return {{{pairs}}}\n"
    tree = cst.parse_statement(text)
    assert isinstance(tree, cst.FunctionDef)
    calls = {name: f"build_{name}" for c, name in plan.builders.items() if is_made_once(c)}
    return make_needed_first(tree, makers, calls)


def _result_name(plan: Plan, entry: Entry, taken: Sequence[str]) -> str:
    """The local name of a top-level node: that of its function, or of its key."""
    node = entry.value
    if isinstance(node, Call) and node in plan.builders:
        return plan.builders[node]
    others = {*taken, *plan.builders.values(), *plan.program.launch}
    return path_name((str(entry.key),), lambda name: name not in others)
