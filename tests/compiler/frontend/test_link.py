"""Projects that are made of projects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.dump import dump
from fgc.compiler.ir.graph import Call, Graph, List, Mapping, Node, Var, walk
from fgc.compiler.passes.link import MAX_LINKED, link
from fgc.compiler.passes.load import load
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.render import render

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file below the test's folder; a folder of configs is a project."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        if path.parent.name == "configs":
            (path.parent.parent / "meta.yaml").touch()
        return path

    return write_file


def linked(path: Path) -> Graph:
    source = load(path)
    return link(parse(render(source)), source)


def call(graph: Graph, key: str) -> Call:
    node = graph.root(key)
    assert isinstance(node, Call)
    return node


def errors(path: Path) -> tuple[Diagnostic, ...]:
    with pytest.raises(BuildError) as caught:
        linked(path)
    return caught.value.diagnostics


def place(found: Diagnostic) -> str:
    assert found.span is not None
    return f"{Path(found.span.file).name}:{found.span.line}:{found.span.column}"


def labels(found: Diagnostic) -> list[str]:
    return [f"{Path(x.span.file).name}:{x.span.line} {x.message}" for x in found.labels]


@pytest.fixture
def other(write: Write) -> None:
    """A data project with two targets that share a node."""
    write(
        "data/configs/small.yaml",
        """\
        -- set ns = namespace()
        -- set ns.rows = rows | default(10)
        .define: &raw !singleton:load_rows@raw
            rows: {{ ns.rows }}
            seed: !var [seed, 42]
        train: &train !singleton:tokenize@train
            raw: *raw
            tokenizer: !var tokenizer
            encode: !partial:encode {tokenizer: !var tokenizer}
        eval: !singleton:tokenize {raw: *raw, tokenizer: !var tokenizer}
        main: *train
        """,
    )


@pytest.mark.usefixtures("other")
def test_one_target_is_that_node(write: Write) -> None:
    graph = linked(
        write(
            "top.yaml",
            """\
            tokenizer: &tokenizer !singleton:Tokenizer
            data: !call:from_project
                project_dir: data
                config_template: small
                targets: train
                tokenizer: *tokenizer
            """,
        )
    )
    assert dump(graph) == dedent("""\
        tokenizer: !singleton:Tokenizer  # 1:23
        data: !singleton:tokenize @train  # 6:15
          raw: !singleton:load_rows @raw  # 3:15
            rows: 10  # 4:5
            seed: !var seed  # 5:11
              default: 42  # 5:23
          tokenizer: *tokenizer
          encode: !partial:encode  # 9:13
            tokenizer: *tokenizer
        """)
    train = call(graph, "data")
    assert train.kwarg("tokenizer") is graph.root("tokenizer")
    assert train.path == ("data",)
    raw, encode = train.kwarg("raw"), train.kwarg("encode")
    assert raw is not None
    assert encode is not None
    assert (raw.path, encode.path) == (("data", "raw"), ("data", "encode"))
    assert any(name.endswith("small.yaml") for name in graph.sources)
    assert any(name.endswith("meta.yaml") for name in graph.sources)
    for node in walk(train):
        assert node.span.file in graph.sources


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize(
    "spelling", ["from_project", "fgc.from_project", "fgc:from_project", "forgather:from_project"]
)
def test_several_targets_are_a_mapping(write: Write, spelling: str) -> None:
    graph = linked(
        write(
            "top.yaml",
            f"""\
            t: &t !singleton:Tokenizer
            .define: &data !call:{spelling}
                project_dir: data
                config_template: small.yaml
                targets: [train, eval]
                pp_kwargs: {{rows: 99}}
                pp_debug: False
                tokenizer: *t
            train: !call:getitem [*data, train]
            eval: !call:getitem [*data, eval]
            """,
        )
    )
    both = call(graph, "train").args[0]
    assert both is call(graph, "eval").args[0]
    assert isinstance(both, Mapping)
    assert [entry.key for entry in both.entries] == ["train", "eval"]
    train, evaluation = both.get("train"), both.get("eval")
    assert isinstance(train, Call)
    assert isinstance(evaluation, Call)
    assert train.kwarg("raw") is evaluation.kwarg("raw")
    assert train.path == ("data", "train")
    rows = [n.kwarg("rows") for n in walk(both) if isinstance(n, Call) and n.kwarg("rows")]
    assert [getattr(node, "value", None) for node in rows] == [99]


@pytest.mark.usefixtures("other")
def test_main_and_the_default_config_are_what_is_left_out(write: Write) -> None:
    text = "t: &t !call:T\nd: !call:from_project {project_dir: data, tokenizer: *t}\n"
    assert call(linked(write("top.yaml", text)), "d").target == "tokenize"
    text = "t: &t !call:T\nd: !call:from_project [data, '', train]\n"
    graph = linked(write("top.yaml", text))
    assert isinstance(call(graph, "d").kwarg("tokenizer"), Var)


@pytest.mark.usefixtures("other")
def test_each_call_has_instances_of_its_own(write: Write) -> None:
    graph = linked(
        write(
            "top.yaml",
            """\
            t: &t !singleton:Tokenizer
            one: &one !call:from_project {project_dir: data, tokenizer: *t}
            two: !call:from_project {project_dir: data, tokenizer: *t, seed: 1}
            again: *one
            """,
        )
    )
    one, two = call(graph, "one"), call(graph, "two")
    assert graph.root("again") is one
    mine = {id(node) for node in walk(one)}
    theirs = {id(node) for node in walk(two)}
    assert mine & theirs == {id(graph.root("t"))}
    paths = [node.path for node in walk(one, two)]
    assert len(paths) == len(set(paths))
    # a name stands for one node; the second is known by its path
    assert (one.name, two.name) == ("train", None)
    raw = two.kwarg("raw")
    assert isinstance(raw, Call)
    assert getattr(raw.kwarg("seed"), "value", None) == 1


def test_variables_of_a_config_are_not_bound_from_outside(write: Write) -> None:
    write(
        "m/configs/a.yaml",
        """\
        .define: &norm !partial:Norm {size: !var size}
        .define: &plain !partial:Plain {other: !var other}
        main: !call:Model
            config: {size: 3, from_outside: !var size}
            norm: *norm
            plain: *plain
        side: [*norm, *plain]
        """,
    )
    graph = linked(
        write(
            "top.yaml",
            """\
            x: &x 8
            m: !call:from_project {project_dir: m, targets: [main, side], size: *x, other: *x}
            """,
        )
    )
    both = graph.root("m")
    assert isinstance(both, Mapping)
    model, side = both.get("main"), both.get("side")
    assert isinstance(model, Call)
    assert isinstance(side, List)
    config, norm, plain = model.kwarg("config"), model.kwarg("norm"), model.kwarg("plain")
    assert isinstance(config, Mapping)
    assert config.get("from_outside") is graph.root("x")
    assert isinstance(norm, Call)
    assert isinstance(norm.kwarg("size"), Var)
    outside = side.items[0]
    assert isinstance(outside, Call)
    assert outside.kwarg("size") is graph.root("x")
    assert side.items[1] is plain  # nothing in it depends on where it stands


def test_projects_link_projects(write: Write) -> None:
    write("inner/configs/a.yaml", "main: !call:Inner {v: !var v}\n")
    write(
        "outer/configs/a.yaml",
        """\
        main: !call:Outer
            part: !call:from_project {project_dir: ../inner, v: !var w}
            same: !var w
            folder: !call:from_project {project_dir: !var folder, v: 1}
        """,
    )
    graph = linked(
        write(
            "top.yaml",
            """\
            w: &w !singleton:W
            o: !call:from_project {project_dir: outer, w: *w, folder: ../inner}
            """,
        )
    )
    part = call(graph, "o").kwarg("part")
    assert isinstance(part, Call)
    assert (part.target, part.path) == ("Inner", ("o", "part"))
    assert part.kwarg("v") is graph.root("w") is call(graph, "o").kwarg("same")


def test_nodes_that_are_handed_over_may_be_linked_themselves(write: Write) -> None:
    write("tok/configs/a.yaml", "main: !singleton:Tokenizer\n")
    write("data/configs/a.yaml", "main: !call:Data {tokenizer: !var tokenizer}\n")
    graph = linked(
        write(
            "top.yaml",
            """\
            tokenizer: &t !call:from_project {project_dir: tok}
            data: !call:from_project {project_dir: data, tokenizer: *t}
            """,
        )
    )
    assert call(graph, "tokenizer").target == "Tokenizer"
    assert call(graph, "data").kwarg("tokenizer") is graph.root("tokenizer")


def test_names_of_variables_need_not_be_identifiers(write: Write) -> None:
    write("d/configs/a.yaml", "main: !call:D {path: !var dataset-path}\n")
    graph = linked(write("top.yaml", "d: !call:from_project {project_dir: d, dataset-path: x}\n"))
    assert getattr(call(graph, "d").kwarg("path"), "value", None) == "x"


def test_a_bound_variable_may_name_the_project(write: Write) -> None:
    write("d/configs/a.yaml", "main: 3\n")
    source = load(write("top.yaml", "d: !call:from_project [!var where]\n"))
    graph = link(parse(render(source), {"where": "d"}), source)
    assert getattr(graph.root("d"), "value", None) == 3


def test_a_graph_without_links_is_returned_as_it_is(write: Write) -> None:
    source = load(write("top.yaml", "a: !call:f []\n"))
    graph = parse(render(source))
    assert link(graph, source) is graph


CALL = "d: !call:from_project\n    project_dir: data\n    tokenizer: 1\n"


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize(
    ("text", "message", "where", "second"),
    [
        ("d: !call:from_project", "`from_project` needs `project_dir`", "top.yaml:1:4", []),
        (
            "d: !partial:from_project [data]",
            "`from_project` is linked at build, once",
            "top.yaml:1:4",
            [],
        ),
        (
            "d: !call:from_project [!call:f []]",
            "`project_dir` is needed at build, and this is not known then",
            "top.yaml:1:24",
            [],
        ),
        (
            "d: !call:from_project [!var x]",
            "`project_dir` is needed at build, and this is not known then",
            "top.yaml:1:24",
            [],
        ),
        ("d: !call:from_project [1]", "`project_dir` is not text", "top.yaml:1:24", []),
        (
            "d: !call:from_project [a, b, c, d, e, 6]",
            "`from_project` takes at most 5 positional arguments",
            "top.yaml:1:39",
            [],
        ),
        (
            "d: !call:from_project {arg0: data, project_dir: data}",
            "`project_dir` is given twice",
            "top.yaml:1:36",
            [],
        ),
        (
            "d: !call:from_project {project_dir: data, latent_args: {a: 1}}",
            "`from_project` takes no `latent_args`",
            "top.yaml:1:56",
            [],
        ),
        (
            CALL + "    targets: {a: 1}\n",
            "`targets` is neither a name nor a list of names",
            "top.yaml:4:14",
            [],
        ),
        (
            CALL + "    pp_kwargs: [1]\n",
            "`pp_kwargs` is not a mapping of template variables to values",
            "top.yaml:4:16",
            [],
        ),
        (
            CALL + "    targets: [train, tarin]\n",
            "`configs/small.yaml` of `data` has no target `tarin`",
            "top.yaml:4:14",
            ["small.yaml:6 this has a similar name"],
        ),
        (
            CALL + "    tokenzier: 2\n",
            "`configs/small.yaml` of `data` has no `!var tokenzier`",
            "top.yaml:4:5",
            ["small.yaml:10 this has a similar name"],
        ),
        (
            CALL + "    config_template: smal\n",
            "the project `data` has no configuration `smal`",
            "top.yaml:4:22",
            [],
        ),
    ],
)
def test_errors(write: Write, text: str, message: str, where: str, second: list[str]) -> None:
    (found,) = errors(write("top.yaml", text))
    assert (found.code, found.message) == ("FGC015", message)
    assert place(found) == where
    assert labels(found) == second


def test_not_a_project(write: Write, tmp_path: Path) -> None:
    (found,) = errors(write("top.yaml", "d: !call:from_project [nothing]"))
    assert found.code == "FGC015"
    assert found.message == f"`{(tmp_path / 'nothing').as_posix()}` is not a project"
    assert place(found) == "top.yaml:1:24"


def test_mistakes_in_the_other_project_name_both_places(write: Write) -> None:
    write("bad/configs/a.yaml", "main: *nothing\nother: !cal:f\n")
    found = errors(write("top.yaml", "\nd: !call:from_project [bad]"))
    assert [(x.code, place(x)) for x in found] == [
        ("FGC013", "a.yaml:1:7"),
        ("FGC011", "a.yaml:2:8"),
    ]
    assert all(labels(x) == ["top.yaml:2 linked from here"] for x in found)


def test_circles(write: Write) -> None:
    write("a/configs/a.yaml", "main: !call:from_project [../b]\n")
    write("b/configs/b.yaml", "\nmain: !call:from_project [../a]\n")
    (found,) = errors(write("top.yaml", "x: !call:from_project [a]"))
    assert (found.code, found.message) == ("FGC015", "`configs/a.yaml` of `a` links itself")
    assert place(found) == "b.yaml:2:7"
    assert labels(found)[0] == "a.yaml:1 which links `configs/b.yaml`"


def test_the_number_of_projects_is_bounded(write: Write) -> None:
    write("p/configs/a.yaml", "main: 1\n")
    calls = "".join(f"k{i}: !call:from_project [p]\n" for i in range(MAX_LINKED + 1))
    (found,) = errors(write("top.yaml", calls))
    assert found.message == f"more than {MAX_LINKED} projects are linked"


def test_a_node_is_never_left_unlinked(write: Write) -> None:
    write("p/configs/a.yaml", "main: !call:P\n")
    graph = linked(
        write(
            "top.yaml",
            """\
            a: !partial:f
                latent_args: {x: !call:from_project [p]}
            b: !var [v, !call:from_project [p]]
            c: !dict {k: !tuple [!call:from_project [p]]}
            """,
        )
    )
    found: list[Node] = [n for n in walk(*(e.value for e in graph.roots)) if isinstance(n, Call)]
    assert [n.target for n in found if isinstance(n, Call)] == ["f", "P", "P", "P"]
