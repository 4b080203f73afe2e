"""Which singletons are made on their own, and in which order: the interpreter's rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fgc.compiler.ir.graph import Graph
from fgc.compiler.program.sharing import needed_first, promoted


def names(graph: Graph) -> list[str]:
    return [".".join(call.path) for call in promoted(graph.roots)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: !singleton:dict", ["a"]),
        ("a: !factory:dict", []),
        ("a: !partial:dict", []),
        ("a: !factory:dict {x: !singleton:list}", []),
        ("a: !partial:dict {x: !singleton:list}", ["a.x"]),
        ("a: !partial:dict {x: !factory:list [!singleton:set]}", ["a.x.0"]),
        ("a: !factory:dict {x: &s !singleton:list, y: *s}", ["a.x"]),
        # what is made anew at two places refers twice to what is below it
        ("a: &f !factory:dict {x: !singleton:list}\nb: [*f]", ["a.x"]),
        ("a: &f !singleton:dict {x: !singleton:list}\nb: [*f]", ["a"]),
        # dependencies first, in the order of the configuration
        ("a: !singleton:dict {x: *b}\n", None),
        (
            "b: !singleton:dict {x: &s !singleton:list, y: *s}\na: !singleton:dict {z: *s}",
            ["b.x", "b", "a"],
        ),
    ],
)
def test_promotion(graph_of: Callable[..., Graph], text: str, expected: list[str] | None) -> None:
    if expected is None:
        text, expected = "c: &b !singleton:list\na: !singleton:dict {x: *b}\n", ["c", "a"]
    assert names(graph_of(text)) == expected


def test_needed_first_stops_at_what_is_made_on_its_own(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of("""
        inner: &inner !singleton:list
        outer: &outer !singleton:dict {x: *inner}
        top: !singleton:dict {a: !factory:dict {b: *outer}, c: *inner}
        """)
    calls = promoted(graph.roots)
    top = graph.root("top")
    assert top is not None
    needed = needed_first(top, lambda call: call in calls)
    assert [call.path for call in needed] == [("outer",), ("inner",)]
