"""Declared options become options of the program."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import libcst as cst
import pytest

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.ir.graph import Graph
from fgc.compiler.program.options import launch_args, with_options

PARSE_ARGS = """
def parse_args(argv):
    parser = argparse.ArgumentParser()
    return parser.parse_args(argv)
"""


def parsed(graph: Graph, argv: list[str]) -> argparse.Namespace:
    # `parser.parse_args()` is what marks the place; tests hand in their own arguments
    source = cst.parse_module(PARSE_ARGS.replace("parse_args(argv)\n", "parse_args()\n", 2))
    function = source.body[0]
    assert isinstance(function, cst.FunctionDef)
    code = source.with_changes(body=[with_options(function, launch_args(graph))]).code
    code = code.replace("def parse_args()", "def parse_args(argv)")
    code = code.replace("parser.parse_args()", "parser.parse_args(argv)")
    scope: dict[str, Any] = {"argparse": argparse, "Path": Path}
    exec(code, scope)
    return scope["parse_args"](argv)


def test_each_type(graph_of: Callable[..., Graph]) -> None:
    graph = graph_of("""
        launch_args:
            steps: {type: int, default: 3}
            rate: {type: float, default: 0.5, help: "as 100% of it"}
            data_root: {type: path, default: /data}
            note: {}
            fast: {type: bool, default: false}
        """)
    given = parsed(graph, [])
    assert vars(given) == {
        "steps": 3,
        "rate": 0.5,
        "data_root": Path("/data"),
        "note": None,
        "fast": False,
    }
    given = parsed(graph, ["--steps=4", "--data-root", "x", "--fast", "--note", "hi"])
    assert (given.steps, given.data_root, given.fast, given.note) == (4, Path("x"), True, "hi")
    annotations = {name: option.annotation for name, option in launch_args(graph).items()}
    assert annotations["note"] == "str | None"
    assert annotations["data_root"] == "Path"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("launch_args: [1]", "`launch_args` is a mapping of options"),
        ("launch_args: {a: 1}", "the option `a` is a mapping of type, default, help"),
        ("launch_args: {a-b: {}}", "`a-b` is no name of an option"),
        ("launch_args: {a: {typ: int}}", "an option has no `typ`"),
        ("launch_args: {a: {type: tensor}}", "the type of the option `a` is one of int"),
        ("launch_args: {a: {default: [1]}}", "`default` of the option `a` is a scalar"),
    ],
)
def test_malformed(graph_of: Callable[..., Graph], text: str, message: str) -> None:
    with pytest.raises(BuildError) as caught:
        launch_args(graph_of(text))
    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.code == "FGC040"
    assert diagnostic.message.startswith(message)
    assert diagnostic.span is not None


def test_no_options_leave_the_function_as_it_is(graph_of: Callable[..., Graph]) -> None:
    function = cst.parse_statement("def parse_args():\n    return parser.parse_args()\n")
    assert isinstance(function, cst.FunctionDef)
    assert with_options(function, launch_args(graph_of("a: 1"))) is function
