"""What `fgc check`, `fgc fix` and `fgc lsp` go through: configurations and their findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.frontend.find_projects import projects_below
from fgc.compiler.frontend.folders import META, absolute, find_project
from fgc.compiler.frontend.project import config_names, load_project
from fgc.compiler.ir.graph import Var, walk
from fgc.compiler.passes.built_tree import find_tree
from fgc.compiler.passes.check import check
from fgc.compiler.pipeline import Build, Outcome, Request, run
from fgc.targets.not_a_program import is_part
from fgc.targets.train.program import TRAIN

UNTIL = "plan"
"""The last pass that is quick and finds mistakes of a configuration."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The configurations to look at, the projects that they were found in, and what is wrong with
    projects themselves."""

    configs: tuple[Path, ...]
    projects: tuple[Path, ...]
    diagnostics: tuple[Diagnostic, ...]


def chosen(paths: Iterable[Path], *, recursive: bool) -> Chosen:
    """What ``paths`` stand for: a file for itself, a meta.yaml and a folder for all of the project
    that it lies in; or, where it is ``recursive``, a folder for all projects in it."""
    configs: dict[Path, None] = {}
    projects: dict[Path, None] = {}
    wrong: list[Diagnostic] = []
    for path in paths:
        tree = find_tree(path) if path.is_dir() and not recursive else None
        if tree is not None or (path.is_file() and path.name != META):
            configs[absolute(path)] = None
            continue
        roots = list(projects_below(path)) if recursive and path.is_dir() else [find_project(path)]
        for root in roots:
            if root is None:
                wrong.append(_no_project(path))
                continue
            projects[root] = None
            try:
                configs |= dict.fromkeys(config_names(load_project(root)).values())
            except BuildError as error:
                wrong += error.diagnostics
    return Chosen(tuple(configs), tuple(projects), tuple(wrong))


def checked(config: Path, unsaved: Mapping[str, str] | None = None) -> Outcome:
    """All that is found in a configuration without building it.

    A configuration that others link, a model or a dataset, may leave variables to them. ``unsaved``
    is as in `Request`.
    """
    outcome = run(Request(config, unsaved=unsaved or {}), until=UNTIL)
    build = outcome.build
    if build.resolution is None or not is_part(build.resolution.graph):
        return outcome
    return replace(outcome, diagnostics=tuple(_of_a_part(build, outcome.diagnostics)))


def _of_a_part(build: Build, found: tuple[Diagnostic, ...]) -> Iterator[Diagnostic]:
    """What is found where variables have values from outside."""
    assert build.resolution is not None
    graph = build.resolution.graph
    nodes = walk(*(entry.value for entry in graph.roots))
    free = {node.var for node in nodes if isinstance(node, Var)}
    closed = set(check(build.resolution, TRAIN.launch.keys(), TRAIN.callbacks))
    unbound = closed - set(check(build.resolution, free, TRAIN.callbacks))
    return (diagnostic for diagnostic in found if diagnostic not in unbound)


def _no_project(path: Path) -> Diagnostic:
    message = f"no project at `{path.as_posix()}`, nor above it"
    return Diagnostic("FGC006", message, help="`-r` looks for projects below a folder")
