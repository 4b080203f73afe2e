"""Findings on standard error, in colour only where someone sees it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
    from fgc.compiler.pipeline import Outcome


def report(outcome: Outcome, output_format: str = "text") -> None:
    """Writes the findings of ``outcome`` to standard error; as JSON also when there are none."""
    if output_format == "json":
        from fgc.compiler.diagnostics.render import render_json

        click.echo(render_json(outcome.diagnostics), err=True, nl=False)
    elif outcome.diagnostics:
        report_findings(outcome.diagnostics, outcome.build.sources)


def refuse(error: BuildError, sources: Mapping[str, str]) -> NoReturn:
    """Writes what a command ran into behind the passes, and ends it."""
    report_findings(error.diagnostics, sources)
    raise SystemExit(1)


def report_findings(found: Iterable[Diagnostic], sources: Mapping[str, str]) -> None:
    """Writes a frame for each finding to standard error."""
    from fgc.compiler.diagnostics.render import render_text, summary

    found = tuple(found)
    texts = _texts(found) | dict(sources)
    color = wants_color(sys.stderr)
    # `color=True` keeps click from stripping the escapes that were decided on here
    click.echo(render_text(found, texts, color=color, cwd=Path.cwd()), err=True, color=color)
    click.echo(summary(found), err=True)


def wants_color(stream: TextIO) -> bool:
    """Whether ``stream`` is a terminal and NO_COLOR (no-color.org) is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def from_here(file: str) -> str:
    """A path as a command in the current folder takes it, relative where it lies below."""
    path, here = Path(file), Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()


def terminal_width() -> int | None:
    """The columns of the terminal that standard output is; None where it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _texts(found: Iterable[Diagnostic]) -> dict[str, str]:
    """The texts of the files that ``found`` points into, as far as they can be read."""
    spans = [label.span for diagnostic in found for label in diagnostic.labels]
    spans += [diagnostic.span for diagnostic in found if diagnostic.span is not None]
    texts: dict[str, str] = {}
    for file in {span.file for span in spans}:
        try:
            texts[file] = Path(file).read_bytes().decode("utf-8", errors="replace")
        except (OSError, ValueError):  # a name such as `<--set>`, or not readable: no frame
            continue
    return texts
