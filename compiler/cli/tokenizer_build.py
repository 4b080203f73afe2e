"""``fgc tokenizer build``: a configuration and text become a tokenizer."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from fgc.compiler.cli.config_command import ConfigCommand
from fgc.compiler.cli.options import format_option, request_options
from fgc.compiler.pipeline import Request

if TYPE_CHECKING:
    from fgc.compiler.diagnostics.diagnostic import Diagnostic
    from fgc.compiler.pipeline import Outcome
    from fgc.targets.tokenizer.measure import Measure
    from fgc.targets.tokenizer.train import Trained

LONG_TEXT = 1 << 26
"""Bytes; what learns from more takes long enough that its progress is shown."""


@click.command(cls=ConfigCommand, short_help="Train the tokenizer that a configuration describes.")
@request_options
@click.option(
    "-o",
    "--out",
    metavar="FILE|DIR",
    type=click.Path(path_type=Path),
    help="Where it is written: a .json file, or a folder.  [default: where CONFIG says]",
)
@click.option("--check", is_flag=True, help="Write nothing; fail where the file is another one.")
@format_option
def build(request: Request, out: Path | None, check: bool, output_format: str) -> None:
    """Train the tokenizer that CONFIG describes, and write its tokenizer.json.

    One text gives the same bytes on each run, in any order of its files, on any number of threads.
    Beside a file of that name goes tokenizer_config.json, which transformers reads with it.
    """
    from fgc.compiler.cli.report import report
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.compiler.pipeline import run

    start = perf_counter()
    outcome = _of_a_tokenizer(run(request, until="fold"))
    if not outcome.failed:
        try:
            outcome = _with(outcome, _build(outcome, out, check=check, start=start))
        except BuildError as error:
            outcome = _with(outcome, error.diagnostics)
    report(outcome, output_format)
    if outcome.failed:
        raise SystemExit(1)


def _of_a_tokenizer(outcome: Outcome) -> Outcome:
    """Where it is not one that is described, that is all that there is to say."""
    from fgc.targets.tokenizer.recipe import not_a_tokenizer

    build = outcome.build
    if build.graph is None or build.source is None:
        return outcome
    found = not_a_tokenizer(build.graph, build.source.project_root)
    return outcome if found is None else replace(outcome, diagnostics=(found,))


def _with(outcome: Outcome, found: tuple[Diagnostic, ...]) -> Outcome:
    return replace(outcome, diagnostics=outcome.diagnostics + found)


def _build(
    outcome: Outcome, out: Path | None, *, check: bool, start: float
) -> tuple[Diagnostic, ...]:
    """Trains, writes or compares, and says what came of it: what is odd about the tokenizer.

    Raises:
        BuildError: it cannot be trained, or not be written, or is another one.
    """
    from fgc.compiler.cli.report import from_here
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.targets.tokenizer.output import check_files, output_files, place, write_files
    from fgc.targets.tokenizer.recipe import read_recipe
    from fgc.targets.tokenizer.train import train

    build = outcome.build
    if build.resolution is None or build.source is None:
        raise RuntimeError("a configuration without errors is resolved")
    project_root = build.source.project_root
    recipe = read_recipe(build.resolution)
    path = place(recipe, project_root, out)
    watched = sys.stderr.isatty() and recipe.text_size > LONG_TEXT
    trained = train(recipe, show_progress=watched)
    files = output_files(recipe, trained.text, path)
    written: list[str] = []
    if check:
        differing = [*check_files(recipe, files)]
        if differing:
            raise BuildError(differing)
    else:
        written = write_files(files)
    changes = f"{', '.join(written)} written" if written else "none"
    seconds = perf_counter() - start
    _print_summary(
        "checked" if check else "built", from_here(path.as_posix()), trained, changes, seconds
    )
    return trained.warnings


def _print_summary(verb: str, path: str, trained: Trained, changes: str, seconds: float) -> None:
    from fgc.compiler.cli.report import wants_color
    from fgc.targets.tokenizer.description import describe

    color = wants_color(sys.stdout)
    description = describe(trained.text)
    rows = {"vocabulary": description.vocabulary}
    if description.special:
        rows["special"] = "  ".join(f"{t.id} {t.shown}" for t in description.special)
    rows["text"] = _text(trained.measure)
    rows["a token is"] = _sizes(trained.measure)
    rows["changes"] = changes
    strong = click.style(verb, bold=True, fg="green") if color else verb
    click.echo(f"{strong} {path} in {seconds:.2f} s", color=color)
    for label, text in rows.items():
        click.echo(f"  {label:12}{text}")


def _text(measured: Measure) -> str:
    """How much text was encoded.

    >>> from fgc.targets.tokenizer.measure import Measure
    >>> _text(Measure(2, 4000, 4000, 700, 1000, None, whole=True))
    '4,000 bytes in 2 documents = 1,000 tokens'
    """
    count = f"{measured.documents:,} document{'' if measured.documents == 1 else 's'}"
    first = "" if measured.whole else "the first "
    return f"{first}{measured.bytes:,} bytes in {count} = {measured.tokens:,} tokens"


def _sizes(measured: Measure) -> str:
    """The mean size of a token.

    >>> from fgc.targets.tokenizer.measure import Measure
    >>> _sizes(Measure(2, 4000, 4000, 700, 1000, None, whole=True))
    '4.00 bytes, 4.00 characters, 0.70 words'
    """
    sizes = {
        "bytes": measured.bytes,
        "characters": measured.characters,
        "words": measured.words,
    }
    return ", ".join(f"{size / max(measured.tokens, 1):.2f} {unit}" for unit, size in sizes.items())
