"""Finds the parts of a module's text that places of the configuration are behind."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping

from fgc.compiler.ir.module import Cause
from fgc.compiler.ir.span import Span


class Parts:
    """What is read and called in the text of a module, by line."""

    def __init__(self, tree: ast.Module):
        self._names: dict[str, set[int]] = defaultdict(set)
        self._calls: dict[str, list[ast.Call]] = defaultdict(list)
        for node in ast.walk(tree):
            match node:
                case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()):
                    name = _dotted(node)
                    self._names[name].add(node.end_lineno or node.lineno)
                case ast.Call():
                    self._calls[_dotted(node.func)].append(node)
                case _:
                    pass

    def places(self, first: int, last: int, causes: Iterable[Cause]) -> Mapping[int, list[Span]]:
        """The places behind lines from ``first`` to ``last``; none for a line that has no part.

        Of arguments within each other the innermost counts. Names that stand on its line follow.

        >>> at = Span.point("a.yaml", 1), Span.point("a.yaml", 7)
        >>> causes = [Cause(("lr",), at[0]), Cause(("Adam", "lr"), at[1])]
        >>> parts = Parts(ast.parse("opt = Adam(\\n    lr=lr,\\n)"))
        >>> [span.line for span in parts.places(1, 3, causes)[2]]
        [7, 1]
        """
        found: dict[int, dict[Span, int]] = defaultdict(dict)
        for cause in causes:
            name, *steps = cause.path
            if not steps:
                for line in self._names.get(name, ()):
                    if first <= line <= last:
                        found[line].setdefault(cause.span, 0)
            for call in self._calls.get(name, ()) if steps else ():
                if first <= call.lineno <= last:
                    for line in _lines(call, steps):
                        found[line][cause.span] = len(steps)
        return {line: _innermost(spans) for line, spans in found.items()}


def _innermost(spans: Mapping[Span, int]) -> list[Span]:
    depth = max(spans.values())
    arguments = [span for span, steps in spans.items() if steps == depth and depth]
    return [*arguments, *(span for span, steps in spans.items() if not steps)]


def _lines(call: ast.expr, steps: Iterable[str]) -> range:
    """The lines of the argument that ``steps`` lead to; none where there is no such argument."""
    at: ast.expr | None = call
    first = call.lineno
    for step in steps:
        if at is None:
            return range(0)
        at, first = _argument(at, step)
    return range(0) if at is None else range(first, (at.end_lineno or first) + 1)


def _argument(node: ast.expr, step: str) -> tuple[ast.expr | None, int]:
    """An argument of a call, an item or a value, and the line on which it begins."""
    items: list[ast.expr] = []
    match node:
        case ast.Call(args=args, keywords=keywords):
            for keyword in keywords:
                if keyword.arg == step:
                    return keyword.value, keyword.lineno
            items = args
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            items = elements
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and str(key.value) == step:
                    return value, key.lineno
        case _:
            pass
    if step.isdecimal() and int(step) < len(items):
        return items[int(step)], items[int(step)].lineno
    return None, 0


def _dotted(node: ast.expr) -> str:
    """``a.b.c``; empty for what is no dotted name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join((node.id, *reversed(parts))) if isinstance(node, ast.Name) else ""
