"""``fgc logs``: what runs have measured, in numbers and as curves."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fgc.compiler.chart.chart import Chart
    from fgc.compiler.runs.log import RunLog

_RUNS = click.argument(
    "runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
_FORMATS = ("text", "line", "md", "json")
_AXES = ("step", "tokens", "time")


@click.group(short_help="What runs have measured: a summary, or curves.")
def logs() -> None:
    """Look at runs, while they train or later.

    RUN is a tree, its output folder, a metrics.jsonl, or a folder of several of these.
    """


@logs.command(short_help="Runs in a few numbers, beside each other.")
@_RUNS
@click.option(
    "--format",
    "output_format",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help="A list or table, a line for each run, Markdown, or JSON.",
)
def summary(runs: tuple[Path, ...], output_format: str) -> None:
    """How far each RUN came, how it ended, its losses and its speed."""
    from fgc.compiler.runs.find import labels
    from fgc.compiler.runs.summary import FORMATS, summarised

    found = _read(runs)
    named = zip(found, labels(found), strict=True)
    click.echo(FORMATS[output_format]([summarised(log, name) for log, name in named]))


@logs.command(short_help="Curves of runs, in the terminal or as a picture.")
@_RUNS
@click.option(
    "-o",
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="An .svg, or a .png, which needs matplotlib.  [default: the terminal]",
)
@click.option(
    "--x", "axis", type=click.Choice(_AXES), default="step", show_default=True, help="The x axis."
)
@click.option(
    "--metrics",
    metavar="NAME,...",
    default="loss,eval_loss",
    show_default=True,
    help="What is drawn; what is measured in one unit shares a chart.",
)
@click.option("--smooth", is_flag=True, help="Draw means of neighbours, and the values faintly.")
@click.option("--log", "is_log", is_flag=True, help="A logarithmic y axis.")
def plot(
    runs: tuple[Path, ...],
    out: Path | None,
    axis: str,
    metrics: str,
    smooth: bool,
    is_log: bool,
) -> None:
    """Draw the metrics of one RUN, or of several beside each other."""
    from fgc.compiler.runs.find import labels
    from fgc.compiler.runs.plot import charts

    if out is not None and out.suffix not in (".svg", ".png"):
        raise click.UsageError(f"`{out}` is neither an .svg nor a .png")
    found = _read(runs)
    wanted = [name.strip() for name in metrics.split(",") if name.strip()]
    _require_measured(found, wanted)
    drawn = charts(found, labels(found), wanted, x=axis, smooth=smooth, log=is_log)
    if out is None:
        _show(drawn)
        return
    _write(drawn, out)
    click.echo(f"wrote {out.as_posix()}")


def _read(runs: tuple[Path, ...]) -> list[RunLog]:
    """The runs in the order in which they are named, each once.

    Raises:
        click.UsageError: a folder has none, or a file cannot be read.
    """
    from fgc.compiler.runs.find import find_metrics
    from fgc.compiler.runs.log import read_log

    files: dict[Path, Path] = {}
    for run in runs:
        found = find_metrics(run)
        if not found:
            raise click.UsageError(f"`{run}` has no metrics.jsonl: no run has begun there")
        for file in found:
            files.setdefault(file.resolve(), file)
    try:
        return [read_log(file) for file in files.values()]
    except OSError as error:
        raise click.UsageError(f"`{error.filename}` cannot be read: {error.strerror}") from error


def _require_measured(found: list[RunLog], wanted: list[str]) -> None:
    """Raises `click.UsageError` where no run has measured any of what is to be drawn."""
    measured = list(dict.fromkeys(name for log in found for name in log.metrics))
    if not measured:
        raise click.UsageError("nothing has been measured yet")
    if not set(measured) & set(wanted):
        names = ", ".join(f"`{name}`" for name in measured)
        raise click.UsageError(f"no run has measured `{', '.join(wanted)}`; there is {names}")


def _show(drawn: list[Chart]) -> None:
    from fgc.compiler.chart.braille import braille
    from fgc.compiler.cli.report import wants_color

    color = wants_color(sys.stdout)
    width = max(24, min(100, shutil.get_terminal_size((100, 24)).columns - 36))
    for number, chart in enumerate(drawn):
        text = braille(chart, width=width, color=color)
        try:
            click.echo(("\n" if number else "") + text, color=color)
        except UnicodeEncodeError as error:
            message = "the output has no characters to draw with; `-o FILE.svg` writes a picture"
            raise click.UsageError(message) from error


def _write(drawn: list[Chart], out: Path) -> None:
    """Writes a picture with the charts below each other."""
    from fgc.compiler.chart.svg import stacked

    try:
        if out.suffix == ".svg":
            out.write_text(stacked(drawn), encoding="utf-8")
        else:
            from fgc.compiler.chart.png import png

            out.write_bytes(png(drawn))
    except OSError as error:
        raise click.UsageError(f"`{out}` cannot be written: {error.strerror}") from error
    except ModuleNotFoundError as error:
        message = f"a .png needs {error.name}: `pip install matplotlib`; an .svg needs nothing"
        raise click.UsageError(message) from error
