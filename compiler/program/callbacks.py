"""The callbacks of a program: which objects of the configuration they are, and what they handle."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from fgc.compiler.ir.graph import Call, Graph, Kind, List, Literal, Mapping, Node, Tuple, children
from fgc.compiler.program.target import Callbacks


def items(graph: Graph, callbacks: Callbacks | None) -> tuple[Node, ...]:
    """What the list of callbacks holds, in order; erased entries are not among it."""
    node = None if callbacks is None else graph.root(callbacks.key)
    if not isinstance(node, List | Tuple | Mapping):
        return ()
    return tuple(
        item for item in children(node) if not (isinstance(item, Literal) and item.value is None)
    )


def objects(graph: Graph, callbacks: Callbacks | None) -> tuple[Call, ...]:
    """The callbacks, in order. What is no object has been reported."""
    found = items(graph, callbacks)
    return tuple(i for i in found if isinstance(i, Call) and i.kind is Kind.SINGLETON)


def handled(methods: Collection[str], callbacks: Callbacks) -> Iterator[str]:
    """The events that an object with ``methods`` handles."""
    return (event for event in callbacks.events if event in methods)
