"""Applies fixes to texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from fgc.compiler.diagnostics.diagnostic import Fix

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


def fixed(fixes: Iterable[Fix], texts: Mapping[str, str]) -> tuple[dict[str, str], tuple[Fix, ...]]:
    """The texts that changed, by file, and the fixes that were applied.

    A fix is left out where its text does not stand at its place, or another one has changed it.

    >>> from fgc.compiler.ir.span import Span
    >>> fixed([Fix(Span("a", 2, 1, 2, 3), "lr", "rl")], {"a": "x: 1\\r\\nrl: 2\\r\\n"})[0]
    {'a': 'x: 1\\r\\nlr: 2\\r\\n'}
    """
    changed: dict[str, str] = {}
    applied: list[Fix] = []
    by_file: dict[str, list[Fix]] = {}
    for fix in sorted(dict.fromkeys(fixes), key=lambda fix: fix.span):
        by_file.setdefault(fix.span.file, []).append(fix)
    for file, found in by_file.items():
        lines = _LINE.findall(texts[file])
        last = (0, 0)
        shift = 0  # how much longer the line at hand has become
        for fix in found:
            span = fix.span
            at = span.line - 1
            if span.line != span.end_line or not 0 <= at < len(lines):
                continue
            shift = shift if last[0] == span.line else 0
            start, end = span.column - 1 + shift, span.end_column - 1 + shift
            if (span.line, span.column) < last or lines[at][start:end] != fix.written:
                continue
            lines[at] = lines[at][:start] + fix.replacement + lines[at][end:]
            last = (span.line, span.end_column)
            shift += len(fix.replacement) - len(fix.written)
            applied.append(fix)
        text = "".join(lines)
        if text != texts[file]:
            changed[file] = text
    return changed, tuple(applied)
