"""Graphs rebuilt from their leaves up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.ir.graph import (
    Call,
    Entry,
    Graph,
    Kind,
    List,
    Literal,
    Mapping,
    Node,
    Tuple,
    Var,
    children,
    walk,
)
from fgc.compiler.ir.rewrite import rewrite
from fgc.compiler.ir.span import Span

AT = Span.point("a.yaml", 1)


def _node(kind: int, below: tuple[Node, ...], value: int) -> Node:
    entries = tuple(Entry(f"k{i}", AT, node) for i, node in enumerate(below))
    if kind == 0 or not below:
        return Literal(value, (), AT)
    options: tuple[Node, ...] = (
        List(below, (), AT),
        Tuple(below, (), AT),
        Mapping(entries, (), AT),
        Var("x", below[0], (), AT),
        Call(Kind.FACTORY, "f", AT, below[:1], entries[1:], (), AT),
        Call(Kind.PARTIAL, "f", AT, (), entries, (), AT, latent_args=below[0]),
    )
    return options[kind % len(options)]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Graphs in which any node may be shared."""
    nodes: list[Node] = [Literal(0, (), AT)]
    for _ in range(draw(st.integers(1, 12))):
        picked = draw(st.lists(st.integers(0, len(nodes) - 1), max_size=3))
        below = tuple(nodes[index] for index in picked)
        nodes.append(_node(draw(st.integers(0, 6)), below, draw(st.integers(0, 3))))
    return Graph(tuple(Entry(str(i), AT, node) for i, node in enumerate(nodes[-3:])))


def _shape(graph: Graph) -> list[tuple[object, ...]]:
    """Every node by its type, its value and the numbers of its children: equal for graphs that are
    the same but for the identity of their nodes."""
    nodes = list(walk(*(entry.value for entry in graph.roots)))
    number = {id(node): index for index, node in enumerate(nodes)}
    return [
        (type(node), getattr(node, "value", None), *(number[id(child)] for child in children(node)))
        for node in nodes
    ]


@given(graphs())
def test_no_change_is_the_same_graph(graph: Graph) -> None:
    assert rewrite(graph, lambda node: node) is graph


@given(graphs())
def test_each_node_is_asked_for_once_after_its_children(graph: Graph) -> None:
    asked: list[Node] = []

    def change(node: Node) -> Node:
        assert all(any(child is before for before in asked) for child in children(node))
        asked.append(node)
        return node

    rewrite(graph, change)
    assert {id(node) for node in asked} == {
        id(node) for node in walk(*(entry.value for entry in graph.roots))
    }
    assert len(asked) == len({id(node) for node in asked})


@given(graphs())
def test_sharing_survives_a_change_of_every_leaf(graph: Graph) -> None:
    def change(node: Node) -> Node:
        match node:
            case Literal(value=int(value)):
                return Literal(value + 10, (), AT)
            case _:
                return node

    def back(node: Node) -> Node:
        match node:
            case Literal(value=int(value)):
                return Literal(value - 10, (), AT)
            case _:
                return node

    changed = rewrite(graph, change)
    assert all(
        node.value >= 10
        for node in walk(*(entry.value for entry in changed.roots))
        if isinstance(node, Literal) and isinstance(node.value, int)
    )
    assert _shape(rewrite(changed, back)) == _shape(graph)


def test_depth_is_no_limit() -> None:
    node: Node = Literal(0, (), AT)
    for _ in range(5000):
        node = List((node,), (), AT)
    graph = rewrite(Graph((Entry("a", AT, node),)), lambda n: n if isinstance(n, List) else node)
    assert graph.root("a") is not node


def test_a_node_that_is_reached_from_itself() -> None:
    loop = List((), ("a",), AT)
    object.__setattr__(loop, "items", (loop,))
    with pytest.raises(ValueError, match="reached from itself"):
        rewrite(Graph((Entry("a", AT, loop),)), lambda node: node)
