"""``fgc code``: one target as Python."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fgc.compiler.cli.config_command import ConfigCommand
from fgc.compiler.cli.options import format_option, request_options, target_option
from fgc.compiler.pipeline import Request

if TYPE_CHECKING:
    from fgc.compiler.symbols.resolution import Resolution


@click.command(cls=ConfigCommand, short_help="Print a target as Python that stands alone.")
@request_options
@target_option(multiple=False)
@click.option(
    "-o",
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder to write the code to, in place of printing it.",
)
@format_option
def code(request: Request, target: str, out: Path | None, output_format: str) -> None:
    """Print the Python of one target of CONFIG: what `train.py` says of it, with all it needs.

    `--target optimizer` prints `build_optimizer` with its constants and imports, `--target model`
    the modeling code, its config class and `build_model`. What is used of fgc's library and of your
    own modules is written out, as far as this target uses it, so that the code runs by itself: it
    imports nothing of fgc. What only a running program knows, such as `rank`, is a parameter.

    It is one file, unless names would clash; then there are several, each below a line with its
    path. Data below the current folder, or DIR, are found from the folder of the code.

    \b
    fgc code CONFIG --target model > model.py
    """
    from fgc.compiler.cli.report import refuse, report
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.compiler.pipeline import run

    outcome = run(request, until="fold")
    report(outcome, output_format)
    if outcome.failed or outcome.build.resolution is None:
        raise SystemExit(1)
    try:
        files = _files(outcome.build.resolution, target, Path.cwd() if out is None else out)
    except BuildError as error:
        refuse(error, outcome.build.sources, output_format)
    if out is not None:
        _write(files, out)
    elif len(files) == 1:
        click.echo("".join(files.values()), nl=False)
    else:
        click.echo("\n\n".join(f"# {path}\n{text}" for path, text in files.items() if text))
        message = f"its names would clash in one file, so these are {len(files)}; -o writes them"
        click.echo(f"note: {message}", err=True)


def _files(resolution: Resolution, target: str, here: Path) -> Mapping[str, str]:
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.compiler.views.selection import no_target
    from fgc.targets.python.remembered import lone_files

    known = [str(entry.key) for entry in resolution.graph.roots]
    if target not in known:
        raise BuildError(no_target(target, known))
    return lone_files(resolution, target, here)


def _write(files: Mapping[str, str], out: Path) -> None:
    for path, text in files.items():
        file = out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        if text:
            click.echo(f"written {file.as_posix()}")
