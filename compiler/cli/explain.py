"""``fgc explain``: what an experiment is, as a lesson."""

from __future__ import annotations

import sys

import click

from fgc.compiler.cli.config_command import ConfigCommand
from fgc.compiler.cli.options import request_options
from fgc.compiler.pipeline import Request


@click.command(cls=ConfigCommand, short_help="Explain an experiment, or one of its targets.")
@request_options
@click.option(
    "--target",
    metavar="T",
    help="What to explain: model, schedule, optimizer, or any top-level node.  [default: it all]",
)
@click.option("--no-code", is_flag=True, help="Leave out the code of the target.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A lesson for people, or its facts as JSON.",
)
def explain(request: Request, target: str | None, no_code: bool, output_format: str) -> None:
    """Explain the experiment CONFIG: what it trains, on what, for how long, and who decided that.

    `--target T` explains a part of it: what it is, the order in which it is made, the knobs that
    decide it and who set them, and the code that it becomes, each line with the place in the
    configuration behind it. Nothing of the configuration's code is run.
    """
    from fgc.compiler.cli.report import refuse, report, terminal_width, wants_color
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.compiler.explain.experiment import experiment
    from fgc.compiler.explain.keys import Keys
    from fgc.compiler.explain.lesson import explain as explained
    from fgc.compiler.explain.lesson import target_named
    from fgc.compiler.explain.page import Page
    from fgc.compiler.pipeline import run
    from fgc.compiler.views.selection import no_target

    outcome = run(request, until="emit")
    report(outcome)
    made = experiment(outcome.build)
    if outcome.failed or made is None:
        raise SystemExit(1)
    try:
        meant = None if target is None else target_named(made, target)
        if target is not None and meant is None:
            raise BuildError(no_target(target, [str(e.key) for e in made.graph.roots]))
        lesson = explained(made, meant, with_code=not no_code)
    except BuildError as error:
        refuse(error, outcome.build.sources)
    if output_format == "json":
        click.echo(lesson.json(), nl=False)
        return
    color = wants_color(sys.stdout)
    page = Page(Keys((*made.chain, *made.linked)), terminal_width(), color)
    click.echo(lesson.text(page), nl=False, color=color)
