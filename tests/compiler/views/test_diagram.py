"""What is drawn of a graph: all of it, each node once, and folded so that it can be read."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.ir.graph import Call, Graph, walk
from fgc.compiler.views.diagram import VALUES, Box, Diagram, diagram
from tests.compiler.views.reading import EXAMPLES, linked, read
from tests.equivalence.graphs import RandomGraph, each_graph


def drawn(text: str, *, whole: bool = False, depth: int | None = None) -> Diagram:
    return diagram(read(dedent(text)), "title", whole=whole, depth=depth)


def boxes(made: Diagram) -> dict[str, Box]:
    return {box.id: box for box in made.boxes}


def edges(made: Diagram) -> list[str]:
    return [f"{edge.source} -{edge.label}-> {edge.to}" for edge in made.edges]


def check_whole(graph: Graph) -> None:
    """Unfolded, each call has one box, and each box is reached from the targets by edges."""
    made = diagram(graph, "", whole=True)
    calls = {n for n in walk(*(e.value for e in graph.roots)) if isinstance(n, Call)}
    kinds = ("singleton", "factory", "partial", "meta")
    assert sum(box.kind in kinds for box in made.boxes) == len(calls)
    check(made)


def check(made: Diagram) -> None:
    assert len(boxes(made)) == len(made.boxes)
    reached = {box.id for box in made.boxes if box.target is not None or box.kind == VALUES}
    for _ in made.boxes:
        reached |= {edge.to for edge in made.edges if edge.source in reached}
    assert reached == boxes(made).keys()
    assert len({(edge.source, edge.to) for edge in made.edges}) == len(made.edges)


@pytest.mark.parametrize("config", EXAMPLES, ids=lambda path: path.stem)
def test_nothing_of_an_example_is_missing(config: Path) -> None:
    check_whole(linked(config))


def test_nothing_of_a_random_graph_is_missing() -> None:
    def each(random: RandomGraph) -> None:
        graph = read(random.text)
        check_whole(graph)
        check(diagram(graph, ""))
        for depth in (0, 1):
            check(diagram(graph, "", depth=depth))

    each_graph(each, 100)


def test_scalars_stand_in_the_box_and_calls_outside() -> None:
    made = drawn("""
        lr: &lr 1e-3
        net: &net !singleton:torch.nn:Bilinear
            in1_features: 10000
            in2_features: 8
            out_features: 2
        optimizer: !partial:torch.optim:AdamW
            model: *net
            lr: *lr
            betas: !tuple [0.9, 0.95]
            rate: !var rate
            other: !var [x, 1]
        """)
    assert boxes(made)["optimizer"] == Box(
        "optimizer",
        "AdamW",
        "partial",
        "optimizer",
        (("lr", "0.001"), ("betas", "(0.9, 0.95)"), ("rate", "!var"), ("other", "!var x or 1")),
        group="optimizer",
    )
    assert boxes(made)["net"].rows[0] == ("in1_features", "10_000")
    assert boxes(made)[VALUES].rows == (("lr", "0.001"),)
    assert edges(made) == ["optimizer -model-> net"]


def test_a_shared_node_has_one_box() -> None:
    made = drawn("""
        .define: &norm !partial:torch.nn:LayerNorm {normalized_shape: 8, bias: false}
        a: !call:f {first: *norm, second: *norm, third: *norm, x: [1, *norm]}
        b: !call:g [*norm]
        """)
    assert edges(made) == ["a -first, second, …-> norm", "b -[0]-> norm"]
    assert boxes(made)["a"].rows == (("x[0]", "1"),)


def test_equal_neighbours_are_one_box() -> None:
    layer = (
        "!partial:fgc.runtime.nn:PreNormLayer {attention: !partial:a:B {size: %d, x: 'long %s'}}"
    )
    layers = ", ".join([layer % (1, "x" * 40)] * 3 + [layer % (2, "x" * 40)])
    text = f"model: !call:f {{layers: [{layers}]}}"
    folded, whole = drawn(text), drawn(text, whole=True)
    assert edges(folded)[0] == "model -layers[0–2]-> model.layers.0"
    assert boxes(folded)["model.layers.0"].count == 3
    assert edges(folded)[2] == "model -layers[3]-> model.layers.3"
    assert boxes(folded)["model.layers.3"].count == 1
    assert len(folded.boxes) == 5
    assert len(whole.boxes) == 9
    assert edges(whole)[2] == "model -layers[1]-> model.layers.1"


def test_what_only_looks_equal_is_not_folded() -> None:
    def ids(items: str) -> list[str]:
        return [
            box.id for box in drawn(f".define: &s !call:g [1]\na: !call:f [{items}]\nb: *s").boxes
        ]

    long = "text: 'a text that does not go into one line of a box'"
    assert ids(f"!call:h {{{long}}}, !call:h {{{long}}}") == ["a", "s", "a.0"]
    assert ids(f"!call:h {{{long}}}, !factory:h {{{long}}}") == ["a", "s", "a.0", "a.1"]
    assert ids(f"!call:h {{{long}, x: 1}}, !call:h {{{long}, x: 1.0}}") == ["a", "s", "a.0", "a.1"]
    assert ids(f"!call:h {{{long}, x: *s}}, !call:h {{{long}, x: *s}}") == ["a", "s", "a.0"]


def test_a_small_call_is_a_value_unless_it_is_shared() -> None:
    text = "a: !call:f {act: !partial:torch.nn:GELU, norm: !partial:torch.nn:LayerNorm [8]}\n"
    assert drawn(text).boxes[0].rows == (("act", "GELU"), ("norm", "partial(LayerNorm, 8)"))
    assert len(drawn(text, whole=True).boxes) == 3
    shared = drawn("a: !call:f {act: &x !partial:torch.nn:GELU}\nb: !call:f {act: *x}")
    assert [box.title for box in shared.boxes] == ["f", "f", "GELU"]


def test_a_target_that_is_named_in_a_value_is_linked() -> None:
    made = drawn("tok: &t !call:load {file: x.json}\nm: !call:f {config: {size: !call:size [*t]}}")
    assert boxes(made)["m.config"].rows == (("size", "size(tok)"),)
    assert edges(made) == ["m -config-> m.config", "m.config -size-> tok"]


def test_long_values_and_many_rows_are_shortened() -> None:
    text = f"a: !call:f {{t: '{'word ' * 50}', n: {list(range(100))}}}\nb: {{"
    text += ", ".join(f"key{n}: {n}" for n in range(60)) + "}"
    a, b = drawn(text).boxes[0], boxes(drawn(text))["b"]
    assert a.rows[0][1].endswith("…")
    assert len(a.rows[0][1]) <= 40
    assert a.rows[1][1] == "[0, 1, 2, 3, 4, 5, 6, 7, … 92 more]"
    assert len(b.rows) == 24
    assert b.rows[-1] == ("…", "37 more")
    whole = drawn(text, whole=True)
    assert whole.boxes[0].rows[0][1] == '"' + "word " * 50 + '"'
    assert len(boxes(whole)["b"].rows) == 60


def test_depth_leaves_out_what_lies_deeper() -> None:
    text = "a: !call:f {x: !call:g {y: !call:h {z: !call:i {w: {k: !call:j}}}}}"
    made = drawn(text, depth=1)
    assert [box.title for box in made.boxes] == ["f", "g"]
    assert made.boxes[1].rows == (("y", "h …"),)
    assert [box.title for box in drawn(text, depth=0).boxes] == ["f"]


def test_groups_are_what_one_target_alone_needs() -> None:
    made = drawn("""
        data: !call:f {of: !call:g {x: &s !call:s {text: a text that is too long for a row of it}}}
        other: !call:h {of: *s}
        """)
    groups, alone = made.groups()
    assert [[box.title for box in group] for group in groups] == [["f", "g"]]
    assert [box.title for box in alone] == ["h", "s"]


def test_a_change_in_one_target_changes_nothing_else() -> None:
    config = EXAMPLES[0]
    before = diagram(linked(config), "")
    text = "model: !call:f {x: !call:g {y: 1}}"
    roots = tuple(
        read(text).roots[0] if entry.key == "model" else entry for entry in linked(config).roots
    )
    after = diagram(Graph(roots), "")
    mine = [box for box in before.boxes if box.group != "model"]
    assert mine == [box for box in after.boxes if box.group != "model"]
