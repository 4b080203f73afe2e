"""``fgc build``: a configuration becomes a project."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from fgc.compiler.cli.config_command import ConfigCommand
from fgc.compiler.cli.options import format_option, request_options
from fgc.compiler.pipeline import PASS_NAMES, Request

if TYPE_CHECKING:
    from fgc.compiler.backend.tree import Tree, WriteReport
    from fgc.compiler.pipeline import Outcome

LOCK_NAME = "fgc.lock"


@click.command(cls=ConfigCommand, short_help="Build a configuration into a project.")
@request_options
@click.option(
    "-o",
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the project is written. Not needed with --print-after.",
)
@click.option(
    "--print-after",
    metavar="PASS",
    multiple=True,
    type=click.Choice(PASS_NAMES),
    help=f"Print what a pass left. Repeatable. Passes: {', '.join(PASS_NAMES)}.",
)
@click.option("--time-passes", is_flag=True, help="Print what each pass took.")
@click.option("--force", is_flag=True, help="Overwrite files that were edited by hand.")
@format_option
def build(
    request: Request,
    out: Path | None,
    print_after: tuple[str, ...],
    time_passes: bool,
    force: bool,
    output_format: str,
) -> None:
    """Build CONFIG into a project of its own: model, training program, and what they need.

    The project imports torch and transformers, never fgc. A rebuild writes only what changed.
    """
    from fgc.compiler.cli.report import report

    if out is None and not print_after:
        raise click.UsageError("`-o DIR` says where the project is written")
    start = perf_counter()
    outcome, written = build_tree(request, out, print_after=print_after, force=force)
    if time_passes:
        _print_times(outcome.seconds)
    report(outcome, output_format)
    if outcome.failed:
        raise SystemExit(1)
    if out is not None and written is None:
        click.echo(f"unchanged {out.as_posix()}/ ({perf_counter() - start:.2f} s)")
    if out is not None and written is not None and outcome.build.tree is not None:
        _print_summary(out, outcome.build.tree, written, perf_counter() - start)


def build_tree(
    request: Request,
    out: Path | None,
    *,
    print_after: tuple[str, ...] = (),
    force: bool = False,
) -> tuple[Outcome, WriteReport | None]:
    """Runs the passes, all of them and the writing where there is an ``out``.

    There is no report where nothing was written: where ``out`` held that tree already, and where
    the outcome has failed.
    """
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.compiler.pipeline import run, sealed

    def show(name: str, left: str) -> None:
        click.echo(f"# after {name}\n{left}")

    until = None if out is not None else max(print_after, key=PASS_NAMES.index)
    if out is not None and not print_after and (out / LOCK_NAME).is_file():
        first = run(request, until="render")
        if first.build.rendered is not None and "from_project" in first.build.rendered.text:
            first = run(request, until="link")
        if not first.failed and _is_unchanged(first, out):
            return first, None
    outcome = run(request, until=until, print_after=print_after, show=show)
    if outcome.failed:
        return _explained(outcome), None
    if out is None:
        return outcome, None
    from fgc.compiler.backend.tree import write_tree
    from fgc.compiler.unchanged import remember_silence

    start = perf_counter()
    tree, lock = sealed(outcome.build)
    try:
        written = write_tree(tree, lock, out, force=force)
    except BuildError as error:
        return replace(outcome, diagnostics=outcome.diagnostics + error.diagnostics), None
    if not outcome.diagnostics:
        remember_silence(lock)
    seconds = {**outcome.seconds, "write": perf_counter() - start}
    return replace(outcome, seconds=seconds), written


def _explained(outcome: Outcome) -> Outcome:
    """A failure; where what is built is no program at all, that is all that there is to say."""
    from fgc.targets.not_a_program import not_a_program

    build = outcome.build
    if build.graph is None or build.source is None:
        return outcome
    found = not_a_program(build.graph, build.source.path)
    return outcome if found is None else replace(outcome, diagnostics=(found,))


def _is_unchanged(outcome: Outcome, out: Path) -> bool:
    """Whether ``out`` holds what this configuration, rendered so far, would be built into."""
    from fgc.compiler.pipeline import input_names, overrides_as_written
    from fgc.compiler.unchanged import is_unchanged

    build = outcome.build
    if build.source is None or build.rendered is None:
        return False
    return is_unchanged(
        out,
        build.source,
        build.rendered,
        overrides_as_written(build.overrides),
        {**build.source.project.sources, **build.sources},
        input_names(build),
    )


def _print_times(seconds: Mapping[str, float]) -> None:
    rows = {**seconds, "total": sum(seconds.values())}
    width = max(map(len, rows))
    for name, taken in rows.items():
        click.echo(f"{name:{width}}  {taken * 1000:8.1f} ms", err=True)


def _print_summary(out: Path, tree: Tree, written: WriteReport, seconds: float) -> None:
    """Where it is, how much it is, what changed, and how to run it."""
    from fgc.compiler.cli.report import wants_color
    from fgc.compiler.launch.command import PROGRAM, command
    from fgc.compiler.launch.launch import LAUNCH_NAME, Launch

    color = wants_color(sys.stdout)

    def strong(text: str) -> str:
        return click.style(text, bold=True, fg="green") if color else text

    python = [c for path, c in tree.items() if path.endswith(".py") and isinstance(c, bytes)]
    lines = sum(content.count(b"\n") for content in python)
    rows = {"size": f"{len(tree)} files, {lines:,} lines of Python"}
    rows["changes"] = _changes(written)
    if written.kept:
        rows["kept"] = f"edited, no longer emitted: {', '.join(written.kept)}"
    if PROGRAM in tree:
        said = tree.get(LAUNCH_NAME)
        launch = Launch.from_json(said.decode()) if isinstance(said, bytes) else Launch()
        rows["run it"] = command(launch, (out / PROGRAM).as_posix()).shell()
    click.echo(f"{strong('built')} {out.as_posix()}/ in {seconds:.2f} s", color=color)
    for label, text in rows.items():
        click.echo(f"  {label:9}{text}")


def _changes(written: WriteReport) -> str:
    """
    >>> from fgc.compiler.backend.tree import WriteReport
    >>> _changes(WriteReport(("a",), ("b", "c"), ()))
    '1 written, 2 unchanged'
    >>> _changes(WriteReport((), ("b", "c"), ()))
    'none'
    """
    if not written.written and not written.deleted:
        return "none"
    counts = {
        "written": len(written.written),
        "unchanged": len(written.unchanged),
        "deleted": len(written.deleted),
    }
    return ", ".join(f"{count} {verb}" for verb, count in counts.items() if count)
