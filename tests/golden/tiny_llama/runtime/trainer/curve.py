"""The loss curve, in the terminal and as a picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

# What is measured over the steps: steps ascending, and a value for each.
Series = tuple[Sequence[int], Sequence[float]]

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


def save_picture(path: Path, named: dict[str, Series], *, ylabel: str) -> None:
    """Draws several series into one PNG file, each under its name."""
    # Imported here, for it takes long, and no screen is needed.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 5.0), layout="constrained")
    axes = figure.add_subplot()
    for name, (steps, values) in named.items():
        axes.plot(steps, values, label=name, marker="o" if len(steps) < 20 else None)
    axes.set_xlabel("step")
    axes.set_ylabel(ylabel)
    axes.grid(alpha=0.3)
    axes.legend()
    FigureCanvasAgg(figure).print_png(str(path))


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
