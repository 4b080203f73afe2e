"""What is found wrong is the same with and without the packages that a configuration names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fgc.compiler import pipeline
from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.ir.graph import Call, Entry, Graph, Literal
from fgc.compiler.passes.check import check
from fgc.compiler.passes.resolve import calls, resolve
from fgc.compiler.symbols.locate import Locator, Module
from fgc.compiler.symbols.make_snapshot import PACKAGES
from fgc.compiler.symbols.resolution import Resolution
from tests.example_configs import TRAINING, example_configs, example_name

TRAININGS = example_configs(TRAINING)


@pytest.fixture
def without_packages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No finder knows torch, transformers or tokenizers."""
    find = Locator.find

    def blocked(self: Locator, name: str) -> Module | None:
        return None if name.partition(".")[0] in PACKAGES else find(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(Locator, "find", blocked)
        yield


def broken(graph: Graph) -> Graph:
    """The graph with three mistakes in each call of a package: a name that no parameter has, all
    that is needed left out, and, for each argument, text in its place."""
    roots: list[Entry] = []
    for call in calls(graph):
        if call.target.partition(".")[0].partition(":")[0] not in PACKAGES:
            continue
        at = call.target_span
        wrong = Literal("not this", call.path, at)
        texts = tuple(Entry(e.key, e.key_span, wrong) for e in call.kwargs)
        extra = Entry("no_parameter_is_called_so", at, wrong)
        for number, kwargs in enumerate(((), (*call.kwargs, extra), texts)):
            made = Call(call.kind, call.target, at, (), kwargs, call.path, call.span)
            roots.append(Entry(f"{len(roots)}_{number}", at, made))
    return Graph(tuple(roots), graph.sources)


def findings(graph: Graph, project: Path) -> tuple[Diagnostic, ...]:
    resolution, found = resolve(graph, project_root=project, search_path=())
    assert isinstance(resolution, Resolution)
    return (*found, *check(resolution))


def linked(config: Path) -> Graph:
    outcome = pipeline.run(pipeline.Request(config), until="link")
    assert outcome.build.graph is not None
    return outcome.build.graph


GRAPHS = pytest.mark.parametrize("config", TRAININGS, ids=example_name)


@GRAPHS
def test_examples_are_right_without_them(config: Path, without_packages: None) -> None:
    outcome = pipeline.run(pipeline.Request(config), until="check")
    assert outcome.diagnostics == ()


@GRAPHS
def test_mistakes_are_found_without_them(config: Path, request: pytest.FixtureRequest) -> None:
    graph = broken(linked(config))
    installed = findings(graph, config.parent)
    assert {found.code for found in installed} >= {"FGC021"}
    request.getfixturevalue("without_packages")
    assert findings(graph, config.parent) == installed


def test_the_graphs_name_packages() -> None:
    """So that the two tests above compare something."""
    targets = {call.target for config in TRAININGS for call in calls(linked(config))}
    assert sum(target.partition(".")[0] in PACKAGES for target in targets) >= 1
