"""What a chart shows, whatever it is drawn with."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from fgc.compiler.chart.scale import Scale

Point = tuple[float, float]

# Beyond it, and as close to 0 on a logarithmic axis, arithmetic overflows; no measure is there.
_LARGEST = 1e150


@dataclass(frozen=True, slots=True)
class Series:
    """A line through ``points``, whose x ascend; one that is not finite leaves a gap.

    A `faint` line stands behind the others, and has no entry in a legend: raw values behind their
    mean. `points` has a mark at each point. ``color`` is a place in the palette, by default the
    series' own among those of its chart.
    """

    label: str
    points: Sequence[Point]
    style: Literal["line", "faint", "points"] = "line"
    color: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the x axis with a name, such as the warm-up of a run."""

    label: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Series in one pair of axes; on a logarithmic one, what is not positive is left out.

    Where ``parts``, which ascend, meet there is a dotted line. ``x_also`` numbers the x axis in
    another unit too: its label, and how many of it there are in one. With ``y_zero`` the y axis
    starts at 0, unless there is less.
    """

    series: tuple[Series, ...]
    title: str = ""
    x_label: str = ""
    y_label: str = ""
    x_log: bool = False
    y_log: bool = False
    parts: tuple[Part, ...] = ()
    x_also: tuple[str, float] | None = None
    y_zero: bool = False

    def scales(self) -> tuple[Scale, Scale]:
        """The scales of x and y: the x that there are, and the y with a margin."""
        points = [p for s in self.series for run in self.runs(s) for p in run]
        x_scale = Scale.over((x for x, _ in points), log=self.x_log)
        zero = [0.0] if self.y_zero and not self.y_log else []
        values = [*(y for _, y in points), *zero]
        y_scale = Scale.over(values, log=self.y_log, margin=0.04)
        if zero and min(values) == 0:
            y_scale = Scale(0.0, y_scale.high)
        return x_scale, y_scale

    def shown_parts(self, x_scale: Scale) -> list[Part]:
        """The parts, as far as they lie on the scale of x."""
        cut = (
            Part(part.label, max(part.first, x_scale.low), min(part.last, x_scale.high))
            for part in self.parts
        )
        return [part for part in cut if part.first < part.last]

    def borders(self, x_scale: Scale) -> list[float]:
        """Where parts meet."""
        return [part.first for part in self.shown_parts(x_scale)[1:]]

    def x_numbers(self, x_scale: Scale, count: int) -> list[tuple[str, list[tuple[float, str]]]]:
        """The rows of numbers below the x axis, one for each unit: its label, places and texts."""
        ticks = x_scale.ticks(count)
        rows = [(self.x_label, list(zip(ticks, x_scale.labels(ticks), strict=True)))]
        if self.x_also is not None:
            label, each = self.x_also
            other = Scale(x_scale.low * each, x_scale.high * each, x_scale.log)
            texts = other.labels([tick * each for tick in ticks])
            rows.append((label, list(zip(ticks, texts, strict=True))))
        return rows

    def runs(self, series: Series) -> list[list[Point]]:
        """The points of a series that can be drawn, split where there is a gap."""
        runs: list[list[Point]] = [[]]
        for x, y in series.points:
            if self._is_drawn(x, log=self.x_log) and self._is_drawn(y, log=self.y_log):
                runs[-1].append((x, y))
            elif runs[-1]:
                runs.append([])
        return [run for run in runs if run]

    def color(self, series: Series) -> int:
        """The series' place in the palette."""
        if series.color is not None:
            return series.color
        return next(index for index, other in enumerate(self.series) if other is series)

    @staticmethod
    def _is_drawn(value: float, *, log: bool) -> bool:
        return math.isfinite(value) and abs(value) < _LARGEST and (value > 1 / _LARGEST or not log)


def placed(
    run: Sequence[Point], x_of: Callable[[float], float], y_of: Callable[[float], float]
) -> list[Point]:
    """A run of points on the canvas, no more than four in a column of one unit.

    Of those in a column the first, the highest, the lowest and the last are left: the same dots are
    touched.

    >>> placed([(n / 100, float(n)) for n in range(100)], lambda x: x, lambda y: y)
    [(0.0, 0.0), (0.99, 99.0)]
    """
    columns: dict[int, list[Point]] = {}
    for x, y in run:
        point = (x_of(x), y_of(y))
        columns.setdefault(math.floor(point[0]), []).append(point)
    return [point for column in columns.values() for point in _extremes(column)]


def _extremes(column: Sequence[Point]) -> Iterable[Point]:
    if len(column) <= 4:
        return column
    places = range(len(column))
    kept = {
        0,
        min(places, key=lambda place: column[place][1]),
        max(places, key=lambda place: column[place][1]),
        len(column) - 1,
    }
    return [column[place] for place in sorted(kept)]


def plain(text: str) -> str:
    """``text`` on one line, without characters that would steer a terminal or break a document.

    >>> plain("a\\x1b[31m\\nb\\u202e")
    'a [31m b '
    """
    return "".join(c if c.isprintable() else " " for c in text)


def shortened(text: str, length: int) -> str:
    """``text`` as `plain` leaves it, cut where it is longer than ``length``.

    >>> shortened("held out", 6)
    'held …'
    """
    text = plain(text)
    return text if len(text) <= length else text[: length - 1] + "…"
