"""``fgc pp``: the configuration as YAML, after its templates."""

from __future__ import annotations

import click

from fgc.compiler.cli.config_command import ConfigCommand
from fgc.compiler.cli.options import format_option, request_options
from fgc.compiler.pipeline import Request


@click.command(cls=ConfigCommand, short_help="Print a configuration as YAML, after its templates.")
@request_options
@format_option
def pp(request: Request, output_format: str) -> None:
    """Print CONFIG as YAML, as it is when its templates are rendered."""
    from fgc.compiler.cli.report import report
    from fgc.compiler.pipeline import run

    outcome = run(request, until="render")
    report(outcome, output_format)
    if outcome.failed:
        raise SystemExit(1)
    if outcome.build.rendered is not None:
        click.echo(outcome.build.rendered.text.rstrip("\n"))
