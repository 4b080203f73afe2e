"""Which knobs decide a node of the graph, by itself and with all that is below it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fgc.compiler.frontend.plain_data import plain_data
from fgc.compiler.frontend.render import render
from fgc.compiler.ir.graph import Graph, Scalar
from fgc.compiler.ir.knobs import Knob
from fgc.compiler.passes.link import link
from fgc.compiler.passes.load import load
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.render import render as render_source
from tests.compiler.frontend.knob_templates import KNOBS, trees

START = "-- set ns = namespace(a=1, b=2, c=3, d=4)\n"


def graph(text: str) -> Graph:
    return parse(render("top", (), {}, sources={"top": START + text}))


def knobs(text: str, key: str = "x") -> list[str]:
    return [knob.name for knob in graph(text).knobs_behind(key)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y: {{ ns.b }}\nx: {{ ns.a }}\nz: {{ ns.c }}\n", ["a"]),
        ("x:\n    p: {{ ns.b }}\n    q: [{{ ns.a }}]\ny: {{ ns.c }}\n", ["a", "b"]),
        ("x: !call:f\n    p: 1\n    {{ 'q' if ns.a else 'r' }}: 2\n", ["a"]),
        ("x: !call:f{{ ns.a }} []\n", ["a"]),
        ("x:\n    !call:f{{ ns.a }}\n    - 1\n", ["a"]),
        ("x: |\n    one\n    {{ ns.a }}\n    three\ny: 1\n", ["a"]),
        ("x: >\n    one\n    two {{ ns.a }}\ny: {{ ns.b }}\n", ["a"]),
        ("one: &one {{ ns.a }}\nx: {p: *one}\n", ["a"]),
        ("one: &one {{ ns.a }}\ntwo: &two {{ ns.b }}\n"
         "x: [\"{{ ns.c }}\", *one]\n", ["a", "c"]),
        ("one: &one {{ ns.a }}\ntwo: &two {{ ns.b }}\n"
         "x:\n    p: {{ '*one' if ns.c else '*two' }}\n", ["a", "c"]),
        ("one: &one {{ ns.a }}\ntwo: &two {{ ns.b }}\n"
         "x:\n    - 1\n    - {{ '*one' if ns.c else '*two' }}\n", ["a", "c"]),
        ("one: &one {{ ns.a }}\nx: {{ '*one' if ns.c else '*one' }}\n", ["a", "c"]),
        ("one: &one {p: {{ ns.a }}, q: 1}\nx:\n    <<: *one\n    q: {{ ns.b }}\n", ["a", "b"]),
        (".define:\n    one: &one !call:f [{{ ns.a }}]\nx: {p: *one}\n", ["a"]),
        (".one: &one !partial:f\n    p: {{ ns.a }}\nx: {p: *one}\n", ["a"]),
        ("-- if ns.a\nx: 1\n-- else\nx: 2\n-- endif\ny: 3\n", ["a"]),
        ("x: 1\n\n# a comment with {{ ns.a }}\n\ny: 2\n", ["a"]),  # one too many
    ],
)  # fmt: skip
def test_the_knobs_behind_a_node(text: str, expected: list[str]) -> None:
    assert knobs(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x:\n    p: 1\n-- if ns.a > 9\n    q: 2\n-- endif\ny: 1\n", ["a"]),
        ("x:\n-- if ns.a > 9\n    q: 2\n-- endif\n    p: 1\ny: 1\n", ["a"]),
        ("x:\n    - 1\n-- if ns.a > 9\n    - 2\n-- endif\ny: 1\n", ["a"]),
        ("x:\n- 1\n-- if ns.a > 9\n- 2\n-- endif\ny: 1\n", ["a"]),
        ("x:\n-- for i in range(ns.a - 1)\n    q: 2\n-- endfor\ny: 1\n", ["a"]),
        ("x:\n    p: 1\n    {{ 'q: 2' if ns.a > 9 else '' }}\ny: 1\n", ["a"]),
        ("x:\n    p:\n        q: 1\n-- if ns.a > 9\n        r: 2\n-- endif\ny: 1\n", ["a"]),
        ("x: 1\n-- if ns.a > 9\ny: 2\n-- endif\n", []),  # another target
        ("w: 1\n-- if ns.b > 9\nx:\n-- else\nx:\n-- endif\n    p: 2\n", ["b"]),
        ("x:\n    p: 1\n-- if ns.a > 9\n-- include 'part'\n-- endif\ny: 1\n"
         "#---- part ----\n    q: 2\n", ["a"]),
        ("x:\n    p: 1\n-- include 'part'\ny: 1\n"
         "#---- part ----\n-- if ns.a > 9\n    q: 2\n-- endif\n", ["a"]),
        ("x:\n    p: 1\n{% block more %}{% endblock %}\ny: 1\n", []),
        ("x:\n    p: 1\n{% block more %}\n-- if ns.a > 9\n    q: 1\n-- endif\n{% endblock %}\n"
         "y: 1\n", ["a"]),
        ("x:\n    p: 1\n-- filter indent(4, true)\n-- if ns.a > 9\nq: 1\n-- endif\n"
         "-- endfilter\ny: 1\n", ["a"]),
    ],
)  # fmt: skip
def test_what_is_not_there_is_decided_too(text: str, expected: list[str]) -> None:
    assert knobs(text) == expected


def values(graph: Graph) -> dict[str, str]:
    """Each top-level node as text."""
    return {str(entry.key): repr(plain_data(entry.value, {})) for entry in graph.roots}


@settings(deadline=None)
@given(trees(), st.integers(0, 6))
def test_a_knob_that_changes_a_target_is_told(sources: dict[str, str], value: int) -> None:
    def built(**pins: Scalar) -> Graph:
        return parse(render("top", (), {}, sources=sources, pins=pins))

    before = built()
    for knob in KNOBS:
        after = values(built(**{knob: value}))
        for key, text in values(before).items():
            if key in after and after[key] != text:
                told = {behind.name for behind in before.knobs_behind(key)}
                assert knob in told, f"{text}\nbecame\n{after[key]}"


def test_they_come_in_the_order_of_their_first_setting() -> None:
    assert knobs("-- set ns.c = 5\nx: {{ ns.c }} {{ ns.a }}\n") == ["a", "c"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A configuration that links a project, which links another; all three set a knob `rate`."""
    files = {
        "inner/configs/inner.yaml": """\
-- set ns = namespace(rate=7, depth=1)
main: !call:dict
    rate: {{ ns.rate }}
    depth: !var depth
""",
        "other/configs/base.yaml": """\
-- set ns = namespace()
[knobs]
-- set ns.rate = 0.1
-- set ns.rows = 10
-- set ns.shuffle = true
[body]
train: !call:dict
    rate: {{ ns.rate }}
    rows: {{ ns.rows }}
    inner: !call:from_project {project_dir: ../inner, depth: {{ ns.shuffle }}}
eval: !call:dict {rows: {{ ns.rows }}}
""",
        "other/configs/other.yaml": """\
-- extends 'configs/base.yaml'
[knobs]
== super()
-- set ns.rate = 0.2
""",
        "configs/top.yaml": """\
-- set ns = namespace(rate=1, rows=20, unread=0)
rate: {{ ns.rate }}
data: !call:from_project
    project_dir: other
    config_template: other.yaml
    targets: [train, eval]
    pp_kwargs:
        rows: {{ ns.rows }}
only: !call:from_project
    project_dir: other
    config_template: other.yaml
    targets: eval
""",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        (path.parents[1] / "meta.yaml").write_text("searchdir: [.]\n", encoding="utf-8")
    return tmp_path / "configs" / "top.yaml"


def linked(config: Path, **pins: Scalar) -> Graph:
    source = load(config, overrides=pins)
    return link(parse(render_source(source)), source)


DATA, INNER, ONLY = ("data",), ("data", "train", "inner"), ("only",)


def test_a_linked_project_has_knobs_of_its_own(project: Path) -> None:
    graph = linked(project)
    assert graph.knobs.keys() == {(), DATA, INNER, ONLY}
    assert graph.knobs_behind("data") == (
        Knob((), "rows"),
        Knob(DATA, "rate"),
        Knob(DATA, "rows"),
        Knob(DATA, "shuffle"),
        Knob(INNER, "rate"),
    )
    assert graph.knobs_behind("only") == (Knob(ONLY, "rows"),)
    assert graph.knobs_behind("rate") == (Knob((), "rate"),)


def test_the_chains_of_a_linked_project(project: Path) -> None:
    graph = linked(project)

    def chain(knob: Knob) -> list[tuple[object, str, int]]:
        settings = graph.knobs[knob.rendering].chain(knob.name)
        return [(s.value, Path(s.file).name, s.line) for s in settings]

    assert chain(Knob(DATA, "rate")) == [(0.1, "base.yaml", 3), (0.2, "other.yaml", 4)]
    assert chain(Knob(DATA, "rows")) == [(10, "base.yaml", 4), (20, "top.yaml", 8)]
    assert chain(Knob(ONLY, "rows")) == [(10, "base.yaml", 4)]
    assert chain(Knob(INNER, "rate")) == [(7, "inner.yaml", 1)]
    assert chain(Knob((), "rate")) == [(1, "top.yaml", 1)]


def test_a_pin_of_the_command_line_is_none_of_a_linked_project(project: Path) -> None:
    graph = linked(project, rate=5, rows=30)
    assert [s.pin for s in graph.knobs[()].chain("rows")] == [False, True]
    last = {at: knobs.chain("rate")[-1].value for at, knobs in graph.knobs.items()}
    assert last == {(): 5, DATA: 0.2, ONLY: 0.2, INNER: 7}
    assert graph.knobs[DATA].chain("rows")[-1].value == 30
