"""The graph as JSON: nothing of it is lost, and each node has its place."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from fgc.compiler.ir.graph import Call, Entry, Graph, Kind, List, Literal, Mapping, Node, Tuple, Var
from fgc.compiler.ir.span import Span
from fgc.compiler.views.graph_json import graph_json
from tests.compiler.views.reading import EXAMPLES, FILE, assert_equal_graphs, linked, read
from tests.compiler.views.test_graph_yaml import HOSTILE
from tests.equivalence.graphs import RandomGraph, each_graph

AT = Span.point(FILE, 1)


def written(graph: Graph) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    text = graph_json(graph, lambda file: file.rpartition("/")[2], config="a.yaml", after="link")
    return json.loads(text, parse_constant=refuse)


def rebuilt(made: dict[str, Any]) -> Graph:
    """The graph that a JSON text describes."""
    facts = {node["id"]: node for node in made["nodes"]}
    assert len(facts) == len(made["nodes"])
    nodes: dict[str, Node] = {}

    def several(names: list[str]) -> tuple[Node, ...]:
        return tuple(node(name) for name in names)

    def maybe(name: str | None) -> Node | None:
        return None if name is None else node(name)

    def node(name: str) -> Node:
        if name not in nodes:
            nodes[name] = make(facts[name], (name,))
        return nodes[name]

    def make(fact: dict[str, Any], path: tuple[str, ...]) -> Node:
        match fact["kind"]:
            case "literal":
                return Literal(scalar(fact), path, AT)
            case "list":
                return List(several(fact["items"]), path, AT, fact["name"])
            case "tuple":
                return Tuple(several(fact["items"]), path, AT, fact["name"])
            case "mapping":
                pairs = [Entry(scalar(e["key"]), AT, node(e["value"])) for e in fact["entries"]]
                return Mapping(tuple(pairs), path, AT, fact["name"])
            case "var":
                return Var(fact["var"], maybe(fact["default"]), path, AT)
            case kind:
                return Call(
                    Kind(kind),
                    fact["target"],
                    AT,
                    several(fact["args"]),
                    tuple(Entry(key, AT, node(value)) for key, value in fact["kwargs"].items()),
                    path,
                    AT,
                    maybe(fact["latent_args"]),
                    fact["name"],
                    tuple(fact["search_path"]),
                )

    roots = tuple(Entry(key, AT, node(name)) for key, name in made["targets"].items())
    return Graph(roots, {}, {name: scalar(value) for name, value in made["bindings"].items()})


def scalar(fact: dict[str, Any]) -> Any:
    return float(fact["value"]) if fact["type"] == "float" else fact["value"]


@pytest.mark.parametrize("config", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_can_be_rebuilt(config: Path) -> None:
    graph = linked(config)
    assert_equal_graphs(rebuilt(written(graph)), graph)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_whatever_a_configuration_says_can_be_rebuilt(text: str) -> None:
    graph = read(dedent(text), {"lr": 1, "bias": None})
    assert_equal_graphs(rebuilt(written(graph)), graph)


def test_random_graphs_can_be_rebuilt() -> None:
    def check(random: RandomGraph) -> None:
        graph = read(random.text)
        assert_equal_graphs(rebuilt(written(graph)), graph)

    each_graph(check, 50)


def test_each_node_has_its_place() -> None:
    made = written(read("lr: &lr 1\nb: !partial:f\n  x: [*lr, !var y]\n"))
    places = {n["id"]: (n["place"]["line"], n["place"]["column"]) for n in made["nodes"]}
    assert places == {"lr": (1, 9), "b": (2, 4), "b.x": (3, 6), "b.x.1": (3, 12)}
    assert {node["place"]["file"] for node in made["nodes"]} == {"a.yaml"}


def test_nodes_of_one_path_have_two_ids() -> None:
    made = written(read(".define: &x !call:f\na: [*x, *x]\n.other: &x !call:g\nb: [*x]"))
    assert [node["id"] for node in made["nodes"]] == ["a", "x", "b", "x~2"]


def test_a_file_is_named_as_on_every_machine() -> None:
    made = written(linked(EXAMPLES[0], "fold"))
    (file,) = (node for node in made["nodes"] if node["id"] == "tokenizer.file")
    assert (file["kind"], file["source"]) == ("file", "tokenizer.json")
    assert file["written"] == "tokenizer/tokenizer.json"
