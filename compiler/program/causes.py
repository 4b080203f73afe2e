"""Which places of the configuration are behind the parts of what is emitted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import libcst as cst

from fgc.compiler.ir.graph import Call, List, Node, Tuple
from fgc.compiler.ir.graph import Mapping as MappingNode
from fgc.compiler.ir.module import Cause
from fgc.compiler.program.plan import ModelPlan, Plan
from fgc.compiler.specialiser.family import Family, Part, Use
from fgc.compiler.specialiser.parameters import bound_entries

Path = tuple[str, ...]


def program_causes(plan: Plan) -> tuple[Cause, ...]:
    """The constants of the program, and the functions that make its objects, by name."""
    constants = [Cause((name,), node.span) for node, name in plan.constants.items()]
    makers = [Cause((f"build_{n}",), c.target_span) for c, n in plan.builders.items()]
    return (*constants, *makers)


def model_causes(model: ModelPlan) -> tuple[Cause, ...]:
    """The fields of the model's config, as its classes read them."""
    config = model.root.kwarg("config")
    assert isinstance(config, MappingNode)
    return tuple(
        Cause((f"{base}.{entry.key}",), entry.key_span)
        for entry in config.entries
        for base in ("config", "self.config")
    )


def part_causes(families: Iterable[Family]) -> Mapping[str, tuple[Cause, ...]]:
    """For each family, where the configuration gives it the parts that it makes."""
    return {family.name: tuple(_parts(family)) for family in families}


def _parts(family: Family) -> Iterator[Cause]:
    use = family.first
    for entry in bound_entries(use.node):
        name = str(entry.key)
        parts: list[Part] = [*use.lists.get(name, ())]
        if name in use.parts:
            parts.append(use.parts[name])
        made = {part.family.name for part in parts if isinstance(part, Use)}
        for callee in sorted(made):
            yield Cause((callee,), entry.key_span)


def call_causes(
    call: Call,
    callee: cst.BaseExpression,
    positional: Callable[[Call], tuple[str, ...]],
    *,
    given: int = 0,
) -> Iterator[Cause]:
    """The arguments of a call that is written out, those of calls within it among them.

    ``positional`` are the parameters that are written by position; ``given`` arguments that the
    program adds come before those of the configuration.
    """
    name = cst.Module([]).code_for_node(callee)
    yield Cause((name,), call.target_span)
    yield from _arguments(call, (name,), positional, given)


def _arguments(
    call: Call, path: Path, positional: Callable[[Call], tuple[str, ...]], given: int
) -> Iterator[Cause]:
    for number, node in enumerate(call.args, given):
        yield Cause((*path, str(number)), node.span)
        yield from _below(node, (*path, str(number)), positional)
    entries = {str(entry.key): entry for entry in bound_entries(call)}
    order = positional(call)[len(call.args) :]
    for name, entry in entries.items():
        steps = [name]
        if name in order:
            steps.append(str(given + len(call.args) + order.index(name)))
        for step in steps:
            yield Cause((*path, step), entry.key_span)
            yield from _below(entry.value, (*path, step), positional)


def _below(
    node: Node, path: Path, positional: Callable[[Call], tuple[str, ...]]
) -> Iterator[Cause]:
    match node:
        case Call():
            yield from _arguments(node, path, positional, 0)
        case List(items=items) | Tuple(items=items):
            for number, item in enumerate(items):
                yield Cause((*path, str(number)), item.span)
                yield from _below(item, (*path, str(number)), positional)
        case MappingNode(entries=entries):
            for entry in entries:
                yield Cause((*path, str(entry.key)), entry.key_span)
                yield from _below(entry.value, (*path, str(entry.key)), positional)
        case _:
            pass
