"""``fgc graph``: the nodes of a configuration, as data or as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fgc.compiler.cli.config_command import ConfigCommand
from fgc.compiler.cli.options import inspection_options, target_option
from fgc.compiler.pipeline import GRAPH_PASSES, Request

if TYPE_CHECKING:
    from fgc.compiler.pipeline import Build

FORMATS = ("yaml", "json", "dot", "mermaid")


@click.command(
    cls=ConfigCommand, short_help="Show the nodes of a configuration, as data or as a picture."
)
@inspection_options
@click.option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    default="yaml",
    show_default=True,
    help="yaml can be read back, json has ids and places, dot and mermaid are pictures.",
)
@target_option(multiple=True)
@click.option(
    "--after",
    type=click.Choice(GRAPH_PASSES),
    default="link",
    show_default=True,
    help="The pass that left the graph: parse, as rendered; link, with other projects in place; "
    "fold, with what is known at build in place.",
)
@click.option("--all", "whole", is_flag=True, help="In a picture, fold and shorten nothing.")
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    metavar="N",
    help="In a picture, leave out what lies more than N arrows below the targets.",
)
def graph(
    request: Request,
    output_format: str,
    targets: tuple[str, ...],
    after: str,
    whole: bool,
    depth: int | None,
) -> None:
    """Show the node graph of CONFIG: what it says when templates, aliases and merge keys are gone.

    A node that is used in several places is one node: an anchor in YAML, a box in a picture.

    \b
    fgc graph CONFIG --format dot | dot -Tsvg > graph.svg
    fgc graph CONFIG --format mermaid --target model
    """
    from fgc.compiler.cli.report import refuse, report
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.compiler.pipeline import run

    if output_format not in ("dot", "mermaid") and (whole or depth is not None):
        raise click.UsageError("`--all` and `--depth` are about pictures: `dot` and `mermaid`")
    outcome = run(request, until=after)
    report(outcome)
    build = outcome.build
    if build.graph is None or outcome.failed:
        raise SystemExit(1)
    try:
        text = _shown(build, output_format, targets, after, whole, depth)
    except BuildError as error:
        refuse(error, build.sources)
    click.echo(text.rstrip("\n"))


def _shown(
    build: Build,
    output_format: str,
    targets: tuple[str, ...],
    after: str,
    whole: bool,
    depth: int | None,
) -> str:
    from fgc.compiler.pipeline import shown_names
    from fgc.compiler.views.selection import select

    assert build.graph is not None
    assert build.source is not None
    name_of = shown_names(build)
    config = name_of(build.source.path.as_posix())
    chosen = select(build.graph, targets)
    title = f"{config} after {after}"
    if output_format == "json":
        from fgc.compiler.views.graph_json import graph_json

        return graph_json(chosen, name_of, config=config, after=after)
    if output_format == "yaml":
        from fgc.compiler.views.graph_yaml import graph_yaml
        from fgc.compiler.views.places import ShortPlaces

        return graph_yaml(chosen, ShortPlaces(chosen.sources, name_of), title)
    from fgc.compiler.views.diagram import diagram

    drawn = diagram(chosen, title, whole=whole, depth=depth)
    if output_format == "dot":
        from fgc.compiler.views.graph_dot import graph_dot

        return graph_dot(drawn)
    from fgc.compiler.views.graph_mermaid import graph_mermaid

    return graph_mermaid(drawn)
