"""Configurations as text, read as graphs, and what it means that two graphs are equal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fgc.compiler.frontend.rendered import Piece, Rendered
from fgc.compiler.ir.graph import Call, Entry, File, Graph, Literal, Node, Scalar, Var, children
from fgc.compiler.ir.graph import Mapping as MappingNode
from fgc.compiler.passes.parse import parse
from fgc.compiler.pipeline import Request, run
from fgc.compiler.views.places import ShortPlaces

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*/configs/*.yaml"))
FILE = "/project/a.yaml"


def read(text: str, bindings: Mapping[str, Scalar] | None = None) -> Graph:
    """The graph of ``text``, taken as rendered."""
    lines = tuple((Piece(1, FILE, n, 1),) for n in range(1, text.count("\n") + 2))
    return parse(Rendered(text, lines, {FILE: text}, (FILE,)), bindings)


def linked(config: Path, until: str = "link") -> Graph:
    """The graph of a configuration after a pass."""
    outcome = run(Request(config), until=until)
    assert not outcome.failed
    assert outcome.build.graph is not None
    return outcome.build.graph


def places(graph: Graph) -> ShortPlaces:
    """Places by the last names of files."""
    return ShortPlaces(graph.sources, lambda file: file)


def assert_equal_graphs(one: Graph, other: Graph) -> None:
    """The same targets, nodes, values and sharing; where they are written may differ."""
    matched: dict[Node, Node] = {}

    def compare(path: str, a: Node, b: Node) -> None:
        if a in matched or b in matched:
            assert (matched.get(a), matched.get(b)) == (b, a), f"{path}: shared in one graph only"
            return
        matched[a], matched[b] = b, a
        assert facts(a) == facts(b), path
        below = list(zip(children(a), children(b), strict=True))
        for number, (first, second) in enumerate(below):
            compare(f"{path}.{number}", first, second)

    assert one.bindings == other.bindings
    for first, second in zip(one.roots, other.roots, strict=True):
        assert first.key == second.key
        compare(str(first.key), first.value, second.value)


def facts(node: Node) -> tuple[object, ...]:
    """All that a node says, its children and places aside."""
    name = getattr(node, "name", None)
    match node:
        case Literal(value=value):
            return ("literal", type(value), repr(value))
        case File(written=written):
            return ("literal", str, repr(written))  # what it is read back as
        case Var(var=var, default=default):
            return ("var", var, default is None)
        case MappingNode(entries=entries):
            return ("mapping", name, keys(entries))
        case Call():
            count = (len(node.args), node.latent_args is None)
            own = (node.kind, node.target, node.search_path)
            return ("call", name, *own, *count, keys(node.kwargs))
        case _:
            return (type(node), name)


def keys(entries: tuple[Entry, ...]) -> list[tuple[type, str]]:
    return [(type(entry.key), repr(entry.key)) for entry in entries]
