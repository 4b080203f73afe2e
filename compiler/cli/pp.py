"""``fgc pp``: the configuration as YAML, after its templates."""

from __future__ import annotations

import sys

import click

from fgc.compiler.cli.config_command import ConfigCommand
from fgc.compiler.cli.options import format_option, inspection_options
from fgc.compiler.pipeline import Request


@click.command(cls=ConfigCommand, short_help="Print a configuration as YAML, after its templates.")
@inspection_options
@click.option("--annotate", is_flag=True, help="Write before each line where it comes from.")
@format_option
def pp(request: Request, annotate: bool, output_format: str) -> None:
    """Print CONFIG as YAML, as it is when its templates are rendered.

    With --annotate each line stands behind the template and line that it begins with, and a `+`
    where it holds text of others, too. What a macro or an expression makes is at the place of its
    use.
    """
    from fgc.compiler.cli.report import report, wants_color
    from fgc.compiler.pipeline import run, shown_names

    outcome = run(request, until="render")
    report(outcome, output_format)
    if outcome.failed:
        raise SystemExit(1)
    if outcome.build.rendered is None:
        return
    if not annotate:
        click.echo(outcome.build.rendered.text.rstrip("\n"))
        return
    from fgc.compiler.views.annotated import annotated

    color = wants_color(sys.stdout)

    def paint(text: str) -> str:
        return click.style(text, dim=True) if color else text

    for line in annotated(outcome.build.rendered, shown_names(outcome.build), paint=paint):
        click.echo(line, color=color)
