"""What the generated code builds equals what the interpreter builds."""

from __future__ import annotations

from pathlib import Path

import torch

from fgc.compiler.interpret import interpret
from tests.equivalence.compare import SEED, assert_equal, holds_module
from tests.equivalence.configuration import resolution_of
from tests.equivalence.generate import generate
from tests.equivalence.graphs import EXAMPLES, RandomGraph, each_graph


class Checker:
    """Compares the two sides for one configuration after the other."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.held: list[bool] = []  # whether there was a module among what was built

    def check(self, graph: RandomGraph) -> None:
        folder = self.folder / f"graph_{len(self.held)}"
        folder.mkdir()
        resolution = resolution_of(graph.text)
        torch.manual_seed(SEED)
        interpreted = interpret(resolution)
        self.held.append(holds_module(interpreted))
        torch.manual_seed(SEED)
        generated = generate(resolution, folder)
        assert_equal(generated, interpreted, graph.probes)


def test_random_graphs(tmp_path: Path) -> None:
    checker = Checker(tmp_path)
    each_graph(checker.check, shrink=True)
    assert len(checker.held) >= EXAMPLES
    assert 2 * sum(checker.held) >= len(checker.held)
