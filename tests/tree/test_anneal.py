"""A stable run's checkpoint is annealed by a program of its own, built from a configuration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from fgc.compiler.ir.graph import Scalar
from tests.tree.building import SMALL, STEP_TOKENS, Builds
from tests.tree.launcher import Launcher
from tests.tree.runs import assert_same_run, last_checkpoint, records

LR = 1.2e-3
LENGTH = 8
STABLE: dict[str, Scalar] = {**SMALL, "schedule": "constant", "logging_steps": 1, "save_steps": 6}
ANNEAL: dict[str, Scalar] = {
    **SMALL,
    "total_tokens": LENGTH * STEP_TOKENS,
    "warmup_tokens": None,
    "logging_steps": 1,
    "save_steps": 3,
    "save_total_limit": None,
}


@pytest.fixture(scope="module")
def stable(
    builds: Builds, project: Path, launch: Launcher, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What a run of 12 steps at one rate leaves, with checkpoints at 6 and 12."""
    output = tmp_path_factory.mktemp("stable")
    tree = builds.written(project=project, **STABLE)
    done = launch(tree / "train.py", "--output-dir", output, "--max-steps", "12")
    assert done.returncode == 0, done.stderr
    return output


def rates(output: Path) -> dict[int, float]:
    return {r["step"]: r["learning_rate"] for r in records(output) if "learning_rate" in r}


@pytest.mark.parametrize("step", [6, 12])
def test_decays_from_the_checkpoint_to_the_bit(
    builds: Builds, project: Path, launch: Launcher, stable: Path, tmp_path: Path, step: int
) -> None:
    tree = builds.written("anneal", project=project, **ANNEAL)
    checkpoint = stable / "checkpoints" / f"step-{step:08d}"
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    done = launch(tree / "train.py", "--resume", checkpoint, "--output-dir", whole)
    assert done.returncode == 0, done.stderr
    assert f"goes on from {checkpoint}" in done.stdout
    assert "changed" not in done.stdout, "the learning rate of the first step is that of before"
    assert f"budget      {LENGTH} steps of {STEP_TOKENS} tokens" in done.stdout
    expected = {step + 1 + n: LR * (1 - 0.9 * n / LENGTH) for n in range(LENGTH)}
    assert rates(whole) == pytest.approx(expected, rel=1e-15)
    assert rates(stable)[step] == rates(whole)[step + 1] == LR
    assert records(whole)[-1]["tokens"] == (step + LENGTH) * STEP_TOKENS

    # stopped twice, it goes on where its decay is, from its own checkpoints
    stops = (["--resume", checkpoint, "--max-steps", step + 2], ["--max-steps", step + 5], [])
    for stop in stops:
        done = launch(tree / "train.py", "--output-dir", parts, *map(str, stop))
        assert done.returncode == 0, done.stderr
    assert_same_run(whole, parts)
    assert torch.load(last_checkpoint(parts) / "lr_scheduler.pt")["last_epoch"] == LENGTH


def test_needs_a_checkpoint(
    builds: Builds, project: Path, launch: Launcher, tmp_path: Path
) -> None:
    tree = builds.written("anneal", project=project, **ANNEAL)
    done = launch(tree / "train.py", "--output-dir", tmp_path / "output")
    assert done.returncode == 1
    assert done.stderr == "error: this run begins at a checkpoint, which --resume PATH names\n"


@pytest.mark.parametrize("shape", ["sqrt", "cosine"])
def test_the_same_run_as_one_whose_length_was_known(
    builds: Builds, project: Path, launch: Launcher, stable: Path, tmp_path: Path, shape: str
) -> None:
    """Another way: a WSD run of that length, which has its first steps from the stable one."""
    known = builds.written(
        project=project,
        **{
            **STABLE,
            "schedule": "wsd",
            "decay_shape": shape,
            "total_tokens": (12 + LENGTH) * STEP_TOKENS,
            "decay_tokens": LENGTH * STEP_TOKENS,
        },
    )
    settings = {"schedule": "wsd", "decay_shape": shape, "decay_tokens": LENGTH * STEP_TOKENS}
    branch = builds.written("anneal", project=project, **{**ANNEAL, **settings})
    checkpoint = stable / "checkpoints" / "step-00000012"
    outputs = tmp_path / "known", tmp_path / "branch"
    for tree, output in zip((known, branch), outputs, strict=True):
        done = launch(tree / "train.py", "--resume", checkpoint, "--output-dir", output)
        assert done.returncode == 0, done.stderr
    ours, theirs = (rates(output) for output in outputs)
    assert ours == pytest.approx(theirs, rel=1e-12)
    assert list(ours) == list(range(13, 13 + LENGTH))


def test_a_rebuild_with_other_options_goes_on_with_them(
    builds: Builds, project: Path, launch: Launcher, tmp_path: Path
) -> None:
    output = tmp_path / "output"
    before = builds.written(project=project, **STABLE)
    after = builds.written(
        project=project,
        **{**STABLE, "lr": 3.0e-4, "weight_decay": 0.3, "no_decay": "norm", "warmup_tokens": None},
    )
    done = launch(before / "train.py", "--output-dir", output, "--max-steps", "8")
    assert done.returncode == 0, done.stderr
    done = launch(after / "train.py", "--output-dir", output, "--max-steps", "10")
    assert done.returncode == 0, done.stderr
    (said,) = re.findall(r"^changed     (.*)$", done.stdout, re.MULTILINE)
    assert said == (
        "lr 0.0012 -> 0.0003, weight_decay 0.1 -> 0.3 (16 tensors), "
        "weight_decay 0.1 -> 0 (5 tensors)"
    )
    assert "another version of this code" in done.stderr
    assert [rates(output)[step] for step in (8, 9, 10)] == [LR, 3.0e-4, 3.0e-4]
    groups = torch.load(last_checkpoint(output) / "optimizer.pt")["param_groups"]
    assert [(group["lr"], group["weight_decay"]) for group in groups] == [(3e-4, 0.3), (3e-4, 0.0)]
