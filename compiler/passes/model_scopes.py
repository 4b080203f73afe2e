"""In which model's configuration a node stands, and so what a variable in it means."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from fgc.compiler.ir.graph import Call, Entry, Graph, Literal, Mapping, Node, Var, children


def config_of(call: Call) -> Entry | None:
    """The ``config`` that makes a call a model: a mapping of its configuration's fields."""
    for entry in call.kwargs:
        if entry.key == "config" and isinstance(entry.value, Mapping):
            return entry
    return None


def scoped(graph: Graph) -> Iterator[tuple[Node, Entry | None]]:
    """Each node of a graph with the ``config`` of the model that it is below, if there is one: once
    for each of several models, in configuration order."""
    seen: set[tuple[int, int]] = set()
    scopes: list[tuple[Node, Entry | None]] = [(entry.value, None) for entry in graph.roots]
    scopes.reverse()
    while scopes:
        node, config = scopes.pop()
        key = (id(node), id(config))
        if key in seen:
            continue
        seen.add(key)
        yield node, config
        inner = config_of(node) if isinstance(node, Call) else None
        for child in reversed(children(node)):
            # the fields themselves are given from outside the model
            below = inner if inner is not None and child is not inner.value else config
            scopes.append((child, below))


def bound_value(
    node: Node, config: Entry | None, graph: Graph, launch: Collection[str] = ()
) -> Node:
    """What a variable stands for, if the configuration says it; any other node is itself.

    ``launch`` are the variables that a program itself has.
    """
    for _ in range(16):  # a field may be a variable, too
        if not isinstance(node, Var):
            return node
        given: Node | None = None
        if config is not None:
            given = config.value.get(node.var) if isinstance(config.value, Mapping) else None
            config = None
        elif node.var in graph.bindings:
            given = Literal(graph.bindings[node.var], node.path, node.span)
        elif node.var in launch or _declared(graph, node.var):
            return node
        if given is None:
            given = node.default
        if given is None:
            return node
        node = given
    return node


def _declared(graph: Graph, name: str) -> bool:
    """Whether the program takes a value when it is started."""
    declared = graph.root("launch_args")
    return isinstance(declared, Mapping) and declared.get(name) is not None
