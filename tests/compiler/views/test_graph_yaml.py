"""The graph as YAML: what is read back is the graph that was written, and a person can read it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fgc.compiler.frontend.template.toyaml import to_yaml
from fgc.compiler.ir.graph import Graph
from fgc.compiler.views.graph_yaml import graph_yaml
from tests.compiler.views.reading import EXAMPLES, assert_equal_graphs, linked, places, read
from tests.equivalence.graphs import RandomGraph, each_graph


def written(graph: Graph) -> str:
    return graph_yaml(graph, places(graph), "title")


def body(text: str) -> str:
    """What is written for a configuration, without comments."""
    lines = written(read(dedent(text))).splitlines()
    return "".join(f"{line.partition('  #')[0].rstrip()}\n" for line in lines if line[:1] != "#")


@pytest.mark.parametrize("until", ["parse", "link", "fold"])
@pytest.mark.parametrize("config", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_is_read_back_as_it_was(config: Path, until: str) -> None:
    graph = linked(config, until)
    assert_equal_graphs(read(written(graph)), graph)


def test_random_graphs_are_read_back_as_they_were() -> None:
    def check(random: RandomGraph) -> None:
        graph = read(random.text)
        assert_equal_graphs(read(written(graph)), graph)

    each_graph(check, 300, shrink=True)


def test_what_is_written_is_written_the_same_again() -> None:
    for config in EXAMPLES:
        text = body(written(linked(config)))
        assert body(text) == text


HOSTILE = {
    "keywords that are signs": """
        a: !call:f {args: [1], kwargs: {arg1: 2, latent_args: 3, submodule_searchpath: 4, args: 5}}
        """,
    "the keyword args alone": "a: !call:f {kwargs: {args: [1, 2]}}",
    "the keyword kwargs alone": "a: !call:f {kwargs: {kwargs: 1}}",
    "positional and keyword": "a: !call:f {arg0: 1, arg1: [2, {x: 3}], b: 4}",
    "latent arguments": "a: !partial:f {arg0: 1, latent_args: {x: [1, &b 2]}}\nb: *b",
    "latent arguments of a node": "o: &o !call:dict {x: 1}\na: !partial:f {latent_args: *o}",
    "folders": "a: !call:models/a.py:F {submodule_searchpath: [one, 'two: three', \"4\"], x: 1}",
    "names": "a: !list@a_list []\nb: !dict@a_dict {x: !call:f@a_call [], 1: 2}\nc: !tuple@t [1]",
    "empty": "a: []\nb: {}\nc: !tuple []\nd: !dict {}\ne: !call:f\nf: !partial:f []\ng: ''",
    "nothing": "",
    "variables": "a: !var x\nb: !var [y, 1]\nc: !var {name: z, default: {k: [1, !var w]}}\nd: !var"
    " [v, [&s 1, *s]]\ne: !var null\nf: !var [true, null]",
    "keys": "a: {1: a, 1.5: b, true: c, null: d, '1': e, 'null': f, '<<': g, '': h, '.x': i, =: j,"
    " 'a: b': k, '#': l, '- a': m, \"two\\nlines\": n, on: o, '*x': p, .nan: q, -.inf: r}",
    "scalars": """
        a: [1, -2, 1.0, -0.0, 1e300, 5e-324, .inf, -.inf, .nan, true, false, null, 0x1f, 1_000]
        b: ['1', '1.0', 'true', 'null', '~', yes, 'yes', 2024-01-01, 1:30, 0o17, '0o17', '=', '<<']
        """,
    "texts": r"""
        a: ["\x85", "\u2028", "\0", "\e[31m", "\U0001f600", "a\tb", " a", "a ", "#", "a #b", "a: b"]
        b: ["- a", "[", "{", "*a", "&a", "!a", "|", ">", "%", "@", "`", "'", "\"", "\\", "---"]
        """,
    "texts of several lines": r"""
        a: "one\ntwo"
        b: "one\n"
        c: "one\n\n\n"
        d: "\none"
        e: " o\nt"
        f: "a \n b\n\n c"
        g: "---\n...\n# d"
        h: ["a\nb", {k: "c\n"}]
        i: "\n"
        j: "a\n\tb"
        """,
    "a long text": f"a: '{'word ' * 100}'\nb: ['{'x' * 200}', 1]",
    "a long key": f"a: {{? '{'x' * 2000}' : {{b: 1}}, ? '{'y' * 500}' : 2}}",
    "specs that tags spell": "a: !call:a%20b/%C3%A9%25%2C.py:f [1]\nb: [!call:x%5D.py:f []]",
    "sharing": "a: &a [1, &b {x: &c 2}]\nb: [*a, *b, *c]\nc: *c\nd: {e: &d !partial:f [*b], f: *d}",
    "anchors of one name": ".define: &x !call:f\na: [*x, *x]\n.other: &x !call:g\nb: [*x, *x]",
    "a target that a part is first met below": "a: {x: &b !call:f [1]}\nb: *b",
    "targets with strange keys": "'a b': &x 1\n'a-b': *x\n'ä': [*x]\n'null': 1\n'1': 2\n'a\"': [3]",
    "merged": "a: &a !call:f {x: &x {k: 1}, y: 2}\nb: !call:g {<<: *a, y: 3}\nc: {<<: {z: *x}}",
    "lists in lists": "a: [[1, [2, {x: [3]}]], [], {}, [{y: 1}, {z: {w: 2}}]]",
    "a dlist": "a: !dlist {x: 1, y: null, z: !call:f}",
    "meta": "a: !meta:f {x: 1}",
    "a call in a list in a call": "a: !call:f [[!call:g, !call:h [1]], {x: !factory:i {y: 1}}]",
    "a long list": f"a: {list(range(300))}",
    "a linked project": "a: !call:from_project {project_dir: x, targets: [a], lr: 1}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_whatever_a_configuration_says(text: str) -> None:
    graph = read(dedent(text))
    assert_equal_graphs(read(written(graph)), graph)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"), max_size=30)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_any_text_and_any_key(text: str, key: str) -> None:
    graph = read(f"a: {{{to_yaml(key)}: {to_yaml(text)}}}\nb: {to_yaml(text)}")
    assert_equal_graphs(read(written(graph)), graph)


def test_a_person_can_read_it() -> None:
    assert (
        body("""
        lr: &lr 1e-3
        .define: &norm !partial:torch.nn:LayerNorm [8]
        model: !singleton:f@net
            parts: [*norm, {first: *norm, sizes: [1, 2]}]
            text: "one\\ntwo\\n"
            bias: !var [bias, true]
        optimizer: !partial:torch.optim:AdamW {lr: *lr, betas: !tuple [0.9, 0.95]}
        """)
        == dedent("""
        lr: &lr 0.001

        model: !singleton:f@net
            parts:
                - &norm !partial:torch.nn:LayerNorm [8]
                - first: *norm
                  sizes: [1, 2]
            text: |
                one
                two
            bias: !var [bias, true]

        optimizer: !partial:torch.optim:AdamW
            lr: *lr
            betas: !tuple [0.9, 0.95]
        """)
    )


def test_comments_say_where() -> None:
    graph = read("a: 1\nb: !call:f\n    x: !call:g\n        z: 2\n", {"lr": 3e-4, "x": "a b"})
    assert written(graph) == dedent("""\
        # title
        # --set lr=0.0003
        # --set x="a b"
        # a.yaml  /project/a.yaml

        a: 1                 # a.yaml:1

        b: !singleton:f      # a.yaml:2
            x: !singleton:g  # a.yaml:3
                z: 2
        """)


@pytest.mark.parametrize(
    "other",
    [
        "a: &a !call:f [1]\nb: !call:f [1]",
        "a: &a !factory:f [1]\nb: *a",
        "a: &a !call:g [1]\nb: *a",
        "a: &a !call:f@f [1]\nb: *a",
        "a: &a !call:f [1.0]\nb: *a",
        "a: &a !call:f [1, 1]\nb: *a",
        "a: &a !call:f {x: 1}\nb: *a",
        "a: &a !call:f {arg0: 1, latent_args: {}}\nb: *a",
        "b: &a !call:f [1]\na: *a",
    ],
)
def test_the_comparison_sees_a_difference(other: str) -> None:
    with pytest.raises((AssertionError, ValueError)):
        assert_equal_graphs(read("a: &a !call:f [1]\nb: *a"), read(other))
