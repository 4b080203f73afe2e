"""Changes pieces of a text in place, so that all the rest of it stays to the letter."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]  # characters, half-open
Edit = tuple[Span, str]


class Source:
    """A text and where the nodes of its tree lie in it."""

    def __init__(self, text: str):
        self.text = text
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def span(self, node: ast.expr) -> Span:
        """The characters of ``node``; wrong for what lies in a formatted string."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno, node.end_col_offset),
        )

    def arguments(self, call: ast.Call) -> str:
        """The text of a call behind its callee: ``(x, y=1)``."""
        return self.text[self.span(call.func)[1] : self.span(call)[1]].lstrip()

    def _offset(self, line: int, column: int) -> int:
        """A character from a line, from 1, and a column in UTF-8 bytes."""
        text = self._lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode(errors="ignore"))
        return self._starts[line - 1] + column


def edited(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with each span replaced; what lies within a larger one goes with it."""
    pieces: list[str] = []
    end = 0
    for (first, last), new in sorted(edits, key=lambda edit: (edit[0][0], -edit[0][1])):
        if first < end:
            continue
        pieces += [text[end:first], new]
        end = last
    return "".join([*pieces, text[end:]])


@dataclass(slots=True)
class _Argument:
    """An argument: from behind the comma before it to behind its own and the comment there."""

    start: int
    end: int = 0
    comma: int | None = None
    keyword: str | None = None


def without_keywords(source: Source, call: ast.Call, dropped: Collection[str]) -> list[Edit]:
    """What takes the keyword arguments ``dropped`` out of ``call``, with their comments."""
    close = source.span(call)[1] - 1
    open_ = source.text.index("(", source.span(call.func)[1])
    arguments = _arguments(source.text[open_ : close + 1], open_)
    kept = [argument for argument in arguments if argument.keyword not in dropped]
    if len(kept) == len(arguments):
        return []
    if not kept:
        return [((open_ + 1, close), "")]
    edits: list[Edit] = [
        ((argument.start, argument.end), "") for argument in arguments if argument not in kept
    ]
    last = kept[-1]
    if last is not arguments[-1] and arguments[-1].comma is None and last.comma is not None:
        edits.append(((last.comma, last.comma + 1), ""))
    if kept[0] is not arguments[0] and source.text[kept[0].start] == " ":
        edits.append(((kept[0].start, kept[0].start + 1), ""))
    return edits


def _arguments(text: str, offset: int) -> list[_Argument]:
    """The arguments in ``text``, a pair of parentheses that stands at ``offset``."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    found: list[_Argument] = []
    current = _Argument(offset + 1)
    depth = 0
    tokens = [
        token
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in (tokenize.NL, tokenize.NEWLINE)
    ]
    for token, following in pairwise(tokens):
        first, last = (
            offset + starts[row - 1] + column for row, column in (token.start, token.end)
        )
        if token.type == tokenize.OP and token.string in ")]}":
            depth -= 1
            if not depth:
                break
        if depth == 1 and token.type == tokenize.OP and token.string == ",":
            current.comma, current.end = first, last
            if following.type == tokenize.COMMENT and following.start[0] == token.end[0]:
                current.end = offset + starts[following.end[0] - 1] + following.end[1]
            found.append(current)
            current = _Argument(current.end)
        elif token.type != tokenize.COMMENT:
            if depth == 1 and not current.end and following.string == "=":
                current.keyword = token.string
            current.end = last
        elif current.end and token.start[0] == tokens[tokens.index(token) - 1].end[0]:
            current.end = last
        if token.type == tokenize.OP and token.string in "([{":
            depth += 1
            current.end = current.end if depth > 1 else 0
    return [*found, current] if current.end else found
