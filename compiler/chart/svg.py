"""A chart as an SVG document: text alone, the same bytes for the same chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from fgc.compiler.chart.chart import Chart, Point, Series, placed, plain, shortened
from fgc.compiler.chart.scale import Scale

# Told apart by people who see fewer colours: Okabe and Ito, "Color Universal Design", 2008.
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555")
# Where there are more series than colours.
DASHES = ("", "6 3", "2 3", "8 3 2 3")
_LONGEST_LABEL = 60

_SIZE = 13  # of the text, in pixels
_CHARACTER = 0.56 * _SIZE  # the width of one, about
# Attributes, and no style sheet: one would hold for a whole page that the chart is put into.
_TEXT = (
    f"font-family=\"system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif\" "
    f'font-size="{_SIZE}" fill="#333"'
)
_LINES = 'fill="none" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round"'
_FAINT = 'stroke-width="1" opacity="0.3" '
_GRID = "#e4e4e4"
_AXIS = "#888"
_DOTTED = ' stroke-dasharray="2 4"'


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the lines are drawn, in pixels from the top left."""

    left: float
    top: float
    right: float
    bottom: float
    x_scale: Scale
    y_scale: Scale

    def x(self, value: float) -> float:
        return self.left + self.x_scale.share(value) * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom - self.y_scale.share(value) * (self.bottom - self.top)


def svg(chart: Chart, *, width: int = 820, height: int = 480) -> str:
    """``chart`` as a document of ``width`` by ``height`` pixels."""
    x_scale, y_scale = chart.scales()
    y_ticks = y_scale.ticks(6)
    y_labels = y_scale.labels(y_ticks)
    left = 24 + _CHARACTER * max(map(len, y_labels)) + (20 if chart.y_label else 0)
    if chart.x_also is not None:  # both units are named left of their numbers
        left = max(left, 34 + _CHARACTER * max(len(chart.x_label), len(chart.x_also[0])))
    entries = _legend_rows(chart, width - left - 20)
    top = 16 + (24 if chart.title else 0) + 20 * len(entries) + (20 if chart.parts else 0)
    below = (52 if chart.x_label else 34) if chart.x_also is None else 50
    frame = _Frame(left, top, width - 20, height - below, x_scale, y_scale)
    name = escape(plain(chart.title or chart.y_label or "chart"))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="{name}" {_TEXT}>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    if chart.title:
        parts.append(_text(left, 24, chart.title, attributes=' font-size="15" font-weight="600"'))
    parts += _legend(chart, entries, left, 16 + (24 if chart.title else 0))
    parts += _axes(frame, y_ticks, y_labels)
    parts += _x_axis(chart, frame)
    parts += _parts(chart, frame)
    if chart.x_label and chart.x_also is None:
        middle = (frame.left + frame.right) / 2
        parts.append(_text(middle, height - 12, chart.x_label, anchor="middle"))
    if chart.y_label:
        middle = (frame.top + frame.bottom) / 2
        turned = f' transform="rotate(-90 18 {middle:.1f})"'
        parts.append(_text(18, middle, chart.y_label, anchor="middle", attributes=turned))
    parts.append(f"<g {_LINES}>")
    for series in sorted(chart.series, key=lambda each: each.style != "faint"):
        parts += _series(chart, series, frame)
    return "\n".join([*parts, "</g>", "</svg>"]) + "\n"


