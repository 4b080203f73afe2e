"""What the generated code builds equals what the interpreter builds."""

from __future__ import annotations

from pathlib import Path

import torch

from fgc.compiler.interpret import interpret
from tests.equivalence.compare import SEED, assert_equal, holds_module
from tests.equivalence.configuration import resolution_of
from tests.equivalence.generate import generate
from tests.equivalence.graphs import EXAMPLES, RandomGraph, each_graph


def test_random_graphs(tmp_path: Path) -> None:
    held: list[bool] = []

    def check(graph: RandomGraph) -> None:
        folder = tmp_path / f"graph_{len(held)}"
        folder.mkdir()
        resolution = resolution_of(graph.text)
        torch.manual_seed(SEED)
        interpreted = interpret(resolution)
        held.append(holds_module(interpreted))
        torch.manual_seed(SEED)
        generated = generate(resolution, folder)
        assert_equal(generated, interpreted, graph.probes)

    each_graph(check, shrink=True)
    assert len(held) >= EXAMPLES
    assert 2 * sum(held) >= len(held)
