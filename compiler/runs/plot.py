"""Metrics of runs as charts: those that are measured in one unit share one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

from fgc.compiler.chart.chart import Chart, Point, Series
from fgc.compiler.runs.log import RunLog

# Which metrics are of one unit, and what their axis says. Any other metric is of a unit of its own.
_UNITS = {
    "loss": "loss (nats per token)",
    "eval_loss": "loss (nats per token)",
    "learning_rate": "learning rate",
    "grad_norm": "gradient norm",
    "tokens_per_second": "tokens per second",
}
_SAID = {"loss": "training", "eval_loss": "held out"}
_EXACT = ("learning_rate",)  # has no noise that a mean could take off

AXES = {"step": "step", "tokens": "tokens", "time": "seconds"}
"""What the x axis may be, and the field of a record that it is."""

_TIMES = ((2 * 86_400, 86_400.0, "days"), (2 * 3600, 3600.0, "hours"), (120, 60.0, "minutes"))


def charts(
    logs: Sequence[RunLog],
    labels: Sequence[str],
    metrics: Sequence[str],
    *,
    x: str = "step",
    smooth: bool = False,
    log: bool = False,
) -> list[Chart]:
    """A chart for each unit of ``metrics`` that any run has measured.

    A run has one colour; a run alone has one for each of its metrics. ``x`` is a key of `AXES`;
    ``smooth`` draws the mean of neighbours, and the values faint behind it; ``log`` makes the y
    axis logarithmic.
    """
    divisor, x_label = _x_axis(logs, x)
    found: list[Chart] = []
    for unit in dict.fromkeys(_UNITS.get(metric, metric) for metric in metrics):
        series: list[Series] = []
        mine = [metric for metric in dict.fromkeys(metrics) if _UNITS.get(metric, metric) == unit]
        for run, (each, label) in enumerate(zip(logs, labels, strict=True)):
            for place, metric in enumerate(mine):
                points = [(at / divisor, value) for at, value in each.values(metric, AXES[x])]
                color = place if len(logs) == 1 else run
                said = _said(label, metric, alone=len(logs) == 1, among=len(mine))
                series += _drawn(metric, points, said, color, smooth=smooth)
        if series:
            title = labels[0] if len(logs) == 1 else ""
            zero = mine == ["learning_rate"]
            found.append(Chart(tuple(series), title, x_label, unit, y_log=log, y_zero=zero))
    return found


def smoothed(points: Sequence[Point]) -> list[Point]:
    """Each value as the mean of itself and its neighbours: a twentieth of all points, and fewer
    towards both ends.

    >>> smoothed([(0.0, 3.0), (1.0, 1.0), (2.0, 2.0)])
    [(0.0, 3.0), (1.0, 1.0), (2.0, 2.0)]
    """
    sums = [0.0, *accumulate(y for _, y in points)]
    last = len(points) - 1
    means: list[Point] = []
    for place, (x, _) in enumerate(points):
        reach = min(len(points) // 40, place, last - place)
        total = sums[place + reach + 1] - sums[place - reach]
        means.append((x, total / (2 * reach + 1)))
    return means


def _drawn(
    metric: str, points: Sequence[Point], label: str, color: int, *, smooth: bool
) -> Iterable[Series]:
    if not points:
        return
    if metric == "eval_loss":
        yield Series(label, points, "points", color)
    elif smooth and metric not in _EXACT:
        yield Series(label, points, "faint", color)
        yield Series(label, smoothed(points), color=color)
    else:
        yield Series(label, points, color=color)


def _said(label: str, metric: str, *, alone: bool, among: int) -> str:
    """The legend's entry: what is not said by there being only one."""
    said = _SAID.get(metric, metric)
    if alone:
        return said
    return label if among == 1 else f"{label}, {said}"


def _x_axis(logs: Sequence[RunLog], x: str) -> tuple[float, str]:
    """What the values of the axis are divided by, and its label."""
    if x != "time":
        return 1.0, x
    longest = max((log.latest("seconds") for log in logs), default=0.0)
    for least, divisor, unit in _TIMES:
        if longest >= least:
            return divisor, unit
    return 1.0, "seconds"
