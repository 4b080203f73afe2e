"""``fgc check``: what is wrong with configurations, all of a project at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fgc.compiler.cli.options import format_option

if TYPE_CHECKING:
    from fgc.compiler.checked import Chosen
    from fgc.compiler.diagnostics.diagnostic import Diagnostic


@click.command(short_help="Say what is wrong with configurations, without building them.")
@click.argument(
    "paths", metavar="[PATH]...", nargs=-1, type=click.Path(exists=True, path_type=Path)
)
@click.option("-r", "--recursive", is_flag=True, help="Check all projects below each PATH.")
@format_option
def check(paths: tuple[Path, ...], recursive: bool, output_format: str) -> None:
    """Check each PATH: a configuration, or a folder for all of the project that it lies in.

    Without PATH it is the project at hand. Nothing is built, and none of the configurations' code
    is run. What is found goes to standard output; the exit code is 1 if there is an error.
    """
    from fgc.compiler.checked import checked, chosen
    from fgc.compiler.cli.report import wants_color, written
    from fgc.compiler.pipeline import has_errors

    found = chosen(paths or (Path(),), recursive=recursive)
    diagnostics = list(found.diagnostics)
    sources: dict[str, str] = {}
    for config in found.configs:
        outcome = checked(config)
        diagnostics += outcome.diagnostics
        sources |= outcome.build.sources
    color = wants_color(sys.stdout)
    text = written(tuple(diagnostics), sources, output_format, color=color)
    click.echo(text, nl=False, color=color)
    if output_format == "text":
        click.echo(_summary(found, diagnostics))
    if has_errors(tuple(diagnostics)):
        raise SystemExit(1)


def _summary(looked_at: Chosen, diagnostics: list[Diagnostic]) -> str:
    """How much was checked, and what was found."""
    from fgc.compiler.diagnostics.order import summary

    def count(number: int, noun: str) -> str:
        return f"{number} {noun}{'' if number == 1 else 's'}"

    said = count(len(looked_at.configs), "configuration")
    if len(looked_at.projects) > 1:
        said += f" in {count(len(looked_at.projects), 'project')}"
    return f"{said}: {summary(diagnostics) or 'nothing found'}"
