"""The lines above a position as they are rendered, where a block takes over what it overrides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fgc.compiler.frontend.tags import CALLABLES
from fgc.compiler.lsp import blocks
from fgc.compiler.lsp.analysis import Analysis
from fgc.compiler.lsp.snapshot import Snapshot, split_lines

_SUPER = re.compile(r"^\s*==\s+super\(\)|^\s*\{\{-?\s*super\(\)\s*-?\}\}")
_SKIPPED = re.compile(r"^\s*(?:$|##|--\s|<<\s|>>\s|==\s|=>\s|\[[^\W\d]\w*!?\]\s*(?:##.*)?$)")
_KEY = re.compile(r"^\s*(?:-\s+)*([^\s:#][^:#]*):(?:\s|$)")
_CALL = re.compile(rf"!(?:{'|'.join(CALLABLES)}):([^\s,\[\]{{}}@]+)(?:@\w+)?\s*(?:&[-\w]+\s*)?$")
_MOST = 50  # blocks that take over each other


@dataclass(frozen=True, slots=True)
class Mapping:
    """The mapping that a line belongs to: its call's import spec, if it has one, and its keys."""

    spec: str | None
    keys: tuple[str, ...]


def mapping_at(snapshot: Snapshot, analysis: Analysis, line: int, indent: int) -> Mapping:
    """The block mapping in which a key that is written on ``line``, at ``indent``, would stand."""
    keys: list[str] = []
    for text in snapshot.lines[line:]:
        if not _SKIPPED.match(text):
            if _indent(text) < indent:
                break
            keys += _key(text, indent)
    for text in _above(snapshot, analysis, line):
        if _SKIPPED.match(text) or _indent(text) > indent:
            continue
        if _indent(text) == indent:
            keys += _key(text, indent)
            continue
        call = _CALL.search(text.split(" ##")[0])
        return Mapping(call[1] if call else None, tuple(keys))
    return Mapping(None, tuple(keys))


def _indent(text: str) -> int:
    """Where a line's key stands: an item of a list is that of its dash's content."""
    return len(text) - len(text.lstrip(" -") if text.lstrip().startswith("- ") else text.lstrip())


def _key(text: str, indent: int) -> list[str]:
    found = _KEY.match(text)
    return [found[1].strip()] if found and _indent(text) == indent else []


def _above(snapshot: Snapshot, analysis: Analysis, line: int) -> Iterator[str]:
    """The lines above ``line``, the nearest first, to the start of its file."""
    name = None
    for number in range(line - 1, 0, -1):
        text = snapshot.lines[number - 1]
        if _SUPER.match(text):
            block = blocks.block_at(snapshot.lines, number)
            if block is not None:
                name = block[0]
                place = blocks.overridden(snapshot, name)
                if place is not None:
                    yield from _inherited(snapshot, analysis, place, _MOST)
            continue
        yield text


def _inherited(
    snapshot: Snapshot, analysis: Analysis, place: blocks.Place, most: int
) -> Iterator[str]:
    """The lines of a block, the last one first, with those that it takes over."""
    lines = split_lines(snapshot.text_of(place.file))
    chain = blocks.chain(analysis, snapshot.file, place.name)
    at = next((i for i, p in enumerate(chain) if (p.file, p.line) == (place.file, place.line)), -1)
    for number in range(_end(lines, place.line), place.line, -1):
        text = lines[number - 1]
        if _SUPER.match(text) and 0 <= at < len(chain) - 1 and most:
            yield from _inherited(snapshot, analysis, chain[at + 1], most - 1)
        else:
            yield text


def _end(lines: list[str], header: int) -> int:
    """The last line of the block whose header stands on the line ``header``."""
    indent = len(lines[header - 1]) - len(lines[header - 1].lstrip())
    for number in range(header + 1, len(lines) + 1):
        text = lines[number - 1]
        is_header = blocks.block_at((text,), 1) is not None
        if is_header and len(text) - len(text.lstrip()) <= indent:
            return number - 1
    return len(lines)
