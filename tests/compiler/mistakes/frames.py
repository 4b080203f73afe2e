"""What the command says of mistakes in a project of a few files."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from tests.compiler.cli.real import fgc, written


def said(folder: Path, *options: str, command: str = "graph", **files: str) -> str:
    """What ``command`` prints to standard error of ``config`` among ``files``, `.yaml` each."""
    written(folder, {f"{name}.yaml": dedent(text) for name, text in files.items()})
    return fgc(command, "config.yaml", *options).stderr
