"""The templates of a configuration: what rendering followed, and what each overrides."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from fgc.compiler.frontend.render import render_report
from fgc.compiler.passes.load import load
from fgc.compiler.views.graph_dot import graph_dot
from fgc.compiler.views.graph_mermaid import graph_mermaid
from fgc.compiler.views.templates import (
    Template,
    templates,
    templates_diagram,
    templates_markdown,
    templates_tree,
    walk,
)
from tests.compiler.views.pictures import read_dot, read_mermaid
from tests.compiler.views.reading import EXAMPLES

SOURCES = {
    "top": """\
        -- set ns = namespace(base='base', extra=['nowhere', 'extra'])
        -- extends ns.base
        -- from 'macros' import one
        [first]
        == super()
        x: {{ one() }}
        -- include 'inner'
        -- include ns.extra
        -- include 'gone' ignore missing
        -- if false
        -- include 'unused'
        -- endif
        [second]
        -- include 'inner'
            [deep]
        y: 1
        #--- inner ---
        -- extends 'extra'
        [extra]
        e: 1
        """,
    "base": "[first]\na: 1\n[second]\n== self.third()\n    [deep]\n[third]\n",
    "macros": "-- macro one()\n1\n-- endmacro\n",
    "extra": "[extra]\nd: 1\n",
    "unused": "u: 1\n",
}


def read(sources: dict[str, str], top: str = "top") -> Template:
    texts = {name: dedent(text) for name, text in sources.items()}
    report = render_report(top, (), {}, sources=texts)
    return templates(report.chain, lambda file: file.strip("<>"))


def test_the_tree() -> None:
    assert templates_tree(read(SOURCES)) == dedent("""\
        top
        ├─ adds to   first   base:1
        ├─ replaces  second  base:3
        ├─ replaces  deep    base:5
        ├─ extends base  (line 2)
        │  └─ defines  first, second, deep, third
        ├─ imports macros  (line 3)
        ├─ includes inner in top:17  (line 7)
        │  ├─ replaces  extra  extra:1
        │  └─ extends extra  (line 18)
        │     └─ defines  extra
        ├─ includes extra  (line 8, as above)
        └─ includes inner in top:17  (line 14, as above)
        """)


def test_a_computed_base_is_the_one_that_was_taken() -> None:
    sources = {
        "top": "-- extends 'a' if pick else 'b'\n[x]\n",
        "a": "[x]\n",
        "b": "[x]\n",
    }
    for pick, base in ((True, "a"), (False, "b")):
        report = render_report("top", (), {"pick": pick}, sources=sources)
        root = templates(report.chain, lambda file: file.strip("<>"))
        assert [(kind, below.title) for kind, _, below in root.references] == [("extends", base)]


def test_what_a_name_is_computed_by_is_told_apart_from_what_it_names() -> None:
    """The expression renders a block, which itself includes a template."""
    root = read(
        {
            "top": "[name]\n-- include 'word'\n[use]\n-- include self.name()|trim\n",
            "word": "other",
            "other": "a: 1",
        }
    )
    followed = [(kind, line, below.title) for kind, line, below in root.references]
    assert followed == [("includes", 2, "word"), ("includes", 4, "other")]


def test_super_counts_for_the_block_that_it_stands_in() -> None:
    root = read(
        {
            "top": "-- extends 'base'\n[outer]\n    [inner]\n    == super()\n[other]\n=> super()\n",
            "base": "[outer]\n    [inner]\n[other]\n",
        }
    )
    assert [(block.name, block.verb) for block in root.blocks] == [
        ("outer", "replaces"),
        ("inner", "adds to"),
        ("other", "adds to"),
    ]


def test_a_block_overrides_the_nearest_one_above() -> None:
    root = read(
        {
            "top": "-- extends 'middle'\n[a]\n[b]\n",
            "middle": "-- extends 'base'\n\n[a]\n== super()\n",
            "base": "[b]\n[a]\n",
        }
    )
    assert [block.of for block in root.blocks] == ["middle:3", "base:1"]


def test_markdown_links_what_has_an_address() -> None:
    def link(file: str) -> str | None:
        return {"<top>": "configs/top.yaml", "<extra>": "a b/extra.yaml"}.get(file)

    assert templates_markdown(read(SOURCES), link) == dedent("""\
        - [`top`](configs/top.yaml)
          - adds to `first`
          - replaces `second`, `deep`
          - extends `base`
            - defines `first`, `second`, `deep`, `third`
          - imports `macros`
          - includes [`inner in top:17`](configs/top.yaml)
            - replaces `extra`
            - extends [`extra`](<a b/extra.yaml>)
              - defines `extra`
          - includes [`extra`](<a b/extra.yaml>)
          - includes [`inner in top:17`](configs/top.yaml)
        """)


def test_pictures_have_the_same_templates_and_references() -> None:
    made = templates_diagram(read(SOURCES), "templates")
    dot, mermaid = read_dot(graph_dot(made)), read_mermaid(graph_mermaid(made))
    assert set(dot.nodes) == {"top", "base", "macros", "inner in top:17", "extra"}
    assert ("top", "base", "extends") in dot.edges
    assert ("inner in top:17", "extra", "extends") in dot.edges
    assert len(dot.edges) == len(mermaid.edges) == 5
    assert "adds to\nfirst" in dot.nodes["top"].replace(" \n", "\n")
    assert "adds to first" in mermaid.nodes["n_top"]


def test_pictures_name_no_machine() -> None:
    source = load(EXAMPLES[0])
    report = render_report(source.template, source.search_path, source.variables)
    root = templates(report.chain, lambda file: Path(file).name)
    made = templates_diagram(root, "templates")
    assert source.project_root.as_posix() not in graph_dot(made) + graph_mermaid(made)


def test_two_files_of_one_name_are_two_boxes() -> None:
    report = render_report(
        "top", (), {}, sources={"top": "-- include 'one'\n-- include 'two'\n", "one": "", "two": ""}
    )
    made = templates_diagram(templates(report.chain, lambda _: "same"), "templates")
    assert len({box.id for box in made.boxes}) == 3
    assert len(made.edges) == 2


def test_each_template_of_an_example_is_there() -> None:
    for config in EXAMPLES:
        source = load(config)
        report = render_report(source.template, source.search_path, source.variables)
        root = templates(report.chain, str)
        assert {template.file for template in walk(root)} == set(report.rendered.chain)
