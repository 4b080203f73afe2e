"""The random configurations themselves: they build, they vary, and they say what they hold."""

from __future__ import annotations

from collections import Counter

import torch

from fgc.compiler.interpret import interpret
from fgc.compiler.symbols.resolution import Resolution
from tests.equivalence.compare import assert_equal, holds_module
from tests.equivalence.configuration import resolution_of
from tests.equivalence.graphs import EXAMPLES, RandomGraph, each_graph

FEATURES = {
    "PostNormLayer",
    "PreNormLayer",
    "builtins",
    "calls of other packages",
    "data classes of the runtime",
    "factories below a partial",
    "field of the config",
    "functions of the runtime",
    "latent arguments",
    "latent arguments in a model",
    "layers: numbers",
    "layers: runs",
    "layers: structures",
    "lone layer",
    "model as a call",
    "model as a factory",
    "model as a partial",
    "model as a singleton",
    "modules in containers",
    "nested partial",
    "norms of queries and keys",
    "one partial in several places",
    "optimizer and schedule as partials",
    "optimizer and schedule of a module",
    "order of random numbers",
    "parameter groups",
    "partials of functions",
    "plain values",
    "repeated factory",
    "schedule: constant",
    "schedule: cosine",
    "schedule: exponential",
    "schedule: infinite",
    "schedule: linear",
    "schedule: warmup_stable_decay",
    "shared singleton",
    "singleton below a partial",
    "singleton below a repeated factory",
    "sliding window",
    "tied",
    "two models with the same parts",
    "variable with a default",
}


def test_all_build_and_at_least_half_hold_a_module() -> None:
    held: list[bool] = []

    def check(graph: RandomGraph) -> None:
        held.append(holds_module(interpret(resolution_of(graph.text))))

    each_graph(check)
    assert len(held) >= EXAMPLES
    assert 2 * sum(held) >= len(held)


def test_they_exercise_what_there_is() -> None:
    seen: Counter[str] = Counter()

    def check(graph: RandomGraph) -> None:
        seen.update(graph.features)

    each_graph(check, 3 * EXAMPLES)
    assert not FEATURES - seen.keys()


def test_what_is_built_twice_is_equal_and_another_seed_shows() -> None:
    differing = 0

    def check(graph: RandomGraph) -> None:
        nonlocal differing
        resolution = resolution_of(graph.text)
        first, second, other = (_seeded(seed, resolution) for seed in (0, 0, 1))
        assert_equal(first, second, graph.probes)
        try:
            assert_equal(first, other, graph.probes)
        except AssertionError:
            differing += 1

    each_graph(check, 20)
    assert differing >= 5


def test_no_configuration_says_anything_to_the_templates() -> None:
    def check(graph: RandomGraph) -> None:
        for sign in ("{{", "{%", "{#", "##"):
            assert sign not in graph.text
        for line in graph.text.splitlines():
            assert not line.lstrip().startswith(("-- ", "<< ", ">> ", "== ", "=> ", "["))

    each_graph(check, 50)


def _seeded(seed: int, resolution: Resolution) -> dict[str, object]:
    torch.manual_seed(seed)
    return interpret(resolution)
