"""``fgc tokenizer``: the commands that make and show tokenizers."""

from __future__ import annotations

import click

from fgc.compiler.cli.tokenizer_build import build
from fgc.compiler.cli.tokenizer_show import show


@click.group(short_help="Train a tokenizer, or show what one does.")
def tokenizer() -> None:
    """Train a tokenizer from a configuration, or show what one is and how it cuts text."""


tokenizer.add_command(build)
tokenizer.add_command(show)
