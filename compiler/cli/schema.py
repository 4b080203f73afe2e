"""``fgc schema``: JSON Schemas for editors."""

from __future__ import annotations

import click

from fgc.compiler.cli.config_command import ConfigCommand
from fgc.compiler.cli.options import format_option, request_options
from fgc.compiler.pipeline import Request


@click.command(
    cls=ConfigCommand, short_help="Print a JSON Schema of meta.yaml, or of a configuration."
)
@request_options
@click.option("--meta", is_flag=True, help="That of a project's meta.yaml.")
@format_option
def schema(request: Request, meta: bool, output_format: str) -> None:
    """Print a JSON Schema (draft 2020-12): of CONFIG's top-level keys and, in `$defs.knobs`, of its
    knobs; or, with --meta, of a project's meta.yaml.

    Names and types are those of the values that its templates give, descriptions their comments.
    """
    from fgc.compiler.cli.report import report
    from fgc.compiler.pipeline import run
    from fgc.compiler.views.schema import config_schema, meta_schema, schema_text

    if meta:
        click.echo(schema_text(meta_schema()))
        return
    outcome = run(request, until="parse")
    report(outcome, output_format)
    build = outcome.build
    if outcome.failed or build.graph is None or build.rendered is None or build.source is None:
        raise SystemExit(1)
    title = build.source.path.name
    click.echo(schema_text(config_schema(build.graph, build.rendered, title)))
