"""The text that a template chain rendered to, and where each part of it came from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.frontend.template_chain import TemplateChain
from fgc.compiler.ir.knobs import Knobs
from fgc.compiler.ir.span import Span

NO_KNOBS = Knobs()
NO_TEMPLATES = TemplateChain("", {}, ())


@dataclass(frozen=True, slots=True)
class Piece:
    """From ``column`` of a rendered line on, text comes from ``line`` of ``file``.

    ``source_column`` is the column there at which the piece starts when its text was copied as it
    stands, and None when it was computed (``{{ ... }}``, a macro, a filter): then the whole of
    ``line`` is its place.
    """

    column: int
    file: str
    line: int
    source_column: int | None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered configuration.

    ``origins[i]`` are the pieces of rendered line ``i + 1``, by column, at least one a line.
    ``sources`` holds the text of each template of the chain, by the name that spans use;
    ``chain`` their names from the configuration itself to its last ancestor or include. ``knobs``
    are the knobs that the templates have, who set them, and which lines they decide. ``blocks``
    gives for a line of a file the block of a template that its text stands in, as far as known.
    ``elsewhere`` is the text that would be rendered where a name that says where, when or on what a
    build takes place had another value, by that name; None where it could not be rendered.
    ``findings`` are what is odd about the templates, ``templates`` says how they refer to each
    other, and which blocks they have.
    """

    text: str
    origins: tuple[tuple[Piece, ...], ...]
    sources: dict[str, str]
    chain: tuple[str, ...]
    knobs: Knobs = NO_KNOBS
    blocks: Mapping[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    elsewhere: Mapping[str, str | None] = field(default_factory=dict[str, "str | None"])
    findings: tuple[Diagnostic, ...] = ()
    templates: TemplateChain = NO_TEMPLATES

    def knobs_of(self, line: int) -> frozenset[str]:
        """The knobs that decide what stands on a line of the rendered text."""
        if not 1 <= line <= len(self.origins):
            return frozenset()
        lines = {(piece.file, piece.line) for piece in self.origins[line - 1]}
        return frozenset[str]().union(*(self.knobs.deciding.get(at, ()) for at in lines))

    def piece(self, line: int, column: int) -> Piece:
        """What a place of the rendered text is a part of."""
        pieces = self.origins[min(line, len(self.origins)) - 1]
        return pieces[max(bisect_right([piece.column for piece in pieces], column) - 1, 0)]

    def block(self, line: int, column: int) -> str | None:
        """The block in which a place of the rendered text was written, None where it was computed.

        It is named so that no two blocks of all templates have one name.
        """
        if not self.origins:
            return None
        piece = self.piece(line, column)
        if piece.source_column is None:
            return None
        return self.blocks.get((piece.file, piece.line))

    def span(self, line: int, column: int, end_line: int, end_column: int) -> Span:
        """The place in a template of a region of the rendered text (all count from 1)."""
        piece = self.piece(line, column)
        width = end_column - column if end_line == line else 1
        if piece.source_column is None:
            source = self.sources.get(piece.file, "").splitlines()
            text = source[piece.line - 1] if piece.line <= len(source) else ""
            start = len(text) - len(text.lstrip()) + 1
            return Span(
                piece.file, piece.line, start, piece.line, max(len(text.rstrip()), start) + 1
            )
        start = piece.source_column + column - piece.column
        return Span(piece.file, piece.line, start, piece.line, start + max(width, 1))
