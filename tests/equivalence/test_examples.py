"""Each target of each example: generated code builds what the interpreter builds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from fgc.compiler.interpret import interpret
from fgc.compiler.pipeline import Request, run
from fgc.compiler.symbols.resolution import Resolution
from tests.equivalence.compare import SEED, assert_equal
from tests.equivalence.draft import Probe
from tests.equivalence.generate import generate
from tests.example_configs import TRAINING, example_configs, example_name

CONFIGS = example_configs(TRAINING)

# The loop wants a model and its data, not a probe: whole runs are compared elsewhere.
RUNS = {"trainer"}
PROBES = {
    "optimizer": Probe(over="parameters"),
    "lr_scheduler": Probe(over="optimizer"),
    "tokenizer": Probe(args=(["In the beginning", "créé ☃"],)),
}


def targets(config: Path) -> Resolution:
    """What a configuration describes, without what only a whole run can try out."""
    outcome = run(Request(config), until="fold")
    assert not outcome.failed, outcome.diagnostics
    resolution = outcome.build.resolution
    assert resolution is not None
    roots = tuple(entry for entry in resolution.graph.roots if entry.key not in RUNS)
    return Resolution(replace(resolution.graph, roots=roots), resolution.symbols)


@pytest.mark.parametrize("config", CONFIGS, ids=example_name)
def test_example(config: Path, tmp_path: Path) -> None:
    resolution = targets(config)
    launch = {"cache_dir": tmp_path / "cache", "rank": 0, "world_size": 1}
    torch.manual_seed(SEED)
    interpreted = interpret(resolution, launch=launch)
    assert {"model", "train_data", "eval_data", "optimizer", "tokenizer"} <= interpreted.keys()
    torch.manual_seed(SEED)
    folder = tmp_path / "generated"
    folder.mkdir()
    assert_equal(generate(resolution, folder, **launch), interpreted, PROBES)
