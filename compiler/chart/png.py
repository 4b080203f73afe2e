"""Charts as a PNG picture, drawn by matplotlib where that is installed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from fgc.compiler.chart.chart import Chart, Series, plain
from fgc.compiler.chart.svg import DASHES, PALETTE


def png(charts: Sequence[Chart]) -> bytes:
    """``charts`` below each other, a second unit of the x axis left out.

    Raises ModuleNotFoundError where there is no matplotlib.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure: Any = Figure(figsize=(8.2, 4.8 * len(charts)), layout="constrained", dpi=120)
    panels = figure.subplots(len(charts), squeeze=False)[:, 0]
    for axes, chart in zip(panels, charts, strict=True):
        _draw(axes, chart)
    picture = io.BytesIO()
    canvas: Any = FigureCanvasAgg(figure)
    canvas.print_png(picture, metadata={"Software": None})
    return picture.getvalue()


def _draw(axes: Any, chart: Chart) -> None:
    for series in sorted(chart.series, key=lambda each: each.style != "faint"):
        for number, run in enumerate(chart.runs(series)):
            label = plain(series.label) if number == 0 and series.style != "faint" else ""
            xs, ys = zip(*run, strict=True)
            axes.plot(xs, ys, label=label, **_look(series, chart.color(series)))
    axes.set_title(plain(chart.title), loc="left", fontsize=11, parse_math=False)
    axes.set_xlabel(plain(chart.x_label), parse_math=False)
    axes.set_ylabel(plain(chart.y_label), parse_math=False)
    axes.set_xscale("log" if chart.x_log else "linear")
    axes.set_yscale("log" if chart.y_log else "linear")
    x_scale, y_scale = chart.scales()
    axes.set_ylim(y_scale.low, y_scale.high)
    for border in chart.borders(x_scale):
        axes.axvline(border, color="0.5", linewidth=0.8, linestyle=":")
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if len(axes.get_legend_handles_labels()[0]) > 1:
        for text in axes.legend(frameon=False).get_texts():
            text.set_parse_math(False)


def _look(series: Series, place: int) -> dict[str, Any]:
    dashes = DASHES[place // len(PALETTE) % len(DASHES)]
    look: dict[str, Any] = {
        "color": PALETTE[place % len(PALETTE)],
        "linestyle": (0, [float(length) for length in dashes.split()]) if dashes else "-",
        "linewidth": 1.6,
    }
    if series.style == "faint":
        look |= {"alpha": 0.3, "linewidth": 0.8}
    elif series.style == "points" or len(series.points) == 1:
        look |= {"marker": "o", "markersize": 4}
    return look
