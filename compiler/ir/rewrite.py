"""Rebuilds a graph from its leaves up, node by node, sharing kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from fgc.compiler.ir.graph import (
    Call,
    Entry,
    File,
    Graph,
    List,
    Literal,
    Mapping,
    Node,
    Tuple,
    Var,
    children,
)

Change = Callable[[Node], Node]


def rewrite(graph: Graph, change: Change) -> Graph:
    """The graph with ``change`` applied to each node below its roots, children first.

    ``change`` gets a node whose children are final, and returns it or another in its place. It is
    asked once for each node: what was shared stays shared, and a node below which nothing changes
    stays the same object.

    >>> from fgc.compiler.ir.span import Span
    >>> at = Span.point("a.yaml", 1)
    >>> one, two = Literal(1, ("one",), at), Literal(2, ("two",), at)
    >>> both = List((one, two), ("both",), at)
    >>> graph = Graph((Entry("one", at, one), Entry("both", at, both)))
    >>> after = rewrite(graph, lambda node: Literal(7, ("one",), at) if node is one else node)
    >>> after.root("one") is after.root("both").items[0], after.root("both").items[1] is two
    (True, True)
    """
    return Rewriter(change).graph(graph)


class Rewriter:
    """`rewrite`, for a change that has to know which node of the old graph it is looking at."""

    def __init__(self, change: Change):
        self._change = change
        self._new: dict[int, Node] = {}
        self._old: dict[int, Node] = {}
        # The memo is by identity; a node that were freed could lend its identity to another.
        self._kept: list[Node] = []

    def graph(self, graph: Graph) -> Graph:
        """The rewritten graph; the same object where nothing changed."""
        roots = tuple(_entry(entry, self.node(entry.value)) for entry in graph.roots)
        if all(new is old for new, old in zip(roots, graph.roots, strict=True)):
            return graph
        return replace(graph, roots=roots)

    def node(self, node: Node) -> Node:
        """What ``node`` becomes.

        Raises:
            ValueError: it is reached from itself.
        """
        stack = [node]
        open_nodes: set[int] = set()
        while stack:
            top = stack[-1]
            if id(top) in self._new:
                stack.pop()
                continue
            waiting = [child for child in children(top) if id(child) not in self._new]
            if waiting:
                if id(top) in open_nodes:
                    raise ValueError(f"the node at {'.'.join(top.path)} is reached from itself")
                open_nodes.add(id(top))
                stack.extend(reversed(waiting))
                continue
            stack.pop()
            self._finish(top)
        return self._new[id(node)]

    def original(self, node: Node) -> Node:
        """The node of the old graph in whose place ``node`` stands."""
        return self._old.get(id(node), node)

    def replaced(self) -> Iterator[tuple[Node, Node]]:
        """The old and the new node, for each that was visited."""
        for node in self._kept:
            if id(node) in self._new:
                yield node, self._new[id(node)]

    def _finish(self, node: Node) -> None:
        rebuilt = with_children(node, tuple(self._new[id(child)] for child in children(node)))
        self._old[id(rebuilt)] = node
        self._kept += [node, rebuilt]
        changed = self._change(rebuilt)
        self._old.setdefault(id(changed), node)
        self._kept.append(changed)
        self._new[id(node)] = changed


def with_children(node: Node, below: tuple[Node, ...]) -> Node:
    """``node`` with other children, in the order of `graph.children`; itself for its own."""
    if all(new is old for new, old in zip(below, children(node), strict=True)):
        return node
    match node:
        case List() | Tuple():
            return replace(node, items=below)
        case Mapping(entries=entries):
            return replace(node, entries=_entries(entries, below))
        case Var():
            return replace(node, default=below[0])
        case Call(args=args, kwargs=kwargs, latent_args=latent):
            end = len(args) + len(kwargs)
            return replace(
                node,
                args=below[: len(args)],
                kwargs=_entries(kwargs, below[len(args) : end]),
                latent_args=None if latent is None else below[end],
            )
        case Literal() | File():
            return node


def _entries(entries: tuple[Entry, ...], values: tuple[Node, ...]) -> tuple[Entry, ...]:
    return tuple(_entry(entry, value) for entry, value in zip(entries, values, strict=True))


def _entry(entry: Entry, value: Node) -> Entry:
    return entry if value is entry.value else replace(entry, value=value)
