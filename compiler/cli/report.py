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
    report_findings(outcome.diagnostics, outcome.build.sources, output_format)


def refuse(error: BuildError, sources: Mapping[str, str], output_format: str = "text") -> NoReturn:
    """Writes what a command ran into behind the passes, and ends it."""
    report_findings(error.diagnostics, sources, output_format)
    raise SystemExit(1)


def report_findings(
    found: Iterable[Diagnostic], sources: Mapping[str, str], output_format: str = "text"
) -> None:
    """Writes findings to standard error: frames and how many there are, JSON or GitHub's commands.

    ``sources`` are texts by the names of files; others are read.
    """
    found = tuple(found)
    color = wants_color(sys.stderr)
    # `color=True` keeps click from stripping the escapes that were decided on here
    click.echo(written(found, sources, output_format, color=color), err=True, nl=False, color=color)
    if output_format == "text" and found:
        from fgc.compiler.diagnostics.order import summary

        click.echo(summary(found), err=True)


def written(
    found: tuple[Diagnostic, ...],
    sources: Mapping[str, str],
    output_format: str,
    *,
    color: bool,
) -> str:
    """Findings as they are written in one of the formats."""
    if output_format == "json":
        from fgc.compiler.diagnostics.json_format import render_json

        return render_json(found)
    if output_format == "github":
        from fgc.compiler.diagnostics.github_format import render_github

        return render_github(found, cwd=Path.cwd())
    if not found:
        return ""
    from fgc.compiler.diagnostics.render import render_text

    texts = _texts(found) | dict(sources)
    return render_text(found, texts, color=color, cwd=Path.cwd()) + "\n"


def wants_color(stream: TextIO) -> bool:
    """Whether colour is shown on ``stream``: by NO_COLOR never (no-color.org), else by FORCE_COLOR
    and CLICOLOR_FORCE always, else on a terminal that has colours."""
    asked = os.environ.get
    if asked("NO_COLOR"):
        return False
    if any(asked(name, "") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return stream.isatty() and asked("TERM") != "dumb" and asked("CLICOLOR") != "0"


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
