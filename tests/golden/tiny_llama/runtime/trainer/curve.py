"""The loss curve, in the terminal and as a picture."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

# What is measured over the steps: steps ascending, and a value for each.
Series = tuple[Sequence[int], Sequence[float]]

# With fewer points a mean of neighbours hides more than it shows.
_ENOUGH_TO_SMOOTH = 40

# The bit of each of a braille character's dots, by row from the top and column.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def draw(series: Series, *, width: int = 60, height: int = 12) -> str:
    """A line through the points in `width` by `height` braille characters, with both axes' ends.

    Each character holds 2 by 4 dots.
    """
    steps, values = series
    columns = np.interp(np.linspace(steps[0], steps[-1], 2 * width), steps, values)
    low, high = columns.min(), columns.max()
    rows = np.rint((high - columns) / ((high - low) or 1.0) * (4 * height - 1)).astype(int)
    cells = [[0] * width for _ in range(height)]
    for column, row in enumerate(rows):
        cells[row // 4][column // 2] |= _DOTS[row % 4][column % 2]
    return _with_axes(cells, low, high, steps[0], steps[-1])


def save_picture(
    path: Path, title: str, training: Series, held_out: Series, learning_rate: Series
) -> None:
    """Draws the losses over the steps into an SVG file, and the learning rate behind them.

    The same series give the same bytes.
    """
    # Imported here, for it takes long, and no screen is needed.
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    # text as text, and names of parts that do not change from one time to the next
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "loss", "font.size": 10}):
        figure = Figure(figsize=(8.0, 4.8), layout="constrained")
        axes = figure.add_subplot()
        rate_axes = axes.twinx()
        rate_axes.plot(*learning_rate, color="0.8", linewidth=1, linestyle="--")
        rate_axes.set_ylabel("learning rate", color="0.6")
        rate_axes.set_ylim(bottom=0)
        rate_axes.tick_params(colors="0.6", length=0)
        # the losses are drawn above the rate
        axes.set_zorder(rate_axes.get_zorder() + 1)
        axes.patch.set_visible(False)
        steps, losses = training
        if len(steps) >= _ENOUGH_TO_SMOOTH:
            axes.plot(steps, losses, color="tab:blue", linewidth=0.8, alpha=0.3)
            axes.plot(steps, smoothed(losses), color="tab:blue", label="training")
        else:
            axes.plot(steps, losses, color="tab:blue", label="training", marker=".")
        if held_out[0]:
            axes.plot(*held_out, color="tab:orange", label="held out", marker="o", markersize=4)
        axes.set_title(title, loc="left", fontsize=11, parse_math=False)
        axes.set_xlabel("step")
        axes.set_ylabel("loss (nats per token)")
        axes.grid(alpha=0.25)
        axes.legend(frameon=False)
        for each in (axes, rate_axes):
            each.spines[["top", "right"]].set_visible(False)
        # made in memory, so that an earlier picture stays where a new one cannot be made
        picture = io.StringIO()
        figure.savefig(picture, format="svg", metadata={"Date": None, "Creator": None})
    path.write_text(picture.getvalue(), encoding="utf-8")


def smoothed(values: Sequence[float]) -> list[float]:
    """The mean of each value and its neighbours: of a twentieth of all, fewer towards both ends.

    >>> smoothed([3.0, 1.0, 2.0])
    [3.0, 1.0, 2.0]
    """
    sums = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    reach = np.minimum(len(values) // 40, np.minimum(places, places[::-1]))
    means = (sums[places + reach + 1] - sums[places - reach]) / (2 * reach + 1)
    return means.tolist()


def _with_axes(
    cells: list[list[int]], low: float, high: float, first_step: int, last_step: int
) -> str:
    lines = []
    for index, row in enumerate(cells):
        value = high - (high - low) * index / (len(cells) - 1)
        label = f"{value:7.3f}" if index in (0, len(cells) // 2, len(cells) - 1) else " " * 7
        lines.append(f"{label} │" + "".join(chr(0x2800 + bits) for bits in row).rstrip("\u2800"))
    width = len(cells[0])
    lines.append(" " * 8 + "└" + "─" * width)
    lines.append(" " * 9 + f"{first_step:<{width // 2}}{last_step:>{width - width // 2}}")
    return "\n".join(lines)
