"""What stands at a position of a template's text.

It is read off the line alone, so that it is known whatever the rest of the text looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from fgc.compiler.frontend.tags import CALLABLES


class What(Enum):
    """The things that an editor can be asked about."""

    TEMPLATE = auto()  # a name in extends, include, import
    BLOCK = auto()
    SUPER = auto()
    ANCHOR = auto()
    ALIAS = auto()
    KNOB = auto()
    SPEC = auto()
    VAR = auto()


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing of ``name``, from ``column`` up to ``end`` of ``line`` (all count from 1)."""

    what: What
    name: str
    line: int
    column: int
    end: int


_TAG = "|".join(CALLABLES)
_JINJA = re.compile(r"^\s*(?:--|<<|>>|==|=>)\s.*|\{[{%].*?(?:[}%]\}|$)")
_LOADS = re.compile(r"\b(?:extends|include|import|from)\b")
_QUOTED = re.compile(r"""(["'])(.*?)\1""")
_IN_JINJA = (
    (What.KNOB, re.compile(r"\bns\.(\w+)")),
    (What.SUPER, re.compile(r"\b(super)\s*\(\)")),
    (What.BLOCK, re.compile(r"\bblock\s+(\w+)")),
)
_IN_YAML = (
    (What.BLOCK, re.compile(r"^\s*\[([^\W\d]\w*)!?\]\s*(?:##.*)?$")),
    (What.SPEC, re.compile(rf"!(?:{_TAG}):([^\s,\[\]{{}}@]+)")),
    (What.VAR, re.compile(r"!var\s+[\"']?([\w.]+)")),
    (What.ANCHOR, re.compile(r"(?:^|(?<=[\s,\[{:]))(&[-\w]+)")),
    (What.ALIAS, re.compile(r"(?:^|(?<=[\s,\[{:]))(\*[-\w]+)")),
)
_COMMENT = re.compile(r"(?:^|\s)##.*$")


def thing_at(text: str, line: int, column: int) -> Thing | None:
    """What stands at ``column`` of ``text``, which is line ``line``.

    >>> thing_at("lr: *rate", 1, 6).name, thing_at("-- set ns.lr = 2", 1, 12).name
    ('rate', 'lr')
    """
    found = (thing for thing in things(text, line) if thing.column <= column <= thing.end)
    return min(found, key=lambda thing: thing.end - thing.column, default=None)


def things(text: str, line: int) -> Iterator[Thing]:
    """All that stands on a line, comments aside."""
    code = _COMMENT.sub("", text)
    for part in _JINJA.finditer(code):
        for what, pattern in _IN_JINJA:
            for match in pattern.finditer(code, part.start(), part.end()):
                yield _thing(what, match, 1, line)
        if _LOADS.search(part.group()):
            for match in _QUOTED.finditer(code, part.start(), part.end()):
                yield _thing(What.TEMPLATE, match, 2, line)
    plain = _JINJA.sub(lambda match: "\0" * len(match.group()), code)
    for what, pattern in _IN_YAML:
        for match in pattern.finditer(plain):
            yield _thing(what, match, 1, line)


def _thing(what: What, match: re.Match[str], group: int, line: int) -> Thing:
    name = match.group(group).strip("\0")
    if what in (What.ANCHOR, What.ALIAS):
        name = name[1:]
    return Thing(what, name, line, match.start(group) + 1, match.end(group) + 1)
