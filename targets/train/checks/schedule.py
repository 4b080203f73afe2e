"""The parts of a learning rate's schedule fit into the run."""

from __future__ import annotations

from collections.abc import Iterator

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label
from fgc.compiler.ir.graph import Call, Graph, Node
from fgc.targets.train.checks.values import integer

_PARTS = ("warmup", "decay", "cooldown")


def check_schedule(graph: Graph) -> Iterator[Diagnostic]:
    """FGC222, for lengths of one unit: tokens, or steps of as many tokens."""
    schedule = graph.root("lr_scheduler")
    if not isinstance(schedule, Call) or not schedule.target.startswith("fgc.runtime.schedule."):
        return
    total = schedule.kwarg("total")
    length = None if total is None else _length(total)
    if total is None or length is None:
        return
    parts = [(name, node) for name in _PARTS if (node := schedule.kwarg(name)) is not None]
    lengths = [(name, node, found) for name, node in parts if (found := _length(node)) is not None]
    if any(found[1] != length[1] for _, _, found in lengths):
        return
    together = sum(found[0] for _, _, found in lengths)
    if together <= length[0]:
        return
    names = " and ".join(f"`{name}`" for name, _, _ in lengths)
    long = f"is {together:,}" if len(lengths) == 1 else f"are {together:,} together"
    yield Diagnostic(
        "FGC222",
        f"{names} of the schedule {long}, more than the run's {length[0]:,}",
        graph.given_at(_number(lengths[-1][1])),
        labels=(
            *(
                Label(graph.given_at(_number(node)), f"`{name}` is {found[0]:,}")
                for name, node, found in lengths[:-1]
            ),
            Label(graph.given_at(_number(total)), f"the run is {length[0]:,}"),
        ),
        help="all parts of a schedule lie within the run",
    )


def _number(node: Node) -> Node:
    return node.args[0] if isinstance(node, Call) and node.args else node


def _length(node: Node) -> tuple[int, int | None] | None:
    """A length and its unit: tokens, which is None, or so many times the node that is the unit."""
    value = integer(node)
    if value is not None:
        return value, None
    if isinstance(node, Call) and node.target == "operator:mul" and len(node.args) == 2:
        count = integer(node.args[0])
        return None if count is None else (count, id(node.args[1]))
    return None
