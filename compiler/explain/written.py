"""Where the emitted program makes or calls a node of the configuration."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.ir.graph import Call


def written_call(experiment: Experiment, call: Call) -> ast.Call | None:
    """The call in the program that stands for ``call``; None where there is none.

    It is what the function returns that makes the node, or else a call of the program's entry.
    """
    program = experiment.plan.program
    known = experiment.functions
    maker = known.get(f"build_{experiment.plan.builders.get(call)}")
    if maker is not None:
        returned = maker.body[-1]
        value = returned.value if isinstance(returned, ast.Return) else None
        return value if isinstance(value, ast.Call) else None
    if program.entry not in known or call in experiment.plan.builders:
        return None
    place = experiment.place(call.target_span)
    for node in _calls(known[program.entry]):
        if experiment.places(program.path, node.lineno)[:1] == (place,):
            return node
    return None


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def dotted(node: ast.expr) -> str:
    """``a.b`` for an attribute, and for what is called so; empty for anything else.

    >>> dotted(ast.parse("a.b(1)(2)", mode="eval").body)
    'a.b'
    """
    while isinstance(node, ast.Call):
        node = node.func
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join((node.id, *reversed(parts))) if isinstance(node, ast.Name) else ""


def given(call: ast.Call) -> Iterator[str]:
    """The names of what a call is given: keywords, and variables by position."""
    for argument in call.args:
        if isinstance(argument, ast.Name):
            yield argument.id
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield keyword.arg
