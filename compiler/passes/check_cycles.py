"""Nodes that depend on themselves."""

from __future__ import annotations

from collections.abc import Iterator

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label
from fgc.compiler.ir.graph import Graph, Node, children


def check_cycles(graph: Graph) -> Iterator[Diagnostic]:
    """FGC031 for each way back from a node to one that is being built."""
    done: set[int] = set()
    for entry in graph.roots:
        yield from _search(entry.value, done)


def _search(root: Node, done: set[int]) -> Iterator[Diagnostic]:
    trail: list[Node] = []
    on_trail: set[int] = set()
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            trail.pop()
            on_trail.discard(id(node))
            done.add(id(node))
            continue
        if id(node) in on_trail:
            yield _cycle(trail[next(i for i, n in enumerate(trail) if n is node) :])
            continue
        if id(node) in done:
            continue
        trail.append(node)
        on_trail.add(id(node))
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(children(node)))


def _cycle(nodes: list[Node]) -> Diagnostic:
    names = [f"`{'.'.join(node.path)}`" for node in nodes]
    labels = [
        Label(node.span, f"needs {needed}")
        for node, needed in zip(nodes, [*names[1:], names[0]], strict=True)
    ]
    return Diagnostic(
        "FGC031",
        f"{names[0]} depends on itself: {' -> '.join([*names, names[0]])}",
        nodes[0].span,
        labels=tuple(labels[1:]),
        help="one of these nodes has to be built without the next",
    )
