"""``fgc targets``: the top-level nodes of a configuration."""

from __future__ import annotations

import click

from fgc.compiler.cli.config_command import ConfigCommand
from fgc.compiler.cli.options import inspection_options, text_or_json_option
from fgc.compiler.pipeline import Request


@click.command(
    cls=ConfigCommand, short_help="List the targets of a configuration: its top-level nodes."
)
@inspection_options
@text_or_json_option
def targets(request: Request, output_format: str) -> None:
    """List the targets of CONFIG, its top-level nodes: what each is, and what makes it.

    A target can be looked at alone: `fgc graph`, `fgc code` and `fgc construct` take `--target`.
    """
    from fgc.compiler.cli.report import report, terminal_width
    from fgc.compiler.pipeline import run, shown_names
    from fgc.compiler.views.places import ShortPlaces
    from fgc.compiler.views.targets import targets as targets_of
    from fgc.compiler.views.targets import targets_json, targets_table
    from fgc.targets.needed import needed_targets

    outcome = run(request, until="resolve")
    report(outcome)
    resolution, source = outcome.build.resolution, outcome.build.source
    if resolution is not None and source is not None:
        # what is found wrong with a spec does not keep the others from being listed
        found = targets_of(resolution, needed_targets(resolution.graph))
        name_of = shown_names(outcome.build)
        if output_format == "json":
            text = targets_json(found, name_of)
        else:
            places = ShortPlaces(resolution.graph.sources, name_of)
            text = targets_table(found, places, terminal_width())
        click.echo(text, nl=False)
    if outcome.failed:
        raise SystemExit(1)
