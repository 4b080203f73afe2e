"""Columns of text, aligned."""

from __future__ import annotations

from collections.abc import Sequence

from fgc.compiler.views.places import shortened

GAP = "  "


def table(rows: Sequence[Sequence[str]], *, width: int | None = None) -> str:
    """The rows as lines; the last column is cut where a line would be wider than ``width``.

    >>> table([("a", "1", "one"), ("long", "", "two and more")], width=16)
    'a     1  one\\nlong     two an…\\n'
    """
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]) - 1)]
    start = sum(widths) + len(GAP) * len(widths)
    lines: list[str] = []
    for row in rows:
        cells = [f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)]
        last = row[-1] if width is None else shortened(row[-1], max(width - start, 1))
        lines.append(GAP.join([*cells, last]).rstrip())
    return "".join(f"{line}\n" for line in lines)
