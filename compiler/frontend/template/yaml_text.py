"""Enough of YAML, read line by line, to know what a ``#`` or a ``[name]`` in a template is.

The text is YAML with holes: Jinja's tags stand anywhere and decide what comes out. So this is no
parser. It follows quoted scalars, flow collections and block scalars by their first characters and
their indentation, skips tags, and gives up on a construct whose indentation says that it has ended.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fgc.compiler.frontend.template.place import Place
from fgc.compiler.frontend.template.tags import OPENERS, TagScanner

_BLOCK_SCALAR = re.compile(r"[|>](?:([1-9])[+-]?|[+-]([1-9])?)?[ \t]*(?:[ \t]#.*)?$")
_PROPERTY_END = re.compile(r"[\s,\[\]{}]")


@dataclass(slots=True)
class _BlockScalar:
    parent: int  # the column, from 0, of the node that holds it
    indent: int | None  # its own, once its first line has been seen


@dataclass(slots=True)
class _LineState:
    """Where in a line, and in what, the scanner stands."""

    at: int
    node_start: bool  # a node may begin here
    leading: bool  # nothing but dashes so far
    parent: int  # the column of the key or dash that holds what comes
    comment: bool = False


class YamlScanner:
    """What the lines so far have left open."""

    def __init__(self) -> None:
        self.tag: TagScanner | None = None
        self.tag_place = Place(1)
        self._quote: str | None = None
        self._flow = 0
        self._indent = 0  # of the line on which the quote or the collection began
        self._scalar: _BlockScalar | None = None

    @property
    def inside_value(self) -> bool:
        """Whether a quoted scalar or a flow collection is open."""
        return self._quote is not None or self._flow > 0

    def continues_quote(self, line: str) -> bool:
        """Whether ``line``, which is not blank, goes on with a quoted scalar."""
        return self._quote is not None and len(line) - len(line.lstrip()) > self._indent

    def enters_block_scalar(self, line: str) -> bool:
        """Whether ``line``, which is not blank, belongs to a block scalar."""
        scalar = self._scalar
        if scalar is None:
            return False
        indent = len(line) - len(line.lstrip())
        if line.startswith(("{%", "{#"), indent):
            return True
        if scalar.indent is None and indent > scalar.parent:
            scalar.indent = indent
        if scalar.indent is not None and indent >= scalar.indent:
            return True
        if not line.startswith("##", indent):  # a comment leaves nothing, so it ends nothing
            self._scalar = None
        return False

    def settle(self, line: str) -> None:
        """Give up what the indentation of ``line``, which is not blank, says has ended."""
        indent = len(line) - len(line.lstrip())
        if self._quote is not None and indent <= self._indent:
            self._quote, self._flow = None, 0
        closes = line[indent] in "]}" and indent == self._indent
        if self._flow and indent <= self._indent and not closes:
            self._flow = 0

    def skip_tags(self, line: str, number: int, at: int = 0) -> None:
        """Read a line of literal text, in which only tags mean anything."""
        while at < len(line):
            at = self._tag_at(line, number, at) if line[at : at + 2] in OPENERS else at + 1

    def resume_tag(self, line: str) -> int:
        """Read on in the tag that an earlier line left open; the position after what was read."""
        assert self.tag is not None
        at = self.tag.advance(line, 0)
        if self.tag.closed:
            self.tag = None
        return at

    def scan(self, line: str, number: int, at: int = 0) -> int:
        """Read ``line`` from ``at`` on as YAML; the length of what precedes a ``##`` comment."""
        indent = len(line) - len(line.lstrip())
        state = _LineState(at or indent, node_start=at == 0, leading=at == 0, parent=indent - 1)
        if line.startswith("--- "):
            state.at, state.parent = 4, -1
        while state.at < len(line):
            if self._is_comment(line, state):
                return len(line[: state.at].rstrip())
            self._step(line, number, state, indent)
        return len(line)

    def _is_comment(self, line: str, state: _LineState) -> bool:
        if self._quote is not None or line[state.at] != "#":
            return False
        if state.at > 0 and line[state.at - 1] not in " \t":
            return False
        state.comment = True
        return line.startswith("##", state.at)

    def _step(self, line: str, number: int, state: _LineState, indent: int) -> None:
        char = line[state.at]
        if line[state.at : state.at + 2] in OPENERS:
            printing = line.startswith("{{", state.at)
            state.at = self._tag_at(line, number, state.at)
            state.node_start = state.node_start and not printing
        elif state.comment or char in " \t":
            state.at += 1
        elif self._quote is not None:
            self._step_quoted(line, state)
        elif state.node_start and char in "'\"":
            self._hold(state)
            self._quote, self._indent = char, indent if not self._flow else self._indent
            state.at += 1
        elif state.node_start and char in "!&":
            end = _PROPERTY_END.search(line, state.at + 1)
            state.at = self._before_tag(line, state.at, end.start() if end else len(line))
        elif char in "[{" and (state.node_start or self._flow):
            self._hold(state)
            self._indent = self._indent if self._flow else indent
            self._flow += 1
            state.node_start = True
            state.at += 1
        elif self._flow and char in "]},":
            self._flow -= char != ","
            state.node_start = char == ","
            state.at += 1
        else:
            self._step_plain(line, state)

    def _step_plain(self, line: str, state: _LineState) -> None:
        char, following = line[state.at], line[state.at + 1 : state.at + 2]
        separated = following in ("", " ", "\t")
        adjacent = self._flow and line[state.at - 1] in "'\"]}"  # {"key":value}
        if char == ":" and (separated or adjacent):
            state.node_start = True
        elif char in "-?" and separated and state.node_start:
            state.parent = state.at if state.leading else state.parent
        elif char in "|>" and state.node_start and not self._flow:
            self._open_block_scalar(line, state)
        else:
            self._hold(state)
        state.at += 1

    def _open_block_scalar(self, line: str, state: _LineState) -> None:
        header = _BLOCK_SCALAR.match(line, state.at)
        if header is None:
            self._hold(state)
            return
        digit = header[1] or header[2]
        self._scalar = _BlockScalar(
            state.parent, max(state.parent, 0) + int(digit) if digit else None
        )
        state.at = len(line)

    def _step_quoted(self, line: str, state: _LineState) -> None:
        char = line[state.at]
        if char == "\\" and self._quote == '"':
            state.at += 2
            return
        if char == self._quote:
            if char == "'" and line.startswith("''", state.at):
                state.at += 2
                return
            self._quote = None
        state.at += 1

    def _hold(self, state: _LineState) -> None:
        """Content begins at ``state.at``."""
        if state.leading:
            state.parent = state.at
        state.leading = state.node_start = False

    def _before_tag(self, line: str, at: int, end: int) -> int:
        """``end``, or where a Jinja tag begins before it."""
        found = [line.find(opener, at, end) for opener in OPENERS]
        return min([position for position in found if position >= 0], default=end)

    def _tag_at(self, line: str, number: int, at: int) -> int:
        tag = TagScanner(line, at)
        end = tag.advance(line, tag.body)
        if not tag.closed:
            self.tag, self.tag_place = tag, Place(number, at + 1)
        return end
