"""Diagnostics as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.diagnostics.frame import Mark, draw, marks_of, printable, split_lines
from fgc.compiler.diagnostics.order import RANK, ordered
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
    kept = sorted(distinct, key=lambda d: RANK[d.severity])[:MAX_SHOWN]
    lines = {name: split_lines(text) for name, text in sources.items()}
    frames = ["\n".join(_frame(d, lines, color, cwd)) + "\n" for d in ordered(kept)]
    if len(kept) < len(distinct):
        frames.append(f"{len(distinct) - len(kept)} more not shown\n")
    return "\n".join(frames)


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
