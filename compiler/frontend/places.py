"""From regions of the rendered text to spans in templates."""

from __future__ import annotations

from bisect import bisect_right

from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.frontend.syntax import Region
from fgc.compiler.ir.span import Span


class Places:
    """`Rendered.span` for regions.

    A computed piece's place is its whole line, which takes a split of the template to find; a
    template with many of them would be split as often, so their spans are kept.
    """

    def __init__(self, rendered: Rendered):
        self._rendered = rendered
        self._computed: dict[tuple[str, int], Span] = {}

    def is_copied(self, region: Region) -> bool:
        """Whether a template holds the text as it stands, and no expression gave it."""
        if not self._rendered.origins:
            return False
        return self._rendered.piece(region.line, region.column).source_column is not None

    def written_twice(self, first: Region, second: Region) -> bool:
        """Whether two texts stand at two places of one block of one template.

        A text that a loop writes again is not, and neither is what an expression gives.
        """
        block = self._rendered.block(first.line, first.column)
        if block is None or block != self._rendered.block(second.line, second.column):
            return False
        return self.span(first) != self.span(second)

    def span(self, region: Region) -> Span:
        """The place in a template of ``region``."""
        origins = self._rendered.origins
        if not origins:  # an empty text has no lines
            return Span.point((*self._rendered.chain, "<string>")[0], 1)
        pieces = origins[min(region.line, len(origins)) - 1]
        index = bisect_right([piece.column for piece in pieces], region.column) - 1
        piece = pieces[max(index, 0)]
        if piece.source_column is not None:
            return self._rendered.span(*region)
        key = (piece.file, piece.line)
        if key not in self._computed:
            self._computed[key] = self._rendered.span(*region)
        return self._computed[key]
