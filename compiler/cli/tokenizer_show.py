"""``fgc tokenizer show``: what a tokenizer is, and how it cuts a text."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fgc.compiler.cli.options import format_option, set_option
from fgc.compiler.pipeline import Request

if TYPE_CHECKING:
    from fgc.compiler.ir.graph import Scalar

COLUMNS = 80  # where there is no terminal
MOST_COLUMNS = 100


@click.command(short_help="Show what a tokenizer is, or how it cuts a text.")
@click.argument("what", type=click.Path(exists=True, path_type=Path))
@click.argument("text", required=False)
@set_option
@format_option
def show(what: Path, text: str | None, overrides: dict[str, Scalar], output_format: str) -> None:
    """Show the tokenizer of WHAT, or how it cuts TEXT; `-` reads the text from standard input.

    WHAT is a tokenizer.json, a folder that has one (a model, a checkpoint, a built project), or a
    configuration or its project. White space is shown by marks: · for a space, → for a tab, ↵ for
    the end of a line.
    """
    from fgc.compiler.cli.report import from_here, terminal_width, wants_color
    from fgc.compiler.cli.tokenizer_text import cut_lines, description_lines
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.targets.tokenizer.cut import cut
    from fgc.targets.tokenizer.description import describe

    file = _file(what, overrides, output_format)
    name = from_here(file.as_posix())
    columns = min(terminal_width() or COLUMNS, MOST_COLUMNS)
    color = wants_color(sys.stdout)
    try:
        source = file.read_text(encoding="utf-8")
        description = describe(source)
        if text is None:
            lines = description_lines(description, name, columns)
        else:
            content = sys.stdin.read() if text == "-" else text
            lines = cut_lines(cut(source, description, content), content, columns, color=color)
    except (OSError, ValueError) as error:
        message = f"`{name}` is not a tokenizer.json: {error}"
        raise click.BadParameter(message, param_hint="WHAT") from error
    except BuildError as error:
        raise click.ClickException("; ".join(d.message for d in error.diagnostics)) from error
    for line in lines:
        click.echo(line, color=color)


def _file(what: Path, overrides: Mapping[str, Scalar], output_format: str) -> Path:
    """The tokenizer.json of ``what``; the command ends here where there is none."""
    from fgc.compiler.cli.report import report
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.compiler.pipeline import run
    from fgc.targets.tokenizer.files import TOKENIZER_JSON
    from fgc.targets.tokenizer.location import tokenizer_json

    if what.is_file() and what.suffix not in (".yaml", ".yml"):
        return what
    for folder in (what, what / "model"):
        if (folder / TOKENIZER_JSON).is_file():
            return folder / TOKENIZER_JSON
    outcome = run(Request(what, overrides=overrides), until="link")
    build, file = outcome.build, None
    if not outcome.failed and build.graph is not None and build.source is not None:
        try:
            file = tokenizer_json(build.graph, build.source)
        except BuildError as error:
            outcome = replace(outcome, diagnostics=outcome.diagnostics + error.diagnostics)
    report(outcome, output_format)
    if file is None:
        raise SystemExit(1)
    return file
