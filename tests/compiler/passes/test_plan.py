"""What a program is made of."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.ir.graph import Entry, File, Graph, List
from fgc.compiler.ir.span import Span
from fgc.compiler.passes.plan import plan
from fgc.compiler.symbols.resolution import Resolution
from fgc.targets.python.program import PYTHON

MODEL = "!singleton:types:SimpleNamespace"


@pytest.mark.parametrize(
    "text",
    [
        f"part: &part !singleton:dict\nmodel: {MODEL} {{config: {{a: 1}}, x: *part}}",
        f"""
        one: {MODEL} {{config: {{a: 1}}, x: &part !singleton:dict}}
        two: {MODEL} {{config: {{a: 1}}, x: *part}}
        """,
    ],
)
def test_a_model_shares_no_object(resolved: Callable[..., Resolution], text: str) -> None:
    with pytest.raises(BuildError) as caught:
        plan(resolved(dedent(text)), PYTHON)
    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.code == "FGC040"
    assert diagnostic.message == "`dict` is shared by a model and something outside of it"
    assert [label.message for label in diagnostic.labels] == [
        "this model is made from its config alone"
    ]


def test_names_come_from_the_configuration(resolved: Callable[..., Resolution]) -> None:
    planned = plan(
        resolved("""
            lr: &lr 0.1
            sizes: [1, 2]
            nothing: null
            first: !singleton:dict {a: &hidden !singleton:list, b: *hidden, c: *lr}
            second: !singleton:dict {a: *hidden}
            """),
        PYTHON,
    )
    assert list(planned.constants.values()) == ["LR", "SIZES"]
    assert list(planned.builders.values()) == ["a", "first", "second"]


def test_only_what_is_needed_is_planned(resolved: Callable[..., Resolution]) -> None:
    resolution = resolved("""
        used: &used 1
        unused: 2
        wanted: !singleton:dict {a: *used}
        other: !singleton:dict
        """)
    planned = plan(resolution, PYTHON, ("wanted",))
    assert [entry.key for entry in planned.roots] == ["used", "wanted"]
    assert list(planned.builders.values()) == ["wanted"]


@pytest.mark.parametrize(
    ("names", "places"),
    [
        (["project/a/x.txt", "project/b/y.txt"], ["data/x.txt", "data/y.txt"]),
        (["project/a/x.txt", "project/b/x.txt"], ["data/x.txt", "data/b/x.txt"]),
        (["p/a/x", "p/a/x", "q/a/x"], ["data/x", "data/x", "data/a/x"]),
        # no part of its path is left
        (["a/p/x", "b/p/x", "p/x"], ["data/x", "data/p/x", "data/other/p/x"]),
        (
            ["a/p/x", "b/p/x", "c/other/p/x", "p/x"],
            ["data/x", "data/p/x", "data/other/p/x", "data/other/other/p/x"],
        ),
    ],
)
def test_files_are_placed_by_their_names(names: list[str], places: list[str]) -> None:
    """Which are the same on every machine, wherever the files are."""
    at = Span.point("a.yaml", 1)
    nodes = [File(f"/home/me/{name}", "", (str(i),), at) for i, name in enumerate(names)]
    graph = Graph((Entry("files", at, List(tuple(nodes), ("files",), at)),))
    planned = plan(
        Resolution(graph, {}), PYTHON, name_of=lambda source: source.removeprefix("/home/me/")
    )
    assert [planned.files[node.source] for node in nodes] == places
