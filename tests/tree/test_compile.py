"""A compiled model trains as the model does, is compiled once, and leaves the same checkpoints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from fgc.compiler.ir.graph import Scalar
from tests.tree import count_graphs
from tests.tree.building import SMALL, Builds
from tests.tree.launcher import Launcher
from tests.tree.runs import assert_same_run, last_checkpoint, records

# Blocks of the held-out text are left over, so that its last batch is a smaller one.
UNEVEN: dict[str, Scalar] = {
    **SMALL,
    "batch_size": 5,
    "eval_steps": 3,
    "logging_steps": 1,
    "torch_compile_fullgraph": True,
}
CASES: dict[str, dict[str, Scalar]] = {
    "model": {"torch_compile": "model"},
    "layers": {"torch_compile": "layers"},
    "model, checkpointing": {"torch_compile": "model", "gradient_checkpointing": True},
    "layers, checkpointing": {"torch_compile": "layers", "gradient_checkpointing": True},
    "model, bf16": {"torch_compile": "model", "precision": "bf16"},
    "layers, fp16": {"torch_compile": "layers", "precision": "fp16"},
    "model, bf16 weights": {"torch_compile": "model", "dtype": "bfloat16"},
}


def plain(settings: dict[str, Scalar]) -> dict[str, Scalar]:
    """The same experiment without compilation."""
    return {name: v for name, v in settings.items() if not name.startswith("torch_compile")}


def run(
    launch: Launcher, tree: Path, output: Path, steps: int, counted: bool = False
) -> dict[str, Any]:
    if not counted:
        done = launch(tree / "train.py", "--output-dir", output, "--max-steps", str(steps))
        assert done.returncode == 0, done.stderr
        return {}
    result = output.with_suffix(".json")
    done = launch(Path(count_graphs.__file__ or ""), tree, output, result, str(steps))
    assert done.returncode == 0, done.stderr
    return json.loads(result.read_text())


def assert_same_training(left: Path, right: Path) -> None:
    """As `assert_same_run`, of trees that differ: the same losses, weights, states, generators."""
    assert records(left) == records(right)
    ours, theirs = last_checkpoint(left), last_checkpoint(right)
    names = {file.name for file in ours.iterdir()} - {"manifest.json"}
    assert {"model.safetensors", "optimizer.pt", "random_state-00000.pt"} <= names
    for name in names:
        assert (ours / name).read_bytes() == (theirs / name).read_bytes(), name


@pytest.mark.parametrize("case", CASES)
def test_the_same_run_in_a_few_graphs(
    builds: Builds, project: Path, launch: Launcher, tmp_path: Path, case: str
) -> None:
    """The backend runs each graph with the operations that it was traced from."""
    settings = {**UNEVEN, **CASES[case], "torch_compile_backend": "eager"}
    compiled = builds.written(project=project, **settings)
    report = run(launch, compiled, tmp_path / "compiled", 7, counted=True)
    run(launch, builds.written(project=project, **plain(settings)), tmp_path / "plain", 7)
    assert report["last eval batch"] > 0
    # training, evaluation and its last batch, and what gradient checkpointing asks beside
    assert 2 <= report["graphs"] <= 5
    assert report["breaks"] == {}
    assert_same_training(tmp_path / "compiled", tmp_path / "plain")
    # more of the same is compiled no more
    again = run(launch, compiled, tmp_path / "longer", 14, counted=True)
    assert again["graphs"] == report["graphs"]


@pytest.mark.nightly
@pytest.mark.parametrize("case", ["model, bf16", "layers, checkpointing"])
def test_with_torch_s_own_backend(
    builds: Builds, project: Path, launch: Launcher, tmp_path: Path, case: str
) -> None:
    """inductor fuses operations, and so rounds otherwise; it stops and goes on to the bit."""
    settings = {**UNEVEN, **CASES[case]}
    tree = builds.written(project=project, **settings)
    report = run(launch, tree, tmp_path / "compiled", 7, counted=True)
    assert report["breaks"] == {}
    run(launch, builds.written(project=project, **plain(settings)), tmp_path / "plain", 7)
    left, right = (records(tmp_path / name) for name in ("compiled", "plain"))
    for ours, theirs in zip(left, right, strict=True):
        for name in ours.keys() & {"loss", "eval_loss"}:
            assert abs(ours[name] - theirs[name]) < 0.02
    for steps in (3, 7):
        run(launch, tree, tmp_path / "parts", steps)
    assert_same_run(tmp_path / "compiled", tmp_path / "parts")


def test_names_of_weights_are_the_model_s(
    builds: Builds, project: Path, launch: Launcher, tmp_path: Path
) -> None:
    """So that a run may be compiled from some step on, or no more."""
    settings = {**UNEVEN, **CASES["layers"], "torch_compile_backend": "eager"}
    trees = [builds.written(project=project, **each) for each in (plain(settings), settings)]
    for name, order in (("first", (0, 1)), ("second", (1, 0))):
        for steps, which in zip((3, 7), order, strict=True):
            run(launch, trees[which], tmp_path / name, steps)
    run(launch, trees[0], tmp_path / "plain", 7)
    weights = [
        load_file(last_checkpoint(tmp_path / name) / "model.safetensors")
        for name in ("plain", "first", "second")
    ]
    for others in weights[1:]:
        assert others.keys() == weights[0].keys()
        assert all(torch.equal(others[name], tensor) for name, tensor in weights[0].items())
