"""Where a Jinja tag ends.

Template text can only be read line by line if one knows which lines lie inside a tag that began on
an earlier one. `TagScanner` follows one tag over any number of lines, by Jinja's own rules: strings
and brackets shield the closing delimiter; nothing shields it in a comment, or after ``raw``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

OPENERS: Final = ("{{", "{%", "{#")

_RAW = re.compile(r"\{%[-+]?\s*raw\s*-?%\}")
_ENDRAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_CLOSERS: Final = {"{{": "}}", "{%": "%}", "{#": "#}"}
_BRACKETS: Final = {"(": ")", "[": "]", "{": "}"}


@dataclass(slots=True)
class ExpressionScanner:
    """The open string and brackets of an expression, as far as it has been read."""

    quote: tuple[str, int] | None = None
    brackets: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])

    def step(self, text: str, at: int) -> int:
        """Read what stands at ``at``; the position after it."""
        char = text[at]
        if self.quote is not None:
            if char == "\\":
                return at + 2
            if char == self.quote[0]:
                self.quote = None
        elif char in "'\"":
            self.quote = (char, at)
        elif char in _BRACKETS:
            self.brackets.append((char, at))
        elif self.brackets and char == _BRACKETS[self.brackets[-1][0]]:
            self.brackets.pop()
        return at + 1

    @property
    def shielded(self) -> bool:
        """Whether a closing delimiter here would be part of the expression."""
        return self.quote is not None or bool(self.brackets)


class TagScanner:
    """One tag, from its opening delimiter on.

    >>> line = "a: {{ '}}' }} b"
    >>> tag = TagScanner(line, 3)
    >>> tag.advance(line, tag.body), tag.closed
    (13, True)
    """

    def __init__(self, text: str, at: int):
        raw = _RAW.match(text, at)
        self.opener = text[at : at + 2]
        self.raw = raw is not None
        self.body = raw.end() if raw else at + 2
        self.closed = False
        self._expression = ExpressionScanner()

    @property
    def printing(self) -> bool:
        """Whether the tag leaves text in the output."""
        return self.raw or self.opener == "{{"

    def advance(self, text: str, at: int) -> int:
        """Read a line from ``at`` on: ``body`` on the first line of the tag, 0 on the later ones.

        Returns the position after the closing delimiter and sets ``closed``, or the line's length.
        """
        if self.raw:
            end = _ENDRAW.search(text, at)
            self.closed = end is not None
            return end.end() if end else len(text)
        if self.opener == "{#":
            end_at = text.find("#}", at)
            self.closed = end_at >= 0
            return end_at + 2 if self.closed else len(text)
        closer = _CLOSERS[self.opener]
        while at < len(text):
            if not self._expression.shielded and text.startswith(closer, at):
                self.closed = True
                return at + 2
            at = self._expression.step(text, at)
        return len(text)
