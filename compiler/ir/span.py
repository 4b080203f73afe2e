"""Where a thing was written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open region of one source file.

    Lines and columns count from 1; ``end_column`` is the column after the last character.
    ``file`` is an absolute path with forward slashes, or ``<name>`` for text that has no file
    (``<--set>``, ``<string>``). An inline template's spans name the file that contains it.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def point(cls, file: str, line: int, column: int = 1) -> Span:
        """The one character at ``line:column``."""
        return cls(file, line, column, line, column + 1)

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of ``other``, which lies in the same file."""
        return Span(self.file, self.line, self.column, other.end_line, other.end_column)
