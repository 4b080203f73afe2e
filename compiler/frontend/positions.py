"""Positions in the text that the YAML parser reads."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Protocol

from fgc.compiler.frontend.syntax import Region

# The parser ends lines at these too; templates do not.
_FOREIGN_BREAKS = re.compile("[\r\x85\u2028\u2029]")
_BLANK = re.compile(r"(?:[ \t\r\n]+|(?<![^\s])#[^\n]*)*")


class Mark(Protocol):
    """A position as PyYAML gives it: all three count from 0."""

    @property
    def index(self) -> int: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class Positions:
    """Regions of a text, from the marks and offsets of its parser."""

    def __init__(self, text: str):
        self.text = text
        self._starts: list[int] | None = None
        self._exact_marks = _FOREIGN_BREAKS.search(text) is None

    def region(self, start: Mark, end: Mark) -> Region:
        """The region between two marks."""
        if self._exact_marks:
            return Region(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
        return self.between(start.index, end.index)

    def between(self, start: int, end: int) -> Region:
        """The region between two offsets."""
        return Region(*self._position(start), *self._position(end))

    def first_line(self, start: int, end: int) -> Region:
        """The region between two offsets, as far as it lies on the first one's line."""
        line_end = self.text.find("\n", start, end)
        if line_end < 0:
            return self.between(start, end)
        stop = start + len(self.text[start:line_end].rstrip())
        return self.between(start, max(stop, start + 1))

    def line(self, number: int) -> str:
        """Line ``number``, counted from 1, without its end; empty beyond the last."""
        start = self._line_starts()[number - 1] if number <= len(self._line_starts()) else None
        if start is None:
            return ""
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]

    def skip_blank(self, offset: int) -> int:
        """The offset of the first character from ``offset`` on that is no space or comment."""
        match = _BLANK.match(self.text, offset)
        return offset if match is None else match.end()

    def _position(self, offset: int) -> tuple[int, int]:
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            breaks = re.finditer("\n", self.text)
            self._starts = [0, *(match.end() for match in breaks)]
        return self._starts
