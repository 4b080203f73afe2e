"""``fgc trefs``: the templates that a configuration is made of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fgc.compiler.cli.config_command import ConfigCommand
from fgc.compiler.cli.options import inspection_options
from fgc.compiler.pipeline import Request

if TYPE_CHECKING:
    from fgc.compiler.passes.load import Source
    from fgc.compiler.views.templates import Template

FORMATS = ("tree", "md", "dot", "mermaid", "files")


@click.command(
    cls=ConfigCommand, short_help="Show the templates of a configuration, and what each overrides."
)
@inspection_options
@click.option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    default="tree",
    show_default=True,
    help="md is a list for a README, dot and mermaid are pictures, files a path a line.",
)
def trefs(request: Request, output_format: str) -> None:
    """Show the templates that CONFIG is made of: who extends, includes or imports whom.

    With each stand its blocks: those that it adds to (`super()`), those that it replaces, and where
    what it overrides is written; and those that it defines for others to override.

    \b
    $EDITOR $(fgc trefs CONFIG --format files)
    """
    from fgc.compiler.cli.report import refuse, report, report_findings
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.compiler.frontend.render import render_report
    from fgc.compiler.pipeline import run, shown_names
    from fgc.compiler.views.templates import templates

    outcome = run(request, until="load")
    report(outcome)
    source = outcome.build.source
    if source is None or outcome.failed:
        raise SystemExit(1)
    try:
        rendering = render_report(
            source.template,
            source.search_path,
            source.variables,
            pins=source.pins,
            strictness=request.strictness,
        )
    except BuildError as error:
        refuse(error, {})
    report_findings(rendering.rendered.findings, rendering.rendered.sources)
    root = templates(rendering.chain, shown_names(outcome.build))
    click.echo(_shown(root, source, output_format).rstrip("\n"))


def _shown(root: Template, source: Source, output_format: str) -> str:
    from fgc.compiler.cli.report import from_here
    from fgc.compiler.views import templates as view

    if output_format == "tree":
        return view.templates_tree(root)
    if output_format == "md":
        return view.templates_markdown(root, lambda file: _link(file, source.project_root))
    if output_format == "files":
        files = dict.fromkeys(template.file for template in view.walk(root))
        return "\n".join(map(from_here, files))
    drawn = view.templates_diagram(root, f"templates of {root.title}")
    if output_format == "dot":
        from fgc.compiler.views.graph_dot import graph_dot

        return graph_dot(drawn)
    from fgc.compiler.views.graph_mermaid import graph_mermaid

    return graph_mermaid(drawn)


def _link(file: str, project: Path) -> str | None:
    """The address of a file of the project in a README of it; None for other files."""
    path = Path(file)
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else None
