"""The outline of a template: its inline templates, its blocks, and the top-level keys in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from jinja2 import TemplateSyntaxError

from fgc.compiler.frontend.template.inline import split_inline
from fgc.compiler.frontend.template.lines import Kind as LineKind
from fgc.compiler.frontend.template.lines import Line, classify_lines
from fgc.compiler.lsp.snapshot import split_lines

_KEY = re.compile(r"([A-Za-z_.][^\s:#]*)\s*:(?:\s+(.*))?$")


class Kind(Enum):
    """What an entry of an outline is."""

    TEMPLATE = auto()
    BLOCK = auto()
    KEY = auto()


@dataclass
class Symbol:
    """An entry: from ``line`` to ``end``, its name at ``column`` (all count from 1)."""

    name: str
    kind: Kind
    line: int
    column: int
    end: int
    detail: str = ""
    children: list[Symbol] = field(default_factory=list["Symbol"])


@dataclass(slots=True)
class _Open:
    symbol: Symbol
    indent: int


def outline(text: str) -> list[Symbol]:
    r"""The entries of a template, as far as it can be read.

    >>> [(s.name, [c.name for c in s.children]) for s in outline("lr: 1\n[a]\nx: 2\n  y: 3\n")]
    [('lr', []), ('a', ['x'])]
    """
    found: list[Symbol] = []
    plain = "\n".join(split_lines(text))
    for part in split_inline(plain):
        last = part.first_line + max(part.text.removesuffix("\n").count("\n"), 0)
        entries = list(_entries(part.text, part.first_line, last))
        if part.name is None:
            found += entries
        else:
            header = max(part.first_line - 1, 1)
            found.append(Symbol(part.name, Kind.TEMPLATE, header, 1, last, "", entries))
    return found


def _entries(text: str, first: int, last: int) -> Iterator[Symbol]:
    top: list[Symbol] = []
    blocks: list[_Open] = []
    key: Symbol | None = None
    for number, line in _lines(text, first):
        if line.kind is LineKind.HEADER:
            while blocks and blocks[-1].indent >= line.indent:
                blocks.pop().symbol.end = number - 1
            symbol = Symbol(line.text, Kind.BLOCK, number, line.column, last)
            (blocks[-1].symbol.children if blocks else top).append(symbol)
            blocks.append(_Open(symbol, line.indent))
            key = None
        elif line.kind is LineKind.TEXT and (match := _KEY.match(line.text)):
            name, detail = match[1], (match[2] or "").strip()
            key = Symbol(name, Kind.KEY, number, 1, number, detail)
            (blocks[-1].symbol.children if blocks else top).append(key)
        elif line.kind is LineKind.TEXT and key is not None:
            key.end = number
    yield from top


def _lines(text: str, first: int) -> Iterator[tuple[int, Line]]:
    """The lines up to the first that is not well-formed."""
    try:
        yield from enumerate(classify_lines(text, first), first)
    except TemplateSyntaxError:
        return
