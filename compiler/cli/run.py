"""``fgc run``: a configuration is built, and the project that it becomes is started."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NoReturn

import click

from fgc.compiler.cli.build import build_tree
from fgc.compiler.cli.config_command import ConfigCommand
from fgc.compiler.cli.options import request_options
from fgc.compiler.pipeline import Request

if TYPE_CHECKING:
    from fgc.compiler.launch.arguments import Split
    from fgc.compiler.launch.command import Command
    from fgc.compiler.pipeline import Outcome

Files = Callable[[str], bytes | None]
"""The content of a file of a tree, by its path in there."""

_DEVICES = re.compile(r"[\w-]+(,[\w-]+)*")
_ARGUMENTS = f"{__name__}.arguments"


class _Run(ConfigCommand):
    """A command that leaves options which it does not know to what it starts."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        from fgc.compiler.launch.arguments import split

        self.declare(ctx, args)
        ctx.meta[_ARGUMENTS] = split(args, self.known(ctx))
        return super().parse_args(ctx, list(ctx.meta[_ARGUMENTS].own))

    def reads(self, given: Mapping[str, Any]) -> bool:
        """A tree is started as it is, with the options of its program."""
        from fgc.compiler.passes.built_tree import find_tree

        folder = given.get("config") or given.get("project") or Path()
        return given.get("out") is not None or find_tree(folder) is None

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "[TRAIN.PY OPTIONS]", "[-- TORCHRUN OPTIONS]"]


