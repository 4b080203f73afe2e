"""``fgc pp``: the configuration as YAML, after its templates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fgc.compiler.cli.options import config_argument, format_option, set_option

if TYPE_CHECKING:
    from fgc.compiler.ir.graph import Scalar


@click.command(short_help="Print a configuration as YAML, after its templates.")
@config_argument
@set_option
@format_option
def pp(config: Path, overrides: dict[str, Scalar], output_format: str) -> None:
    """Print CONFIG as YAML, as it is when its templates are rendered."""
    from fgc.compiler.cli.report import report
    from fgc.compiler.pipeline import Request, run

    outcome = run(Request(config, overrides=overrides), until="render")
    report(outcome, output_format)
    if outcome.failed:
        raise SystemExit(1)
    if outcome.build.rendered is not None:
        click.echo(outcome.build.rendered.text.rstrip("\n"))
