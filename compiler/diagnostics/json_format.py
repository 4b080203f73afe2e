"""Findings as JSON, for editors and scripts; docs/findings.schema.json says what is in it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from fgc.compiler.diagnostics.codes import CODES
from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.diagnostics.order import counts, ordered
from fgc.compiler.ir.span import Span

VERSION = 1
"""Raised when a key is removed or changes its meaning, not when one is added."""


def render_json(diagnostics: Iterable[Diagnostic]) -> str:
    """A JSON object with all diagnostics, in their order, ending with a newline.

    Lines and columns count from 1, ends are exclusive, and ``file`` is as in `Span`.
    """
    found = ordered(diagnostics)
    made = {
        "version": VERSION,
        "diagnostics": [_as_json(diagnostic) for diagnostic in found],
        "summary": {severity.value: count for severity, count in counts(found).items()},
    }
    return json.dumps(made, indent=2) + "\n"


def _as_json(diagnostic: Diagnostic) -> dict[str, object]:
    fix = diagnostic.fix
    return {
        "code": diagnostic.code,
        "name": CODES.get(diagnostic.code, ""),
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "location": _location(diagnostic.span),
        "labels": [
            {"location": _location(label.span), "message": label.message}
            for label in diagnostic.labels
        ],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
        "fix": None if fix is None else {"location": _location(fix.span), "text": fix.replacement},
    }


def _location(span: Span | None) -> dict[str, object] | None:
    if span is None:
        return None
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
