"""A text that an editor shows, with what is known of the configuration that it is a part of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from fgc.compiler.ir.span import Span
from fgc.compiler.lsp.analysis import Analysis

_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Snapshot:
    """``text`` is what ``file`` holds now; ``analysis`` may be of an earlier text.

    ``others`` are further configurations that the file is a part of.
    """

    file: str
    text: str
    analysis: Analysis | None = None
    others: tuple[Analysis, ...] = ()

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines, as editors count them."""
        return tuple(split_lines(self.text))

    @property
    def analyses(self) -> tuple[Analysis, ...]:
        """All that is known, that of ``analysis`` first."""
        return self.others if self.analysis is None else (self.analysis, *self.others)

    def line(self, number: int) -> str:
        """Line ``number``, counted from 1; empty beyond the last."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""

    def text_of(self, file: str) -> str:
        """The text of any file that is known here; empty for others."""
        if file == self.file:
            return self.text
        return next((a.files[file] for a in self.analyses if file in a.files), "")


def split_lines(text: str) -> list[str]:
    r"""The lines of a text without their ends, by the protocol's rules.

    >>> split_lines("a\r\nb\x0cc\n")
    ['a', 'b\x0cc', '']
    """
    return _BREAK.split(text)


def whole_line(file: str, line: int, text: str) -> Span:
    """What stands on a line, blanks around it aside."""
    start = len(text) - len(text.lstrip()) + 1
    return Span(file, line, start, line, max(len(text.rstrip()), start) + 1)