def _devices(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    if text is not None and not _DEVICES.fullmatch(text):
        raise click.BadParameter(f"`{text}` is not a list such as 0,1")
    return text


@click.command(cls=_Run, short_help="Build a configuration, and start it.")
@request_options
@click.option(
    "-o",
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the project is written.  [default: runs/NAME in the project of CONFIG]",
)
@click.option(
    "-d",
    "--devices",
    metavar="LIST",
    callback=_devices,
    help="The GPUs to use, such as 0,1: sets CUDA_VISIBLE_DEVICES.  [default: all]",
)
@click.option("--dry-run", is_flag=True, help="Print what would be done, as shell commands.")
@click.option("--force", is_flag=True, help="Overwrite files that were edited by hand.")
@click.pass_context
def run(
    context: click.Context,
    request: Request,
    out: Path | None,
    devices: str | None,
    dry_run: bool,
    force: bool,
) -> None:
    """Build CONFIG as `fgc build` does, and start what was built. A built tree is started as it is.

    Options of train.py, such as `--max-steps 10`, are passed on to it. Behind `--` stand options of
    torchrun, which starts what trains in several processes. The exit code is that of the program.
    """
    from fgc.compiler.cli.report import refuse
    from fgc.compiler.diagnostics.diagnostic import BuildError

    arguments: Split = context.meta[_ARGUMENTS]
    try:
        folder = _tree_as_it_is(request, out)
        if folder is not None:
            started = _command(_on_disk(folder), folder, arguments, devices)
        else:
            folder, runs = (out, None) if out else _default_folder(request)
            if dry_run:
                started = _command(_planned(request), folder, arguments, devices)
                click.echo(_build_command(request, folder))
            else:
                _build(request, folder, force)
                _ignore(runs)
                started = _command(_on_disk(folder), folder, arguments, devices)
    except BuildError as error:
        refuse(error, {})
    if dry_run:
        click.echo(started.shell())
    else:
        _start(started)


def _tree_as_it_is(request: Request, out: Path | None) -> Path | None:
    """The tree that is to be started without building anything; None where something is built."""
    from fgc.compiler.passes.built_tree import check_whole, find_tree

    given = request.config or request.project or Path()
    tree = find_tree(given)
    if tree is None or out is not None:
        return None
    if request.overrides or request.name is not None or not given.is_dir():
        raise click.UsageError("a built tree is started as it is; `-o DIR` builds another from it")
    check_whole(tree)
    return _from_here(tree)


def _default_folder(request: Request) -> tuple[Path, Path]:
    """Where a configuration is built if nobody says where, and the folder of all such places."""
    from fgc.compiler.launch.folder import RUNS, run_folder
    from fgc.compiler.pipeline import overrides_as_written, run

    source = _checked(run(request, until="load")).build.source
    assert source is not None
    runs = _from_here(source.project_root / RUNS)
    overrides = overrides_as_written(request.overrides)
    return runs / run_folder(source.template, source.project.config_prefix, overrides), runs


def _ignore(runs: Path | None) -> None:
    """Keeps the folder ``runs`` out of version control, if it is a new one."""
    if runs is not None and not (runs / ".gitignore").exists():
        (runs / ".gitignore").write_text("*\n", encoding="utf-8")


def _build(request: Request, folder: Path, force: bool) -> None:
    """Builds the tree, and says so in one line."""
    start = perf_counter()
    outcome, written = build_tree(request, folder, force=force)
    _checked(outcome)
    changed = written is not None and (written.written or written.deleted)
    taken = f"{perf_counter() - start:.2f} s"
    click.echo(f"{'built' if changed else 'unchanged'} {folder.as_posix()}/ in {taken}", err=True)


def _planned(request: Request) -> Files:
    """The files of a tree that is built and written nowhere."""
    from fgc.compiler.pipeline import run, sealed

    tree, _ = sealed(_checked(run(request)).build)
    emitted: Mapping[str, bytes] = {p: c for p, c in tree.items() if isinstance(c, bytes)}
    return emitted.get


def _on_disk(folder: Path) -> Files:
    """The files of the tree in ``folder``."""

    def read(name: str) -> bytes | None:
        return (folder / name).read_bytes() if (folder / name).is_file() else None

    return read


def _build_command(request: Request, folder: Path) -> str:
    """The ``fgc build`` that builds the tree."""
    from fgc.compiler.frontend.dynamic_args import as_arguments
    from fgc.compiler.pipeline import overrides_as_written

    options = {"-p": request.project, "-t": request.name, "-o": folder}
    parts = ["fgc", "build", *([str(request.config)] if request.config else [])]
    parts += [part for name, value in options.items() if value for part in (name, str(value))]
    parts += as_arguments(overrides_as_written(request.overrides))
    return shlex.join(parts)


def _command(files: Files, folder: Path, arguments: Split, devices: str | None) -> Command:
    """What starts the tree that is, or will be, in ``folder``."""
    from fgc.compiler.launch.arguments import ArgumentError, behind_separator, of_program
    from fgc.compiler.launch.command import PROGRAM, command
    from fgc.compiler.launch.executables import find_executables
    from fgc.compiler.launch.start import NotStartedError, read_start
    from fgc.compiler.passes.built_tree import unreadable

    try:
        start = read_start(files)
        passed = of_program(arguments.passed, start.options)
        for_torchrun, for_program = behind_separator(arguments.behind, start.options)
        if for_torchrun and start.launch.nproc_per_node is None:
            message = f"python starts this program, not torchrun, and it has no `{for_torchrun[0]}`"
            raise click.UsageError(message)
        return command(
            start.launch,
            (folder / PROGRAM).as_posix(),
            executables=find_executables(Path(sys.executable), os.environ.get("PATH", "")),
            devices=devices,
            for_torchrun=for_torchrun,
            for_program=(*passed, *for_program),
        )
    except NotStartedError as error:
        raise unreadable(folder, str(error)) from error
    except ArgumentError as error:
        raise click.UsageError(str(error)) from error


def _start(command: Command) -> NoReturn:
    """Becomes the program."""
    from fgc.compiler.launch.executables import become

    try:
        become(command.arguments, command.env)
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.ClickException(f"cannot start `{command.arguments[0]}`: {reason}") from error


def _checked(outcome: Outcome) -> Outcome:
    """``outcome``, whose findings are written; they end the command where there is an error."""
    from fgc.compiler.cli.report import report

    report(outcome)
    if outcome.failed:
        raise SystemExit(1)
    return outcome


def _from_here(path: Path) -> Path:
    """``path`` as somebody in the current folder would write it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
