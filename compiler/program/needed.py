"""Which top-level nodes a program is made of."""

from __future__ import annotations

from collections.abc import Sequence

from fgc.compiler.ir.graph import Entry, Graph, Literal, walk


def needed_roots(graph: Graph, needed: Sequence[str]) -> tuple[Entry, ...]:
    """The needed top-level nodes, and those others that they refer to, in order."""
    below: set[int] = {
        id(node)
        for entry in graph.roots
        if entry.key in needed
        for node in walk(entry.value)
        if not (isinstance(node, Literal) and node.value is None)
    }
    return tuple(entry for entry in graph.roots if entry.key in needed or id(entry.value) in below)
