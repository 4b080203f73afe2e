"""Code frames: the lines of a file with the places that matter underlined."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from fgc.compiler.ir.span import Span

TAB = 4
MAX_WIDTH = 120
ELLIPSIS = "..."
MAX_CONTEXT = 2

Paint = Callable[[str, str], str]
"""Paints a text in a style of `render.STYLES`: ``paint("gutter", " | ")``."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One underline: columns ``start`` to ``end`` (exclusive), both from 1, of line ``line``."""

    line: int
    start: int
    end: int
    message: str
    primary: bool


def split_lines(text: str) -> list[str]:
    r"""The lines of ``text``, at least one; only ``\n``, ``\r\n`` and ``\r`` end a line.

    >>> split_lines("a\r\nb\x0c")
    ['a', 'b\x0c']
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def marks_of(span: Span, message: str, primary: bool, lines: Sequence[str]) -> list[Mark]:
    """The underlines of ``span``: one, or that of its first and of its last line.

    A span that lies outside of ``lines`` is cut to what there is; none is left where its first line
    does not exist.
    """
    if not 1 <= span.line <= len(lines):
        return []
    first = lines[span.line - 1]
    start = min(max(span.column, 1), len(first) + 1)
    if span.end_line <= span.line:
        end = min(max(span.end_column, start + 1), max(len(first) + 1, start + 1))
        return [Mark(span.line, start, end, message, primary)]
    marks = [Mark(span.line, start, max(len(first.rstrip()) + 1, start + 1), "", primary)]
    last_line = min(span.end_line, len(lines))
    last = lines[last_line - 1]
    indent = len(last) - len(last.lstrip())
    end = min(span.end_column, len(last) + 1)
    if last_line > span.line and end > indent + 1:
        marks.append(Mark(last_line, indent + 1, end, message, primary))
    elif message:
        marks[0] = Mark(span.line, start, marks[0].end, message, primary)
    return marks


def draw(lines: Sequence[str], marks: Sequence[Mark], gutter: int, paint: Paint) -> Iterator[str]:
    """The frame of ``marks``: their lines, those that enclose the primary one, underlines.

    ``gutter`` is the width of the widest line number.
    """
    focus = min(marks, key=lambda mark: (not mark.primary, mark.line)).line
    by_line: dict[int, list[Mark]] = {}
    for mark in marks:
        by_line.setdefault(mark.line, []).append(mark)
    shown = {*by_line, *enclosing_lines(lines, focus)}
    previous: int | None = None
    for number in sorted(shown):
        if previous is not None and number == previous + 2:
            yield _source_line(number - 1, Row(lines[number - 2], ()), gutter, paint)
        elif previous is not None and number > previous + 1:
            yield paint("gutter", ELLIPSIS)
        previous = number
        here = by_line.get(number, [])
        row = Row(lines[number - 1], here)
        yield _source_line(number, row, gutter, paint)
        for mark in sorted(here, key=lambda mark: (not mark.primary, mark.start)):
            yield _underline(row, mark, gutter, paint)


def enclosing_lines(lines: Sequence[str], number: int) -> list[int]:
    """The nearest lines above ``number`` that are indented less: what it belongs to, two at most.

    >>> enclosing_lines(["a:", "    b: 1", "    c:", "        d: 2"], 4)
    [1, 3]
    """
    found: list[int] = []
    indent = _indent(lines[number - 1])
    for above in range(number - 1, 0, -1):
        if indent == 0 or len(found) == MAX_CONTEXT:
            break
        text = lines[above - 1].strip()
        if text and not text.startswith("#") and _indent(lines[above - 1]) < indent:
            found.append(above)
            indent = _indent(lines[above - 1])
    return found[::-1]


class Row:
    """A source line as it is printed: tabs expanded, unprintable characters shown, cut to width."""

    def __init__(self, text: str, marks: Iterable[Mark]):
        pieces: list[str] = []
        self._offsets = [0]  # printed width before each character
        for character in text:
            piece = _piece(character, self._offsets[-1])
            pieces.append(piece)
            self._offsets.append(self._offsets[-1] + sum(map(_width, piece)))
        self.cut = 0  # printed width that is left out on the left
        start = 0
        first_mark = min((mark.start - 1 for mark in marks), default=0)
        if self._offset(first_mark) > MAX_WIDTH * 3 // 4:
            # keep a third of the line before the mark, so that it is read in context
            wanted = self._offset(first_mark) - MAX_WIDTH // 3
            start = next(i for i, offset in enumerate(self._offsets) if offset >= wanted)
            self.cut = self._offsets[start]
        room = self.cut + MAX_WIDTH
        end = len(pieces)
        while end > start and self._offsets[end] > room:
            end -= 1
        self.right = self._offsets[end]
        self.is_cut = end < len(pieces)
        self.text = "".join(pieces[start:end]).rstrip()
        if start:
            self.text = ELLIPSIS + self.text
        if self.is_cut:
            self.text += ELLIPSIS

    def place(self, mark: Mark) -> tuple[int, int]:
        """The printed column (from 0) at which ``mark`` starts, and its printed width."""
        shift = len(ELLIPSIS) if self.cut else 0
        limit = self.right + (len(ELLIPSIS) if self.is_cut else 0)
        start = min(max(self._offset(mark.start - 1), self.cut), limit)
        end = min(max(self._offset(mark.end - 1), start + 1), max(limit, start + 1))
        return shift + start - self.cut, end - start

    def _offset(self, index: int) -> int:
        last = len(self._offsets) - 1
        return self._offsets[index] if index <= last else self._offsets[last] + index - last


def printable(text: str) -> str:
    r"""``text`` without characters that would steer a terminal or reorder what it shows.

    >>> printable("a\x1b[31mb")
    'a␛[31mb'
    """
    return "".join(c if c == "\n" else _piece(c, 0) for c in text)


def _source_line(number: int, row: Row, gutter: int, paint: Paint) -> str:
    return f"{paint('gutter', f'{number:>{gutter}} |')} {row.text}".rstrip()


def _underline(row: Row, mark: Mark, gutter: int, paint: Paint) -> str:
    start, width = row.place(mark)
    style, character = ("primary", "^") if mark.primary else ("secondary", "-")
    text = character * width + (f" {printable(mark.message)}" if mark.message else "")
    return f"{' ' * gutter} {paint('gutter', '|')} {' ' * start}{paint(style, text)}"


def _indent(line: str) -> int:
    expanded = line.expandtabs(TAB)
    return len(expanded) - len(expanded.lstrip())


_BIDIRECTIONAL = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def _piece(character: str, offset: int) -> str:
    """What is printed for ``character`` at printed column ``offset``."""
    if character == "\t":
        return " " * (TAB - offset % TAB)
    if character < " ":
        return chr(0x2400 + ord(character))
    if character == "\x7f":
        return "\u2421"
    unprintable = unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
    return "\ufffd" if unprintable or character in _BIDIRECTIONAL else character


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
