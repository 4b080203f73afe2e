"""Many more random graphs than `make test` has time for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.equivalence.graphs import each_graph
from tests.equivalence.test_generated import Checker

MANY = 1500


@pytest.mark.nightly
def test_many_random_graphs(tmp_path: Path) -> None:
    checker = Checker(tmp_path)
    each_graph(checker.check, MANY, shrink=True)
    assert len(checker.held) >= MANY
