"""Where a Jinja tag ends.

Template text can only be read line by line if one knows which lines lie inside a tag that began on
an earlier one. `TagScanner` follows one tag over any number of lines, by Jinja's own rules: strings
and brackets shield the closing delimiter, nothing shields it in a comment or after ``raw``.
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
    """Strings and brackets of an expression, as far as it has been read."""

    quote: str | None = None
    brackets: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    quote_at: int = 0

    def step(self, text: str, at: int) -> int:
        """Read what stands at ``at``; the position after it."""
        char = text[at]
        if self.quote is not None:
            if char == "\\":
                return at + 2
            if char == self.quote:
                self.quote = None
        elif char in "'\"":
            self.quote, self.quote_at = char, at
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
    """One tag, from its opening delimiter to its closing one.

    >>> tag = TagScanner("a: {{ '}}' }} b", 3)
    >>> tag.advance("a: {{ '}}' }} b", 3), tag.closed
    (13, True)
    """

    def __init__(self, text: str, at: int):
        self.opener = text[at : at + 2]
        self.raw = _RAW.match(text, at) is not None
        self.closed = False
        self._expression = ExpressionScanner()

    def advance(self, text: str, at: int) -> int:
        """Read on from ``at``, the opening delimiter or the start of a later line.

        Returns the position after the closing delimiter and sets ``closed``, or the end of the line.
        """
        if self.raw:
            return self._jump(_ENDRAW.search(text, at), text)
        if text.startswith(self.opener, at):
            at += 2
        if self.opener == "{#":
            return self._jump(re.compile("#}").search(text, at), text)
        closer = _CLOSERS[self.opener]
        while at < len(text):
            if not self._expression.shielded and text.startswith(closer, at):
                self.closed = True
                return at + 2
            at = self._expression.step(text, at)
        return len(text)

    def _jump(self, match: re.Match[str] | None, text: str) -> int:
        if match is None:
            return len(text)
        self.closed = True
        return match.end()
