"""``fgc construct``: a target, built."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fgc.compiler.cli.config_command import ConfigCommand
from fgc.compiler.cli.options import format_option, parsed, request_options, target_option
from fgc.compiler.pipeline import Request

if TYPE_CHECKING:
    from fgc.compiler.ir.graph import Graph, Scalar
    from fgc.compiler.pipeline import Build
    from fgc.compiler.symbols.resolution import Resolution


@click.command(
    cls=ConfigCommand,
    short_help="Build a target, and print it. This runs the configuration's code.",
)
@request_options
@target_option(multiple=False)
@click.option("--call", is_flag=True, help="Call what was built, and print the result.")
@click.option(
    "--launch",
    "launch",
    metavar="NAME=VALUE",
    multiple=True,
    callback=parsed,
    help="A value that only a running program knows, such as `rank` (0), `world_size` (1) and "
    "`cache_dir` (a folder that is removed again). Repeatable.",
)
@format_option
def construct(
    request: Request, target: str, call: bool, launch: dict[str, Scalar], output_format: str
) -> None:
    """Build one target of CONFIG by importing and calling what it names, and print it.

    No other command runs the code of a configuration. A module is printed as its tree, with the
    number of its parameters; a partial as what it binds. With --call a partial is called as the
    training program does: `--target optimizer --call` builds the model, too, for its parameters.
    """
    from fgc.compiler.cli.report import refuse, report
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.compiler.pipeline import run

    outcome = run(request, until="fold")
    report(outcome, output_format)
    resolution = outcome.build.resolution
    if outcome.failed or resolution is None:
        raise SystemExit(1)
    with ExitStack() as stack:
        stack.enter_context(_importable(outcome.build))
        values = _launch_values(resolution.graph, launch, stack)
        try:
            text = _constructed(resolution, target, call, values)
        except BuildError as error:
            refuse(error, outcome.build.sources, output_format)
    click.echo(text)


@contextmanager
def _importable(build: Build) -> Generator[None]:
    """Puts the folders where they say that modules are imported from, behind all others."""
    from fgc.compiler.passes.resolve import calls

    assert build.source is not None
    assert build.graph is not None
    folders = dict.fromkeys(map(str, build.source.project.system_path))
    for call in calls(build.graph):
        folders |= dict.fromkeys(call.home.system_path if call.home else ())
    before = list(sys.path)
    sys.path += [folder for folder in folders if folder not in before]
    try:
        yield
    finally:
        sys.path[:] = before


def _launch_values(
    graph: Graph, given: Mapping[str, Scalar], stack: ExitStack
) -> dict[str, object]:
    """A value for everything that the program knows when it starts."""
    from tempfile import TemporaryDirectory

    from fgc.compiler.program.options import launch_args
    from fgc.compiler.program.target import Launch
    from fgc.compiler.symbols.nearest import nearest
    from fgc.targets.train.program import TRAIN

    declared = launch_args(graph)
    known: dict[str, Launch] = {**TRAIN.launch, **declared}
    for name in given:
        if name not in known:
            near = nearest(name, known)
            remedy = f"`{near}` is similar" if near else f"there are {', '.join(known)}"
            raise click.UsageError(f"no launch value is called `{name}`; {remedy}")
    values: dict[str, object] = {name: option.default for name, option in declared.items()}
    values.update({"rank": 0, "world_size": 1}, **given)
    if "cache_dir" not in given:
        values["cache_dir"] = stack.enter_context(TemporaryDirectory(prefix="fgc-cache-"))
    for name, value in values.items():
        if "Path" in known[name].annotation and value is not None:
            values[name] = Path(str(value))
        elif known[name].annotation == "int" and not isinstance(value, int):
            raise click.UsageError(f"the launch value `{name}` is an integer")
    return values


def _constructed(
    resolution: Resolution, target: str, call: bool, launch: Mapping[str, object]
) -> str:
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.compiler.interpret import interpret
    from fgc.compiler.views.built import built_text
    from fgc.compiler.views.failure import failure
    from fgc.compiler.views.selection import no_target
    from fgc.targets.train.calling import called, is_partial, needed_to_call

    graph = resolution.graph
    names = [str(entry.key) for entry in graph.roots]
    if target not in names:
        raise BuildError(no_target(target, names))
    partial = is_partial(graph, target)
    if partial and not call:
        return _partial_text(graph, target)
    needed = needed_to_call(graph, target) if call else [target]
    _announce(resolution, needed)
    try:
        made: Mapping[str, Any] = interpret(resolution, needed, launch=launch)
        value = made[target]
        if call and partial:
            value = called(graph, target, made, {})
        elif call and callable(value):
            value = value()
        elif call:
            kind = type(value).__name__
            raise click.UsageError(f"`{target}` is of the type `{kind}`, and cannot be called")
        return built_text(value)
    except (BuildError, click.UsageError):
        raise
    except (Exception, SystemExit) as error:
        raise BuildError(failure(error, target, graph)) from error


def _announce(resolution: Resolution, targets: Iterable[str]) -> None:
    """Says on standard error whose code is about to run."""
    from fgc.compiler.ir.graph import Call, walk

    graph = resolution.graph
    nodes = walk(*(node for name in targets if (node := graph.root(name)) is not None))
    symbols = [resolution.symbols.get(node) for node in nodes if isinstance(node, Call)]
    own = {Path(s.file).name for s in symbols if s is not None and s.origin == "project" and s.file}
    modules = {s.module for s in symbols if s is not None and s.module and s.origin != "project"}
    others = {".".join(m.split(".")[: 2 if m.startswith("fgc.") else 1]) for m in modules}
    whose = ", ".join([*sorted(own), *sorted(others)])
    if whose:
        click.echo(f"note: this runs code of {whose}", err=True)


def _partial_text(graph: Graph, target: str) -> str:
    from fgc.compiler.views.graph_yaml import node_yaml
    from fgc.compiler.views.selection import select

    bound = node_yaml(select(graph, [target]))
    return f"{bound}\n# a partial: --call calls it"
