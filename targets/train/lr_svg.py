"""The learning rate over a run as a picture: SVG that needs nothing else.

Its colours are readable on light and on dark ground, which it leaves transparent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fgc.targets.train.lr_axes import (
    MOST_BORDERS,
    borders,
    count_text,
    phases_text,
    rate_text,
    round_rates,
    round_steps,
)
from fgc.targets.train.lr_curve import Curve

WIDTH, HEIGHT = 760, 360
LEFT, RIGHT, TOP, BOTTOM = 66, 66, 62, 60
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
HEADROOM = 1.06  # of the highest rate
LETTER = 6.4  # the width of one, about
MARK_WIDTH = 90  # from one mark of the axis to the next, at least
STRAIGHT = 0.05  # a point so near to the line between its neighbours is not drawn

STYLE = """\
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #7d8590; }
  .title { font-size: 15px; font-weight: 600; }
  .grid { stroke: #7d8590; stroke-opacity: .22; }
  .axis { stroke: #7d8590; stroke-opacity: .7; }
  .border { stroke: #7d8590; stroke-opacity: .5; stroke-dasharray: 2 4; }
  .area { fill: #3b82f6; fill-opacity: .10; }
  .line { fill: none; stroke: #3b82f6; stroke-width: 2.25; stroke-linejoin: round; }
  .dot { fill: #3b82f6; }
  .value { fill: #3b82f6; font-weight: 600; }\
"""


def curve_svg(curve: Curve) -> str:
    """The picture of ``curve``, as the text of an SVG file."""
    return "\n".join(_Picture(curve).lines()) + "\n"


class _Picture:
    """A curve in the coordinates of its picture."""

    def __init__(self, curve: Curve):
        self.curve = curve
        self.highest = max(0.0, *curve.lr) or 1.0

    def x(self, step: float) -> float:
        """Where a step lies."""
        return LEFT + PLOT_WIDTH * step / self.curve.total_steps

    def y(self, rate: float) -> float:
        """Where a learning rate lies; what is below 0 lies at 0."""
        return TOP + PLOT_HEIGHT * (1.0 - max(rate, 0.0) / (self.highest * HEADROOM))

    def lines(self) -> Iterator[str]:
        """The lines of the file."""
        curve = self.curve
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" role="img">'
        )
        yield f"<title>Learning rate: {phases_text(curve)}</title>"
        yield f"<style>\n{STYLE}\n</style>"
        yield _text(LEFT, 24, "Learning rate", "start", "title")
        size = f"{curve.total_steps:,} steps of {curve.tokens_per_step:,} tokens"
        yield _text(WIDTH - RIGHT, 24, size, "end")
        yield from self.rates()
        yield from self.steps()
        yield from self.phases()
        yield from self.line()
        yield "</svg>"

    def rates(self) -> Iterator[str]:
        """The horizontal lines, and their learning rates."""
        for rate in round_rates(self.highest):
            y = self.y(rate)
            yield _line(LEFT, y, WIDTH - RIGHT, y, "grid" if rate else "axis")
            yield _text(LEFT - 10, y + 4, rate_text(rate), "end")

    def steps(self) -> Iterator[str]:
        """The marks below, in steps and in tokens."""
        curve = self.curve
        bottom = TOP + PLOT_HEIGHT
        marks = round_steps(curve.total_steps, PLOT_WIDTH // MARK_WIDTH)
        room = self.x(curve.total_steps) - MARK_WIDTH / 2
        for step in [*(mark for mark in marks if self.x(mark) <= room), curve.total_steps]:
            x = self.x(step)
            yield _line(x, bottom, x, bottom + 5, "axis")
            yield _text(x, bottom + 20, count_text(step), "middle")
            yield _text(x, bottom + 36, count_text(step * curve.tokens_per_step), "middle")
        yield _text(LEFT - 24, bottom + 20, "steps", "end")
        yield _text(LEFT - 24, bottom + 36, "tokens", "end")

    def phases(self) -> Iterator[str]:
        """The borders of the phases, and their names above, where there is room for them."""
        for step in borders(self.curve):
            yield _line(self.x(step), TOP - 14, self.x(step), TOP + PLOT_HEIGHT, "border")
        if len(self.curve.phases) > MOST_BORDERS + 1:
            return
        for phase in self.curve.phases:
            first, last = self.x(phase.first), self.x(phase.last)
            if last - first >= LETTER * len(phase.name):
                yield _text((first + last) / 2, TOP - 6, phase.name, "middle")

    def line(self) -> Iterator[str]:
        """The curve, and the rate at its end."""
        rates = zip(self.curve.steps, self.curve.lr, strict=True)
        points = _bends([(self.x(step), self.y(rate)) for step, rate in rates])
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        (first, _), (last, end) = points[0], points[-1]
        bottom = TOP + PLOT_HEIGHT
        yield f'<polygon class="area" points="{first:.1f},{bottom} {path} {last:.1f},{bottom}"/>'
        yield f'<polyline class="line" points="{path}"/>'
        yield f'<circle class="dot" cx="{last:.1f}" cy="{end:.1f}" r="3.5"/>'
        yield _text(last + 9, end + 4, rate_text(self.curve.lr[-1]), "start", "value")


def _bends(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points without those that lie on the straight line between the ones that are kept.

    As Ramer, 1972, and Douglas and Peucker, 1973.
    """
    if len(points) < 3:
        return list(points)
    distances = [_distance(points[0], points[-1], point) for point in points]
    farthest = max(range(len(points)), key=distances.__getitem__)
    if distances[farthest] <= STRAIGHT:
        return [points[0], points[-1]]
    return [*_bends(points[: farthest + 1])[:-1], *_bends(points[farthest:])]


def _distance(
    start: tuple[float, float], end: tuple[float, float], point: tuple[float, float]
) -> float:
    """How far ``point`` lies above or below the line from ``start`` to ``end``."""
    share = (point[0] - start[0]) / (end[0] - start[0])
    return abs(start[1] + share * (end[1] - start[1]) - point[1])


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    kind = f' class="{kind}"' if kind else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'
