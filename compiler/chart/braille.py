"""A chart as text: eight dots in each character, in the blocks of Unicode's braille."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby, pairwise

from fgc.compiler.chart.chart import Chart, Point, placed, plain, shortened
from fgc.compiler.chart.scale import Scale

# The bit of each of a character's dots, by row from the top and column.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BLANK = 0x2800
_BORDER = "┊"  # of parts of the x axis

# The foregrounds of ANSI terminals: blue, red, green, magenta, yellow, cyan.
_COLORS = (34, 31, 32, 35, 33, 36)
_LONGEST_LABEL = 28

Cell = tuple[int, int]  # the bits of a character, and the palette's place of what drew it last


def braille(chart: Chart, *, width: int = 64, height: int = 14, color: bool = False) -> str:
    """``chart`` in ``width`` by ``height`` characters, axes and labels beside them.

    Several series have their labels at their ends, on the right, in the series' colour where there
    is ``color``: escapes of an ANSI terminal.
    """
    x_scale, y_scale = chart.scales()
    cells: dict[tuple[int, int], Cell] = {}
    for series in sorted(chart.series, key=lambda each: each.style != "faint"):
        place = chart.color(series)
        for run in chart.runs(series):
            for column, row in _dots(run, x_scale, y_scale, width, height):
                where = (row // 4, column // 2)
                bits = cells.get(where, (0, 0))[0] | _DOTS[row % 4][column % 2]
                cells[where] = (bits, place)
    labels = _y_labels(y_scale, height)
    margin = max(map(len, labels.values()), default=0)
    ends = _ends(chart, y_scale, height)
    lines = [plain(chart.title)] if chart.title else []
    lines += [plain(chart.y_label)] if chart.y_label else []
    borders = {_column(x_scale, x, width) for x in chart.borders(x_scale)}
    for row in range(height):
        drawn = [cells.get((row, column), (0, 0)) for column in range(width)]
        text = _line(drawn, borders, color)
        if row in ends:
            text += " " + _painted(*ends[row], color)
        tick = "┤" if row in labels else "│"
        lines.append(f"{labels.get(row, ''):>{margin}} {tick}{text}".rstrip(f"{chr(_BLANK)} "))
    lines += _x_axis(chart, x_scale, width, margin)
    return "\n".join(lines)


def _dots(
    run: Sequence[Point], x_scale: Scale, y_scale: Scale, width: int, height: int
) -> Iterable[tuple[int, int]]:
    """The dots, column and row from the top, that a line through ``run`` touches."""
    columns, rows = 2 * width - 1, 4 * height - 1
    points = placed(
        run,
        lambda x: x_scale.share(x) * columns,
        lambda y: (1 - y_scale.share(y)) * rows,
    )
    at = [(round(x), round(y)) for x, y in points]
    yield at[0]
    for (x0, y0), (x1, y1) in pairwise(at):
        steps = max(abs(x1 - x0), abs(y1 - y0))
        for step in range(1, steps + 1):
            yield round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps)


def _line(cells: Sequence[Cell], borders: Collection[int], color: bool) -> str:
    """The characters of a row; neighbours of one colour share its escapes."""
    runs = groupby(enumerate(cells), key=lambda cell: cell[1][1] if cell[1][0] else None)
    return "".join(
        (
            "".join(_BORDER if column in borders else chr(_BLANK) for column, _ in run)
            if place is None
            else _painted("".join(chr(_BLANK + bits) for _, (bits, _) in run), place, color)
        )
        for place, run in runs
    )


def _painted(text: str, place: int, color: bool) -> str:
    return f"\x1b[{_COLORS[place % len(_COLORS)]}m{text}\x1b[0m" if color else text


def _y_labels(scale: Scale, height: int) -> dict[int, str]:
    """What is written left of the axis, by row."""
    ticks = scale.ticks(height // 3 + 1)
    labels = scale.labels(ticks)
    return {_row(scale, tick, height): label for tick, label in zip(ticks, labels, strict=True)}


def _ends(chart: Chart, scale: Scale, height: int) -> dict[int, tuple[str, int]]:
    """The labels of several series and their places in the palette, by row: that of its end, or
    one near it."""
    named = [s for s in chart.series if s.style != "faint" and s.label and chart.runs(s)]
    if len(named) < 2:
        return {}
    # in the order of the ends, for where there are no colours only the labels tell which is lower
    ends = sorted(
        ((chart.runs(s)[-1][-1][1], s) for s in named), key=lambda end: -scale.share(end[0])
    )[:height]
    rows: list[int] = []
    for value, _ in ends:
        rows.append(max(_row(scale, value, height), rows[-1] + 1 if rows else 0))
    lowest = height - 1
    for place in reversed(range(len(rows))):
        rows[place] = min(rows[place], lowest)
        lowest = rows[place] - 1
    return {
        row: (shortened(series.label, _LONGEST_LABEL), chart.color(series))
        for row, (_, series) in zip(rows, ends, strict=True)
    }


def _row(scale: Scale, value: float, height: int) -> int:
    return round((1 - scale.share(value)) * (4 * height - 1)) // 4


def _column(scale: Scale, value: float, width: int) -> int:
    return round(scale.share(value) * (2 * width - 1)) // 2


def _x_axis(chart: Chart, scale: Scale, width: int, margin: int) -> list[str]:
    """The axis, the numbers below it, and what they count."""
    axis = ["─"] * width
    indent = " " * (margin + 1)
    numbers: list[str] = []
    for label, texts in chart.x_numbers(scale, max(2, width // 12)):
        below = [" "] * (width + 1)
        for tick, text in texts:
            column = _column(scale, tick, width)
            axis[column] = "┬"
            start = max(0, min(column - len(text) // 2, len(below) - len(text)))
            if all(c == " " for c in below[max(0, start - 1) : start + len(text) + 1]):
                below[start : start + len(text)] = text
        line = f"{indent} {''.join(below)}"
        # one unit is named right behind its numbers, two below each other
        line = line.rstrip() if chart.x_also is None else line
        numbers.append((f"{line}  {plain(label)}" if label else line).rstrip())
    return [f"{indent}└{''.join(axis)}", *numbers]
