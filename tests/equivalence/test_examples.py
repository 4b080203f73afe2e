"""Each target of each example: generated code builds what the interpreter builds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from fgc.compiler.interpret import interpret
from fgc.compiler.ir.graph import Scalar
from fgc.compiler.pipeline import Request, run
from fgc.compiler.symbols.resolution import Resolution
from tests.equivalence.compare import SEED, assert_equal
from tests.equivalence.draft import Probe
from tests.equivalence.generate import generate
from tests.example_configs import EXAMPLES, TRAINING, example_configs, example_name

CONFIGS = example_configs(TRAINING)

# The loop wants a model and its data, not a probe: whole runs are compared elsewhere.
RUNS = {"trainer"}
PROBES = {
    "optimizer": Probe(over="parameters"),
    "lr_scheduler": Probe(over="optimizer"),
    "tokenizer": Probe(args=(["In the beginning", "créé ☃"],)),
    "callbacks.1.tokenizer": Probe(args=(["In the beginning"],)),
}


def targets(config: Path, **settings: Scalar) -> Resolution:
    """What a configuration describes, without what only a whole run can try out."""
    outcome = run(Request(config, overrides=settings), until="fold")
    assert not outcome.failed, outcome.diagnostics
    resolution = outcome.build.resolution
    assert resolution is not None
    roots = tuple(entry for entry in resolution.graph.roots if entry.key not in RUNS)
    return Resolution(replace(resolution.graph, roots=roots), resolution.symbols)


CASES = [pytest.param(config, {}, id=example_name(config)) for config in CONFIGS]
CALLBACKS: dict[str, Scalar] = {
    "tensorboard": True,
    "sample_prompts": "In the beginning",
    "sample_temperature": 0.5,
}
CASES.append(pytest.param(EXAMPLES / "tiny_llama/configs/baseline.yaml", CALLBACKS, id="callbacks"))


@pytest.mark.parametrize(("config", "settings"), CASES)
def test_example(config: Path, settings: dict[str, Scalar], tmp_path: Path) -> None:
    resolution = targets(config, **settings)
    launch = {"cache_dir": tmp_path / "cache", "rank": 0, "world_size": 1}
    launch["output_dir"] = tmp_path / "output"
    torch.manual_seed(SEED)
    interpreted = interpret(resolution, launch=launch)
    assert len(interpreted["callbacks"]) == (2 if settings else 0)
    assert {"model", "train_data", "eval_data", "optimizer", "tokenizer"} <= interpreted.keys()
    torch.manual_seed(SEED)
    folder = tmp_path / "generated"
    folder.mkdir()
    assert_equal(generate(resolution, folder, **launch), interpreted, PROBES)
