"""Values of a graph, and what is said of two of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label
from fgc.compiler.ir.graph import Call, Entry, Graph, Literal, Mapping, Node, Var, children, walk

Given = dict[str, Node]
"""What is given together, by name."""


def configs(graph: Graph) -> Iterator[Given]:
    """The fields of each model."""
    for node in walk(*(entry.value for entry in graph.roots)):
        config = node.kwarg("config") if isinstance(node, Call) else None
        if isinstance(config, Mapping):
            yield _by_name(config.entries)


def runtime_calls(graph: Graph) -> Iterator[Given]:
    """The arguments of each call of the runtime's code, fields of a model in place of variables.

    What other code means by such a name is not known.
    """
    seen: set[tuple[int, int]] = set()
    stack: list[tuple[Node, Given]] = [(entry.value, {}) for entry in graph.roots]
    while stack:
        node, fields = stack.pop()
        if (id(node), id(fields)) in seen:
            continue
        seen.add((id(node), id(fields)))
        if isinstance(node, Call):
            config = node.kwarg("config")
            if isinstance(config, Mapping):
                fields = _by_name(config.entries)
            if node.target.startswith("fgc.runtime."):
                given = _by_name(node.kwargs)
                yield {name: _bound(value, fields) for name, value in given.items()}
        stack += ((child, fields) for child in children(node))


def _by_name(entries: Iterable[Entry]) -> Given:
    return {str(entry.key): entry.value for entry in entries}


def _bound(node: Node, fields: Given) -> Node:
    if not isinstance(node, Var):
        return node
    return fields.get(node.var) or node.default or node


def integer(node: Node | None) -> int | None:
    """The integer that ``node`` is, None where it is none."""
    value = node.value if isinstance(node, Literal) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def clash(
    graph: Graph, code: str, message: str, first: Node, second: Node, *, label: str, remedy: str
) -> Diagnostic:
    """Two values that do not fit together: the place is that of ``first``."""
    at = Label(graph.given_at(second), label)
    return Diagnostic(code, message, graph.given_at(first), labels=(at,), help=remedy)
