"""The schedules and groups of the shipped templates: generated as interpreted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from fgc.compiler.interpret import interpret
from fgc.compiler.ir.graph import Scalar
from fgc.compiler.pipeline import Request, run
from fgc.compiler.symbols.resolution import Resolution
from tests.equivalence.compare import assert_equal
from tests.equivalence.draft import Probe
from tests.equivalence.generate import generate

CONFIG = Path(__file__).parents[2] / "examples" / "tiny_llama" / "configs" / "baseline.yaml"
WANTED = {"tokens_per_step", "optimizer", "lr_scheduler"}
STEP = 4 * 256

SETTINGS: dict[str, dict[str, Scalar]] = {
    "wsd": {"decay_shape": "sqrt"},
    "wsd in steps": {"total_steps": 90, "warmup_steps": 10, "decay_steps": 30},
    "cosine": {"schedule": "cosine", "total_tokens": 90 * STEP, "warmup_tokens": 20 * STEP},
    "linear": {"schedule": "linear", "total_tokens": 90 * STEP, "warmup_tokens": None},
    "constant": {"schedule": "constant", "warmup_steps": 30},
    "constant without warm-up": {"schedule": "constant", "warmup_tokens": None},
    "infinite": {"schedule": "infinite", "cooldown_tokens": 50 * STEP, "warmup_steps": 7},
    "exponential": {"schedule": "exponential", "time_constant_tokens": 12_345},
    "groups": {"no_decay": "norm|bias$", "weight_decay": 0.3},
    "groups of a scaled rate": {"no_decay": "norm|bias$", "base_batch_size": 4096},
}
GROUPS = '{"embed": {"lr_factor": 0.5, "eps": 1.0e-6}, "bias": none, "0": {"betas": [0.5, 0.9]}}'


def built(config: Path, folder: Path, overrides: dict[str, Scalar]) -> tuple[object, object]:
    """What both sides make, held to each other; parameters are those of one small module."""
    outcome = run(Request(config, overrides=overrides), until="fold")
    assert not outcome.failed, outcome.diagnostics
    resolution = outcome.build.resolution
    assert resolution is not None
    roots = tuple(e for e in resolution.graph.roots if e.key in WANTED | {"parameter_groups"})
    resolution = Resolution(replace(resolution.graph, roots=roots), resolution.symbols)
    grouped = any(entry.key == "parameter_groups" for entry in roots)
    torch.manual_seed(0)
    module = nn.ModuleDict(
        {"embed": nn.Embedding(3, 2), "norm": nn.LayerNorm(2), "0": nn.Linear(2, 2)}
    )
    launch = {"world_size": 1, "named_parameters": list(module.named_parameters())}
    interpreted = interpret(resolution, launch=launch)
    generated = generate(resolution, folder, **launch)
    optimizer = Probe() if grouped else Probe(over="parameters")
    probes = {"optimizer": optimizer, "lr_scheduler": Probe(over="optimizer")}
    assert_equal(generated, interpreted, probes)
    return generated["optimizer"], interpreted["optimizer"]


@pytest.mark.parametrize("case", SETTINGS)
def test_schedules_and_groups(tmp_path: Path, case: str) -> None:
    built(CONFIG, tmp_path, SETTINGS[case])


def test_groups_of_every_kind(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "configs").mkdir(parents=True)
    for name in ("meta.yaml", "data", "tokenizer", "configs/baseline.yaml"):
        (project / name).symlink_to(CONFIG.parents[1] / name)
    config = project / "configs" / "groups.yaml"
    config.write_text(
        "-- extends 'configs/baseline.yaml'\n[globals]\n== super()\n"
        f"-- set ns.parameter_groups = {GROUPS}\n"
    )
    (tmp_path / "tree").mkdir()
    overrides: dict[str, Scalar] = {"no_decay": "norm", "lr": 0.25}
    for make in built(config, tmp_path / "tree", overrides):
        assert callable(make)
        groups = make().param_groups
        assert [group["param_names"] for group in groups] == [
            ["embed.weight"],
            ["0.weight", "0.bias"],
            ["norm.weight", "norm.bias"],
        ]
        assert [group["lr"] for group in groups] == [0.125, 0.25, 0.25]
        assert [group["eps"] for group in groups] == [1e-6, 1e-8, 1e-8]
        assert [group["weight_decay"] for group in groups] == [0.1, 0.1, 0.0]
        assert list(groups[1]["betas"]) == [0.5, 0.9]
