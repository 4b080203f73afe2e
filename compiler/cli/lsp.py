"""``fgc lsp``: a language server for editors."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import click


@click.command(short_help="Serve an editor: findings, definitions, completion as you type.")
def lsp() -> None:
    """Speak the language server protocol over standard input and output.

    An editor starts it; editors/README.md of fgc's repository says how. It needs the extra `lsp`:
    pip install 'fgc[lsp]'.
    """
    if find_spec("pygls") is None:
        raise click.UsageError("it needs pygls: pip install 'fgc[lsp]'")
    if sys.stdin.isatty():
        click.echo("an editor is to talk here, not a person; Ctrl-C ends it", err=True)
    from fgc.compiler.lsp.server import server

    server().start_io()
