"""The ``fgc`` command.

Exit codes: 0 done, 1 the configuration is wrong, 2 the command line is wrong, 70 a bug in fgc.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from fgc.compiler.cli.build import build
from fgc.compiler.cli.code import code
from fgc.compiler.cli.construct import construct
from fgc.compiler.cli.graph import graph
from fgc.compiler.cli.logs import logs
from fgc.compiler.cli.ls import ls
from fgc.compiler.cli.options import project_options
from fgc.compiler.cli.pp import pp
from fgc.compiler.cli.run import run
from fgc.compiler.cli.targets import targets
from fgc.compiler.cli.tokenizer import tokenizer
from fgc.compiler.cli.trefs import trefs

EXIT_INTERNAL = 70  # EX_SOFTWARE of sysexits.h


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="fgc", message="fgc %(version)s")
@project_options
@click.pass_context
def cli(context: click.Context, project: Path | None, name: str | None) -> None:
    """Compile the configuration of a language-model experiment into its source code."""
    command = cli.commands[context.invoked_subcommand or ""]
    takes_one = any(parameter.name == "project" for parameter in command.params)
    if not takes_one and (project is not None or name is not None):
        raise click.UsageError(f"`fgc {command.name}` takes no configuration: no `-p`, no `-t`")


cli.add_command(build)
cli.add_command(code)
cli.add_command(construct)
cli.add_command(graph)
cli.add_command(logs)
cli.add_command(ls)
cli.add_command(pp)
cli.add_command(run)
cli.add_command(targets)
cli.add_command(tokenizer)
cli.add_command(trefs)


def main() -> None:
    """The console script."""
    try:
        cli(prog_name="fgc")
    except Exception as error:
        _report_bug(error)
        sys.exit(EXIT_INTERNAL)


def _report_bug(error: Exception) -> None:
    """Says so in two lines; with FGC_DEBUG=1, what a developer needs."""
    if os.environ.get("FGC_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    click.echo(f"error: this is a bug in fgc: {type(error).__name__}: {error}", err=True)
    click.echo("  FGC_DEBUG=1 shows where; please report it with the configuration", err=True)
