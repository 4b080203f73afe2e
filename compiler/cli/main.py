"""The ``fgc`` command.

Exit codes: 0 done, 1 the configuration is wrong, 2 the command line is wrong, 70 a bug in fgc.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from fgc.compiler.cli.options import project_options

EXIT_INTERNAL = 70  # EX_SOFTWARE of sysexits.h


COMMANDS = (
    "build",
    "check",
    "code",
    "construct",
    "explain",
    "fix",
    "graph",
    "help",
    "logs",
    "ls",
    "lsp",
    "pp",
    "run",
    "schema",
    "targets",
    "tokenizer",
    "trefs",
)
"""Each is a module of this package that has a command of its own name."""


class _Commands(click.Group):
    """Imports a command when it is called, or all of them for a list: a command starts sooner."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return getattr(import_module(f"fgc.compiler.cli.{cmd_name}"), cmd_name)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="fgc", message="fgc %(version)s")
@project_options
@click.pass_context
def cli(context: click.Context, project: Path | None, name: str | None) -> None:
    """Compile the configuration of a language-model experiment into its source code."""
    command = cli.get_command(context, context.invoked_subcommand or "")
    if command is None:
        return  # click says so
    takes_one = any(parameter.name == "project" for parameter in command.params)
    if not takes_one and (project is not None or name is not None):
        raise click.UsageError(f"`fgc {command.name}` takes no configuration: no `-p`, no `-t`")


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