def stacked(charts: Sequence[Chart], *, width: int = 820, height: int = 480) -> str:
    """``charts`` below each other in one document, each as `svg` draws it."""
    if len(charts) == 1:
        return svg(charts[0], width=width, height=height)
    whole = height * len(charts)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {whole}" '
        f'width="{width}" height="{whole}" role="img">'
    ]
    for number, chart in enumerate(charts):
        drawn = svg(chart, width=width, height=height)
        parts.append(f'<g transform="translate(0 {number * height})">\n{drawn.rstrip()}\n</g>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _axes(frame: _Frame, y_ticks: Sequence[float], y_labels: Sequence[str]) -> list[str]:
    parts: list[str] = []
    for tick, label in zip(y_ticks, y_labels, strict=True):
        y = frame.y(tick)
        parts.append(_straight(frame.left, y, frame.right, y, _GRID))
        parts.append(_text(frame.left - 8, y + 4.5, label, anchor="end"))
    return parts


def _x_axis(chart: Chart, frame: _Frame) -> list[str]:
    """The numbers below, in a row for each unit, and the axes."""
    parts: list[str] = []
    for row, (label, numbers) in enumerate(chart.x_numbers(frame.x_scale, 8)):
        y = frame.bottom + 20 + 18 * row
        if chart.x_also is not None:
            parts.append(_text(frame.left - 22, y, label, anchor="end"))
        for tick, text in numbers:
            x = frame.x(tick)
            if not row:
                parts.append(_straight(x, frame.bottom, x, frame.bottom + 5, _AXIS))
            parts.append(_text(x, y, text, anchor="middle"))
    parts.append(_straight(frame.left, frame.top, frame.left, frame.bottom, _AXIS))
    parts.append(_straight(frame.left, frame.bottom, frame.right, frame.bottom, _AXIS))
    return parts


def _parts(chart: Chart, frame: _Frame) -> list[str]:
    """Dotted lines where parts of the x axis meet, and their names above, where there is room."""
    parts: list[str] = []
    for border in chart.borders(frame.x_scale):
        x = frame.x(border)
        parts.append(_straight(x, frame.top - 16, x, frame.bottom, _AXIS, _DOTTED))
    for part in chart.shown_parts(frame.x_scale):
        first, last = frame.x(part.first), frame.x(part.last)
        if last - first > _CHARACTER * len(part.label):
            parts.append(_text((first + last) / 2, frame.top - 6, part.label, anchor="middle"))
    return parts


def _series(chart: Chart, series: Series, frame: _Frame) -> list[str]:
    look = _look(chart.color(series))
    parts: list[str] = []
    for run in chart.runs(series):
        points = placed(run, frame.x, frame.y)
        faint = _FAINT if series.style == "faint" else ""
        if len(points) > 1:
            parts.append(f'<polyline {faint}{look} points="{_coordinates(points)}"/>')
        if series.style == "points" or len(points) == 1:
            parts += [_mark(x, y, chart.color(series)) for x, y in points]
    return parts


def _legend_rows(chart: Chart, width: float) -> list[list[Series]]:
    """The series that have an entry, in rows that fit; none for one series."""
    named = [series for series in chart.series if series.style != "faint" and series.label]
    if len(named) < 2:
        return []
    rows: list[list[Series]] = [[]]
    taken = 0.0
    for series in named:
        if rows[-1] and taken + _entry_width(series) > width:
            rows.append([])
            taken = 0.0
        rows[-1].append(series)
        taken += _entry_width(series)
    return rows


def _legend(chart: Chart, rows: Sequence[Sequence[Series]], left: float, top: float) -> list[str]:
    parts = [f"<g {_LINES}>"] if rows else []
    texts: list[str] = []
    for number, row in enumerate(rows):
        x, y = left, top + 20 * number + 8
        for series in row:
            look = _look(chart.color(series))
            parts.append(
                f'<polyline {look} points="{x:.1f},{y - 4:.1f} {x + 22:.1f},{y - 4:.1f}"/>'
            )
            if series.style == "points":
                parts.append(_mark(x + 11, y - 4, chart.color(series)))
            texts.append(_text(x + 28, y, shortened(series.label, _LONGEST_LABEL)))
            x += _entry_width(series)
    return [*parts, "</g>", *texts] if rows else []


def _entry_width(series: Series) -> float:
    return 48 + _CHARACTER * len(shortened(series.label, _LONGEST_LABEL))


def _mark(x: float, y: float, place: int) -> str:
    color = PALETTE[place % len(PALETTE)]
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>'


def _look(place: int) -> str:
    dash = DASHES[place // len(PALETTE) % len(DASHES)]
    stroke = f'stroke="{PALETTE[place % len(PALETTE)]}"'
    return f'{stroke} stroke-dasharray="{dash}"' if dash else stroke


def _coordinates(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _straight(x1: float, y1: float, x2: float, y2: float, color: str, attributes: str = "") -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line stroke="{color}" {ends}{attributes}/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", attributes: str = "") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}"'
    aligned = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f"<text {where}{aligned}{attributes}>{escape(plain(text))}</text>"
