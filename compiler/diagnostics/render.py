"""Diagnostics as text for people, and as JSON for editors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath

from fgc.compiler.diagnostics.codes import CODES
from fgc.compiler.diagnostics.diagnostic import Diagnostic, Severity
from fgc.compiler.diagnostics.frame import Mark, draw, marks_of, printable, split_lines
from fgc.compiler.ir.span import Span

MAX_SHOWN = 20

STYLES = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "title": "1",
    "gutter": "1;34",
    "secondary": "1;34",
}
_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def render_text(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], *, color: bool, cwd: Path
) -> str:
    """A code frame for each diagnostic, ordered by file and line, and a count of what was left out.

    At most `MAX_SHOWN` are shown, errors before warnings before notes. ``sources`` holds texts by
    the names that spans use; a file that it lacks gets no frame. Paths below ``cwd`` are shown
    relative to it, those in messages and remarks too. The result ends with a newline unless it is
    empty.
    """
    distinct = list(dict.fromkeys(diagnostics))
    kept = sorted(distinct, key=lambda d: _RANK[d.severity])[:MAX_SHOWN]
    lines = {name: split_lines(text) for name, text in sources.items()}
    frames = ["\n".join(_frame(d, lines, color, cwd)) + "\n" for d in sorted(kept, key=_order)]
    if len(kept) < len(distinct):
        frames.append(f"{len(distinct) - len(kept)} more not shown\n")
    return "\n".join(frames)


def render_json(diagnostics: Iterable[Diagnostic]) -> str:
    """A JSON array of all diagnostics, in the order of `render_text`, ending with a newline.

    Lines and columns count from 1, ends are exclusive, and ``file`` is as in `Span`.
    """
    ordered = sorted(dict.fromkeys(diagnostics), key=_order)
    return json.dumps([_as_json(d) for d in ordered], indent=2) + "\n"


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """How many of each severity.

    >>> summary([Diagnostic("FGC020", "unknown module `x`"), Diagnostic("FGC010", "bad")])
    '2 errors'
    """
    distinct = dict.fromkeys(diagnostics)
    counts = {s: sum(d.severity is s for d in distinct) for s in Severity}
    return ", ".join(f"{n} {s.value}{'s' if n > 1 else ''}" for s, n in counts.items() if n)


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, int, str, str]:
    """What has no place comes first."""
    span = diagnostic.span
    file, line, column = (span.file, span.line, span.column) if span else ("", 0, 0)
    return (file, line, column, _RANK[diagnostic.severity], diagnostic.code, diagnostic.message)


def _frame(
    diagnostic: Diagnostic, sources: Mapping[str, list[str]], color: bool, cwd: Path
) -> Iterator[str]:
    severity = diagnostic.severity.value

    def paint(style: str, text: str) -> str:
        code = STYLES[severity if style == "primary" else style]
        return f"\x1b[{code}m{text}\x1b[0m" if color else text

    head = paint(severity, f"{severity}[{diagnostic.code}]")
    message = _from_here(diagnostic.message, cwd)
    yield head + paint("title", f": {_continued(message, '  ')}")
    blocks = list(_blocks(diagnostic, sources))
    gutter = max((len(str(mark.line)) for _, marks in blocks for mark in marks), default=1)
    bar = f"{' ' * gutter} {paint('gutter', '|')}"
    for index, (place, marks) in enumerate(blocks):
        arrow = paint("gutter", ":::" if index else "-->")
        yield f"{' ' * gutter}{arrow} {_shown(place, cwd)}"
        if marks:
            yield bar
            yield from draw(sources[place.file], marks, gutter, paint)
    remarks = list(_remarks(diagnostic))
    if blocks and blocks[-1][1] and len(blocks) > 1 and remarks:
        yield bar
    for kind, text in remarks:
        start = f"{' ' * gutter} = {kind}: "
        yield f"{' ' * gutter} {paint('gutter', '=')} {paint('title', kind)}: " + _continued(
            _from_here(text, cwd), " " * len(start)
        )


def _from_here(text: str, cwd: Path) -> str:
    """``text`` with paths below ``cwd`` relative to it."""
    return text.replace(f"`{cwd.as_posix()}/", "`").replace(f" {cwd.as_posix()}/", " ")


def _blocks(
    diagnostic: Diagnostic, sources: Mapping[str, list[str]]
) -> Iterator[tuple[Span, list[Mark]]]:
    """The marks of each file, the primary one's first; with each the place to name above it."""
    places = [(label.span, label.message, False) for label in diagnostic.labels]
    if diagnostic.span is not None:
        places.insert(0, (diagnostic.span, "", True))
    heads: dict[str, Span] = {}
    marks: dict[str, list[Mark]] = {}
    for span, message, primary in places:
        heads.setdefault(span.file, span)
        found = marks_of(span, message, primary, sources.get(span.file, ()))
        marks.setdefault(span.file, []).extend(found)
    for file, head in heads.items():
        yield head, marks[file]


def _remarks(diagnostic: Diagnostic) -> Iterator[tuple[str, str]]:
    for note in diagnostic.notes:
        yield "note", note
    if diagnostic.help is not None:
        yield "help", diagnostic.help
    elif diagnostic.fix is not None:
        yield "help", f"write `{diagnostic.fix.replacement}`"


def _shown(span: Span, cwd: Path) -> str:
    """``path:line:column``, the path relative to ``cwd`` where it lies below it."""
    path = PurePath(span.file)
    try:
        file = path.relative_to(cwd).as_posix()
    except ValueError:
        file = span.file
    return f"{printable(file)}:{span.line}:{span.column}"


def _continued(text: str, indent: str) -> str:
    return printable(text).replace("\n", "\n" + indent)


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
