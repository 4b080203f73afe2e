"""A run that stops and goes on is the run that never stopped, to the bit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.numpy import load_file

from fgc.compiler.ir.graph import Scalar
from tests.tree.building import BATCH_SIZE, SEQ_LEN, SMALL, STEP_TOKENS, STEPS, Builds
from tests.tree.launcher import Launcher
from tests.tree.runs import assert_same_run, last_checkpoint, records

DROPOUT: dict[str, Scalar] = {
    "attention_dropout": 0.1,
    "embedding_dropout": 0.1,
    "residual_dropout": 0.2,
}
SETTINGS: dict[str, dict[str, Scalar]] = {
    "baseline": {},
    "dropout": DROPOUT,
    "accumulation": {
        "grad_accum": 3,
        "total_tokens": 3 * STEPS * STEP_TOKENS,
        "schedule": "cosine",
    },
    "bf16": {"precision": "bf16", **DROPOUT},
    "fp16": {"precision": "fp16", "grad_accum": 2, "total_tokens": 2 * STEPS * STEP_TOKENS},
    "bf16 weights": {"dtype": "bfloat16", "gradient_checkpointing": True},
    "compiled": {
        "torch_compile": "layers",
        "torch_compile_backend": "aot_eager",
        "torch_compile_fullgraph": True,
        "precision": "bf16",
    },
    "a step of so many tokens": {
        "global_batch_tokens": 3 * STEP_TOKENS,
        "total_tokens": 3 * STEPS * STEP_TOKENS,
        "sdpa_backend": "math",
        "float32_matmul_precision": "high",
    },
    "unclipped": {"max_grad_norm": None, "eval_files": None, "save_steps": None},
}


@pytest.mark.parametrize("case", SETTINGS)
def test_stopping_changes_no_bit(
    builds: Builds, project: Path, launch: Launcher, tmp_path: Path, case: str
) -> None:
    tree = builds.written(project=project, **{**SMALL, **SETTINGS[case]})
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    done = launch(tree / "train.py", "--output-dir", whole)
    assert done.returncode == 0, done.stderr
    # at a step that logs, at one that neither logs nor saves, and to the end
    for stop in (["--max-steps", "5"], ["--max-steps", "16"], []):
        done = launch(tree / "train.py", "--output-dir", parts, *stop)
        assert done.returncode == 0, done.stderr
    assert "goes on from" in done.stdout
    assert_same_run(whole, parts)
    assert records(whole)[-1]["step"] == STEPS
    tokens = records(whole)[-1]["tokens"]
    _assert_an_epoch_ended_within_a_batch(whole, tokens // SEQ_LEN)


def test_another_seed_is_another_run(
    builds: Builds, project: Path, launch: Launcher, tmp_path: Path
) -> None:
    """The comparison above can fail."""
    outputs = []
    for settings in ({}, {"seed": 43}):
        tree = builds.written(project=project, **{**SMALL, **settings})
        outputs.append(tmp_path / str(len(outputs)))
        launch(tree / "train.py", "--output-dir", outputs[-1], "--max-steps", "5")
    with pytest.raises(AssertionError):
        assert_same_run(*outputs)
    weights = [load_file(last_checkpoint(output) / "model.safetensors") for output in outputs]
    assert weights[0].keys() == weights[1].keys()


def test_dropout_is_on(builds: Builds, project: Path, launch: Launcher, tmp_path: Path) -> None:
    plain, dropped = tmp_path / "plain", tmp_path / "dropped"
    for output, settings in ((plain, {}), (dropped, DROPOUT)):
        tree = builds.written(project=project, **{**SMALL, **settings})
        assert launch(tree / "train.py", "--output-dir", output, "--max-steps", "5").returncode == 0
    assert records(plain)[0]["loss"] != records(dropped)[0]["loss"]


def _assert_an_epoch_ended_within_a_batch(output: Path, samples: int) -> None:
    place = torch.load(last_checkpoint(output) / "train_data.pt", weights_only=True)
    assert place["epoch"] >= 1
    samples_in_epoch = (samples - place["index"]) // place["epoch"]
    assert samples_in_epoch % BATCH_SIZE != 0
