"""Where the thing under the cursor is used: who overrides a block, who sets and reads a knob."""

from __future__ import annotations

from collections.abc import Iterator

from fgc.compiler.ir.span import Span
from fgc.compiler.lsp import blocks
from fgc.compiler.lsp.analysis import Analysis
from fgc.compiler.lsp.cursor import Thing, What, thing_at, things
from fgc.compiler.lsp.snapshot import Snapshot, split_lines


def references(snapshot: Snapshot, line: int, column: int) -> tuple[Span, ...]:
    """All places, in the files of all that is known, each once."""
    thing = thing_at(snapshot.line(line), line, column)
    if thing is None:
        return ()
    if thing.what is What.SUPER:
        block = blocks.block_at(snapshot.lines, line)
        if block is None:
            return ()
        thing = Thing(What.BLOCK, block[0], line, column, column)
    found: dict[Span, None] = {}
    for analysis in snapshot.analyses:
        if thing.what is What.BLOCK:
            found |= dict.fromkeys(_blocks(snapshot, analysis, thing.name))
        elif thing.what in (What.ANCHOR, What.ALIAS):
            uses = (use.span for use in analysis.anchors if use.name == thing.name)
            found |= dict.fromkeys(uses)
        else:
            found |= dict.fromkeys(_mentions(snapshot, analysis, thing))
    return tuple(found)


def _blocks(snapshot: Snapshot, analysis: Analysis, name: str) -> Iterator[Span]:
    for place in blocks.chain(analysis, snapshot.file, name):
        yield blocks.header_span(place, snapshot.text_of(place.file))


def _mentions(snapshot: Snapshot, analysis: Analysis, thing: Thing) -> Iterator[Span]:
    """Every place in the texts of a configuration where the same thing stands."""
    for file in analysis.files:
        for number, text in enumerate(split_lines(snapshot.text_of(file)), 1):
            if thing.name in text:
                for other in things(text, number):
                    if (other.what, other.name) == (thing.what, thing.name):
                        yield Span(file, number, other.column, number, other.end)
