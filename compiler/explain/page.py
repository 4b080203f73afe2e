"""The page that a lesson is written on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fgc.compiler.explain.keys import Keys
from fgc.compiler.views.places import shortened

INDENT = "  "
GAP = "  "
STYLES = {"title": "1", "place": "36", "quiet": "2", "strong": "1"}
LEAST = 8  # columns of a cell that is cut
USUAL, WIDEST = 100, 110  # longer lines of prose are hard to read


@dataclass(frozen=True, slots=True)
class Page:
    """How wide a line is, whether there are colours, and what files are called.

    ``width`` is None where lines may be as long as they are, such as in a file.
    """

    keys: Keys
    width: int | None = None
    color: bool = False

    @property
    def columns(self) -> int:
        """The width of text that is wrapped, and of tables."""
        return min(self.width or USUAL, WIDEST)

    def paint(self, style: str, text: str) -> str:
        """``text`` in a style."""
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.color and text else text

    def heading(self, text: str) -> str:
        """The line above a section."""
        return self.paint("title", text)

    def titled(self, text: str, remark: str) -> str:
        """A heading, and beside it how to read what is below."""
        return f"{self.heading(text)}{GAP}{self.paint('quiet', remark)}"

    def wrapped(self, text: str, indent: str = INDENT, style: str | None = None) -> Iterator[str]:
        """Prose, as many lines as it takes."""
        for line in self._lines(text, len(indent)):
            yield indent + (self.paint(style, line) if style else line)

    def _lines(self, text: str, used: int) -> list[str]:
        width = max(self.columns - used, 20)
        # a word is broken only where somebody looks at a terminal
        broken = self.width is not None
        return textwrap.wrap(text, width, break_long_words=broken, break_on_hyphens=False)

    def cut(self, text: str, used: int = 0) -> str:
        """``text``, as much of it as a line of prose holds beside ``used`` columns."""
        return shortened(text, max(self.columns - used, 1))

    def facts(self, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
        """Names and what there is to say of them, wrapped beside the names.

        What has no name belongs to the one above, and is not wrapped.
        """
        found = [(name, text) for name, text in rows if text]
        width = max((len(name) for name, _ in found), default=0)
        start = len(INDENT) + width + len(GAP)
        for name, text in found:
            lines = self._lines(text, start) if name else [text]
            yield f"{INDENT}{self.paint('quiet', f'{name:<{width}}')}{GAP}{lines[0]}"
            yield from (" " * start + line for line in lines[1:])

    def table(
        self,
        rows: Sequence[Sequence[str]],
        styles: Sequence[str] = (),
        *,
        right: int | None = None,
        gives: int = -1,
    ) -> Iterator[str]:
        """Rows in columns; where a line would be too long, the column ``gives`` is cut.

        ``styles`` are those of the columns; the column ``right`` ends alike.
        """
        if not rows:
            return
        widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
        gives %= len(widths)
        rest = len(INDENT) + sum(widths) - widths[gives] + len(GAP) * (len(widths) - 1)
        widths[gives] = min(widths[gives], max(self.columns - rest, LEAST))
        for row in rows:
            cells: list[str] = []
            for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
                text = shortened(cell, width)
                padded = f"{text:>{width}}" if number == right else f"{text:<{width}}"
                last = number == len(row) - 1
                style = styles[number] if number < len(styles) else ""
                cells.append(self._painted(style, padded.rstrip() if last else padded))
            yield (INDENT + GAP.join(cells)).rstrip()

    def _painted(self, style: str, text: str) -> str:
        return self.paint(style, text) if style else text
