"""In which order findings are written, and how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Severity

RANK: Mapping[Severity, int] = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Equal ones once, by file, line and column; what has no place comes first."""
    return sorted(dict.fromkeys(diagnostics), key=_place)


def counts(diagnostics: Iterable[Diagnostic]) -> dict[Severity, int]:
    """How many different ones there are of each severity."""
    distinct = dict.fromkeys(diagnostics)
    return {s: sum(d.severity is s for d in distinct) for s in Severity}


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """How many of each severity.

    >>> summary([Diagnostic("FGC020", "unknown module `x`"), Diagnostic("FGC010", "bad")])
    '2 errors'
    """
    found = counts(diagnostics).items()
    return ", ".join(f"{n} {s.value}{'s' if n > 1 else ''}" for s, n in found if n)


def _place(diagnostic: Diagnostic) -> tuple[str, int, int, int, str, str]:
    span = diagnostic.span
    file, line, column = (span.file, span.line, span.column) if span else ("", 0, 0)
    return (file, line, column, RANK[diagnostic.severity], diagnostic.code, diagnostic.message)
