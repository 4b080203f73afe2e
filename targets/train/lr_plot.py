"""The learning rate over a run as a line chart in text, drawn with braille dots."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from fgc.targets.train.lr_axes import (
    borders,
    count_text,
    phases_text,
    rate_at,
    rate_text,
    round_steps,
)
from fgc.targets.train.lr_curve import Curve

STYLES = {"line": "36", "quiet": "2", "title": "1"}
BRAILLE = 0x2800
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # of a cell, by row and column
BORDER = "┊"
LEAST_COLUMNS = 10
MARK_COLUMNS = 12  # from one mark of the axis to the next, at least


def render_curve(curve: Curve, *, width: int = 80, height: int = 12, color: bool = False) -> str:
    """The chart, ``width`` columns wide, its plot ``height`` rows high; ends with a newline.

    Dotted lines stand where one phase ends and the next begins.
    """
    chart = _Chart(curve, width, max(height, 2))
    lines = [_styled(chart.title(), "title", color), *chart.plot(color)]
    lines += [_styled(text, "quiet", color) for text in chart.axis()]
    lines += textwrap.wrap(phases_text(curve), width)
    return "\n".join(lines) + "\n"


class _Chart:
    """A curve on a grid of cells, each of which is a character of 4 by 2 dots."""

    def __init__(self, curve: Curve, width: int, height: int):
        self.curve = curve
        self.width = width
        self.height = height
        self.top = max(0.0, *curve.lr) or 1.0
        self.rates = {self.dot(rate) // 4: rate_text(rate) for rate in (0, self.top / 2, self.top)}
        self.margin = max(len("tokens"), *map(len, self.rates.values()))
        self.columns = max(width - self.margin - 2, LEAST_COLUMNS)

    def dot(self, rate: float) -> int:
        """The row of dots, from above, that a learning rate is drawn in."""
        share = min(max(rate / self.top, 0.0), 1.0)
        return round((1.0 - share) * (4 * self.height - 1))

    def column(self, step: int) -> int:
        """The column of cells that a step lies in."""
        return step * (2 * self.columns - 1) // self.curve.total_steps // 2

    def title(self) -> str:
        """What the chart shows, and of which run."""
        curve = self.curve
        run = f"{curve.total_steps:,} steps of {curve.tokens_per_step:,} tokens"
        return f"learning rate{run:>{max(self.width - len('learning rate'), len(run) + 2)}}"

    def plot(self, color: bool) -> list[str]:
        """The rows of the plot, with rates beside them."""
        cells = self.cells()
        edges = {self.column(step) for step in borders(self.curve)}
        lines: list[str] = []
        for row in range(self.height):
            rate = self.rates.get(row, "")
            line = _styled(f"{rate:>{self.margin}} {'┤' if rate else '│'}", "quiet", color)
            for column in range(self.columns):
                if (row, column) in cells:
                    line += _styled(chr(BRAILLE + cells[row, column]), "line", color)
                else:
                    line += _styled(BORDER, "quiet", color) if column in edges else " "
            lines.append(line.rstrip())
        return lines

    def cells(self) -> Mapping[tuple[int, int], int]:
        """The dots of each cell that the line goes through."""
        found: dict[tuple[int, int], int] = {}
        last = 2 * self.columns - 1
        before: int | None = None
        for x in range(last + 1):
            here = self.dot(rate_at(self.curve, x * self.curve.total_steps / last))
            # a steep line is one without gaps
            way = 0 if before is None or before == here else (1 if here > before else -1)
            first = here if before is None or not way else before + way
            for y in range(first, here + (way or 1), way or 1):
                cell = (y // 4, x // 2)
                found[cell] = found.get(cell, 0) | DOTS[y % 4][x % 2]
            before = here
        return found

    def axis(self) -> list[str]:
        """The axis of steps, and of the tokens that have been read by then."""
        total = self.curve.total_steps
        round_ones = round_steps(total, self.columns // MARK_COLUMNS)
        marks = {self.column(step): step for step in round_ones}
        room = self.columns - MARK_COLUMNS
        marks = {column: step for column, step in marks.items() if column <= room}
        marks[self.columns - 1] = total
        ruler = "".join("┬" if column in marks else "─" for column in range(self.columns))
        lines = [f"{'':>{self.margin}} └{ruler}"]
        for name, size in (("steps", 1), ("tokens", self.curve.tokens_per_step)):
            texts = {column: count_text(step * size) for column, step in marks.items()}
            lines.append(f"{name:>{self.margin}}  {_placed(texts, self.columns)}")
        return lines


def _placed(texts: Mapping[int, str], columns: int) -> str:
    """Each text in the middle below its column, as far as the line has room for that."""
    line = ""
    for column, text in texts.items():
        start = min(max(column - len(text) // 2, 0), columns - len(text))
        if not line or start > len(line):
            line = f"{line:<{start}}{text}"
    return line


def _styled(text: str, style: str, color: bool) -> str:
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if color else text
