"""Pictures for Graphviz and Mermaid: well-formed whatever a configuration says, and complete."""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fgc.compiler.frontend.template.toyaml import to_yaml
from fgc.compiler.views.diagram import Box, Diagram, diagram
from fgc.compiler.views.graph_dot import graph_dot
from fgc.compiler.views.graph_mermaid import graph_mermaid
from tests.compiler.views.pictures import DOT, drawn_by_dot, read_dot, read_mermaid
from tests.compiler.views.reading import EXAMPLES, linked, read
from tests.equivalence.graphs import RandomGraph, each_graph

HOSTILE = [
    'a"b',
    "a\nb",
    "a\\nb\\",
    "]>;",
    "}",
    "-->",
    "<b>&amp;</b>",
    "<script>alert(1)</script>",
    "%%{init: {}}%%",
    "%% comment",
    "#quot; #35;",
    "style x fill:#f00;",
    "classDef x fill:#f00;",
    "click n_a href 'x'",
    "end",
    "graph TD",
    "subgraph",
    "`code` **bold** $$x$$",
    "1. one\n- two",
    "\x1b[31m\x00\x7f\x85\u2028",
    "\U0001f600 é ☃",
    "",
    " ",
    "|x|",
    ":::target",
]


def hostile(text: str) -> Diagram:
    """A diagram with ``text`` wherever a text can stand."""
    quoted = to_yaml(text)
    inner = f"{{{quoted}: {quoted}, b: [{quoted}, !call:h ]}}"
    config = f"""
        {quoted}: !call:f {{x: {quoted}, y: &s !call:g {{z: {inner}}}}}
        other: {quoted}
        b: {{{quoted}: *s}}
        """
    return diagram(read(dedent(config)), text)


def check_dot(made: Diagram) -> None:
    text = graph_dot(made)
    picture = read_dot(text)
    assert list(picture.nodes)
    assert set(picture.nodes) == {box.id for box in made.boxes}
    assert Counter(picture.edges) == Counter(
        (edge.source, edge.to, edge.label.strip()) for edge in made.edges
    )
    for box in made.boxes:
        words = picture.nodes[box.id].split("\n")[1:]
        assert [word.strip() for word in words] == [
            word.strip() for row in box.rows for word in row
        ]


def check_mermaid(made: Diagram) -> None:
    picture = read_mermaid(graph_mermaid(made))
    assert len(picture.nodes) == len(made.boxes)
    assert len(picture.edges) == len(made.edges)
    assert {end for edge in picture.edges for end in edge[:2]} <= picture.nodes.keys()
    assert Counter(label for *_, label in picture.edges) == Counter(
        e.label or "" for e in made.edges
    )
    groups, alone = made.groups()
    for box, text in zip([*chain(*groups), *alone], picture.nodes.values(), strict=True):
        rows = [f"{name or ' '} = {value or ' '}" for name, value in box.rows]
        assert text.split("\n")[1 + _has_key(box) :] == rows


def _has_key(box: Box) -> bool:
    """Whether the head has a line of its own for the target's key."""
    return box.target not in (None, box.title)


@pytest.mark.parametrize("config", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_can_be_drawn(config: Path) -> None:
    for whole in (False, True):
        made = diagram(linked(config), config.stem, whole=whole)
        check_dot(made)
        check_mermaid(made)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_a_picture(text: str) -> None:
    made = hostile(text)
    assert len(made.boxes) >= 4
    check_dot(made)
    check_mermaid(made)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"), max_size=20))
def test_any_text(text: str) -> None:
    made = hostile(text)
    check_dot(made)
    check_mermaid(made)


def test_random_graphs_can_be_drawn() -> None:
    def check(random: RandomGraph) -> None:
        made = diagram(read(random.text), "a graph")
        check_dot(made)
        check_mermaid(made)

    each_graph(check, 60)


@pytest.mark.skipif(DOT is None, reason="Graphviz is not installed")
def test_graphviz_reads_the_same() -> None:
    pictures = [diagram(linked(config), config.stem) for config in EXAMPLES]
    for made in (*pictures, *map(hostile, HOSTILE)):
        read_by_us, read_by_dot = read_dot(graph_dot(made)), drawn_by_dot(graph_dot(made))
        # a name that begins with a percent sign is printed as a number
        if not any(name.startswith("%") for name in read_by_us.nodes):
            assert read_by_dot.nodes.keys() == read_by_us.nodes.keys()
            assert Counter(read_by_dot.edges) == Counter(read_by_us.edges)
        assert len(read_by_dot.nodes) == len(read_by_us.nodes)
        labels = (Counter(edge[2] for edge in p.edges) for p in (read_by_dot, read_by_us))
        assert len({frozenset(each.items()) for each in labels}) == 1


# Mermaid's own parser, in a page without a browser: the text of each node and the number of edges.
PARSE = """
import { JSDOM } from "jsdom";
import fs from "fs";
const window = new JSDOM("<!DOCTYPE html><body></body>").window;
globalThis.window = window; globalThis.document = window.document;
const mermaid = (await import("mermaid")).default;
mermaid.initialize({ securityLevel: "strict" });
const read = [];
for (const text of JSON.parse(fs.readFileSync(0, "utf-8"))) {
    const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
    const nodes = [...diagram.db.getVertices().values()].map((node) => node.text);
    read.push({ nodes, edges: diagram.db.getEdges().length });
}
console.log(JSON.stringify(read));
"""


@pytest.mark.nightly
def test_mermaid_reads_the_same(tmp_path: Path) -> None:
    install = ["npm", "install", "--no-audit", "--no-fund", "mermaid@11", "jsdom@26"]
    (tmp_path / "package.json").write_text('{"type": "module"}')
    subprocess.run(install, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "parse.mjs").write_text(PARSE)
    pictures = [diagram(linked(config), config.stem) for config in EXAMPLES]
    pictures += map(hostile, HOSTILE)
    for made, read_by_mermaid in zip(pictures, parsed(tmp_path, pictures), strict=True):
        ours = read_mermaid(graph_mermaid(made))
        shown = [plain(node) for node in read_by_mermaid["nodes"]]
        assert Counter(shown) == Counter(ours.nodes.values())
        assert read_by_mermaid["edges"] == len(ours.edges)


def parsed(folder: Path, pictures: Sequence[Diagram]) -> list[dict[str, list[str]]]:
    texts = json.dumps([graph_mermaid(made) for made in pictures])
    ran = subprocess.run(
        ["node", "parse.mjs"], cwd=folder, input=texts, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


def plain(label: str) -> str:
    """A label as Mermaid keeps it, as a page shows it."""
    text = re.sub(r"ﬂ°°(\d+)¶ß", r"&#\1;", label)
    text = re.sub(r"</?[bi]>", "", text).replace("<br>", "\n")
    return html.unescape(text).replace("\u200b", "")
