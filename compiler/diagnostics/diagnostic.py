"""The one way to say that something is wrong: a value, made anywhere, rendered in one place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from fgc.compiler.ir.span import Span


class Severity(Enum):
    """Only an error stops a build."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that matters: where a value came from, what overrode it."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A replacement of the text at ``span`` that certainly mends the mistake.

    ``written`` is what stands there: where a span is only near the text, nothing is replaced.
    """

    span: Span
    replacement: str
    written: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    ``code`` is a key of `codes.CODES`. ``message`` says what is wrong, starts in lower case and
    ends without a full stop; names of things in it stand in backticks. ``help`` states the remedy;
    it never asks. ``tolerable`` says that Forgather passes over the mistake, and that whoever found
    it can go on, too: `Strictness` tells how it counts.
    """

    code: str
    message: str
    span: Span | None = None
    severity: Severity = Severity.ERROR
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    fix: Fix | None = None
    tolerable: bool = False


class BuildError(Exception):
    """Carries the diagnostics of a step that could not go on."""

    def __init__(self, diagnostics: Iterable[Diagnostic] | Diagnostic):
        if isinstance(diagnostics, Diagnostic):
            diagnostics = (diagnostics,)
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        super().__init__("; ".join(f"{d.code}: {d.message}" for d in self.diagnostics))
