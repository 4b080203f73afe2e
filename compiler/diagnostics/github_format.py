"""Findings as workflow commands of GitHub Actions, which shows them at their lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from fgc.compiler.diagnostics.codes import CODES
from fgc.compiler.diagnostics.diagnostic import Diagnostic, Severity
from fgc.compiler.diagnostics.frame import printable
from fgc.compiler.diagnostics.order import ordered
from fgc.compiler.ir.span import Span

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_DATA = {"%": "%25", "\n": "%0A"}  # what else would end a line is not `printable`
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def render_github(diagnostics: Iterable[Diagnostic], *, cwd: Path) -> str:
    """A line for each diagnostic, in their order.

    Files below ``cwd``, the root of the checkout, are named from there; a place elsewhere, which
    GitHub could not show, is told in the message.

    >>> span = Span("/src/a.yaml", 2, 5, 2, 9)
    >>> render_github([Diagnostic("FGC021", "`f` takes no `a`", span, help="b")], cwd=Path("/src"))
    '::error file=a.yaml,line=2,endLine=2,col=5,endColumn=9,title=FGC021 unknown argument::`f` \
takes no `a`%0Ahelp: b\\n'
    """
    return "".join(f"{_command(diagnostic, cwd)}\n" for diagnostic in ordered(diagnostics))


def _command(diagnostic: Diagnostic, cwd: Path) -> str:
    properties: dict[str, object] = {}
    lines = [diagnostic.message]
    span = diagnostic.span
    if span is not None and _is_below(span.file, cwd):
        properties |= {"file": _named(span.file, cwd), "line": span.line, "endLine": span.end_line}
        if span.end_line == span.line:  # GitHub takes columns of one line only
            properties |= {"col": span.column, "endColumn": span.end_column}
    elif span is not None:
        lines.append(f"at {_shown(span, cwd)}")
    lines += _remarks(diagnostic, cwd)
    properties["title"] = f"{diagnostic.code} {CODES.get(diagnostic.code, '')}".rstrip()
    given = ",".join(f"{name}={_escaped(str(v), _PROPERTY)}" for name, v in properties.items())
    return f"::{_COMMANDS[diagnostic.severity]} {given}::{_escaped(chr(10).join(lines), _DATA)}"


def _remarks(diagnostic: Diagnostic, cwd: Path) -> Iterator[str]:
    for label in diagnostic.labels:
        yield f"{_shown(label.span, cwd)}: {label.message}"
    for note in diagnostic.notes:
        yield f"note: {note}"
    if diagnostic.help is not None:
        yield f"help: {diagnostic.help}"
    elif diagnostic.fix is not None:
        yield f"help: write `{diagnostic.fix.replacement}`"


def _shown(span: Span, cwd: Path) -> str:
    return f"{_named(span.file, cwd)}:{span.line}:{span.column}"


def _is_below(file: str, folder: Path) -> bool:
    return PurePath(file).is_relative_to(folder)


def _named(file: str, folder: Path) -> str:
    return PurePath(file).relative_to(folder).as_posix() if _is_below(file, folder) else file


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character, character) for character in printable(text))
