"""Emitted programs with callbacks: they look on, and what they hold goes through a checkpoint."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fgc.compiler.ir.graph import Scalar
from tests.tree.building import SMALL, STEPS, Builds
from tests.tree.launcher import Launcher
from tests.tree.runs import assert_same_run, records

SAMPLES: dict[str, Scalar] = {"sample_prompts": "In the beginning", "sample_tokens": 8}

PATIENT = '''
class Patient:
    """Ends a run whose held-out loss has been measured so often."""

    def __init__(self, evaluations: int):
        self.evaluations = evaluations
        self.losses: list[float] = []

    def on_evaluate(self, state, record):
        if "final" not in record:
            self.losses.append(record["eval_loss"])

    def should_training_stop(self, state):
        return len(self.losses) == self.evaluations

    def should_evaluate(self, state):
        return state.progress.step % 3 == 0

    def state_dict(self):
        return {"losses": self.losses}

    def load_state_dict(self, state):
        self.losses = state["losses"]
'''
CONFIG = """
-- extends 'configs/baseline.yaml'
[trainer_callbacks]
== super()
    patient: !singleton:patient.py:Patient [6]
"""


def samples(output: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (output / "samples.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("settings", [{}, {"sample_temperature": 0.9, "sample_steps": 4}])
def test_samples_change_no_bit(
    builds: Builds,
    project: Path,
    launch: Launcher,
    tmp_path: Path,
    settings: dict[str, Scalar],
) -> None:
    """Of a run with dropout, that is stopped and goes on."""
    dropout = {"attention_dropout": 0.1, "residual_dropout": 0.2}
    plain, whole, parts = (tmp_path / name for name in ("plain", "whole", "parts"))
    silent = builds.written(project=project, **{**SMALL, **dropout})
    assert launch(silent / "train.py", "--output-dir", plain).returncode == 0
    tree = builds.written(project=project, **{**SMALL, **dropout, **SAMPLES, **settings})
    done = launch(tree / "train.py", "--output-dir", whole)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "sample\n    In the beginning" in done.stdout
    for stop in (["--max-steps", "6"], []):
        assert launch(tree / "train.py", "--output-dir", parts, *stop).returncode == 0
    assert_same_run(whole, parts)
    assert samples(whole) == samples(parts)
    # checkpoints hold the same, but for the code that made them
    assert records(whole) == records(plain)
    for name in ("model.safetensors", "optimizer.pt", "random_state-00000.pt"):
        ours, theirs = (
            folder / f"checkpoints/step-{STEPS:08d}" / name for folder in (whole, plain)
        )
        assert ours.read_bytes() == theirs.read_bytes()


def test_a_users_callback_keeps_its_state(
    builds: Builds, project: Path, launch: Launcher, tmp_path: Path
) -> None:
    mine = tmp_path / "project"
    shutil.copytree(project, mine, symlinks=True)
    (mine / "patient.py").write_text(PATIENT)
    (mine / "configs" / "patient.yaml").write_text(CONFIG.lstrip())
    tree = builds.written("patient", project=mine, **{**SMALL, "eval_steps": None})
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    done = launch(tree / "train.py", "--output-dir", whole)
    assert done.returncode == 0, done.stderr
    for stop in (["--max-steps", "7"], ["--max-steps", "12"], [], []):
        done = launch(tree / "train.py", "--output-dir", parts, *stop)
        assert done.returncode == 0, done.stderr
    assert [r["step"] for r in records(whole) if "eval_loss" in r and "final" not in r] == [
        *range(3, 19, 3)
    ]
    assert_same_run(whole, parts)
    assert (whole / "checkpoints/step-00000018/callback-patient.pt").exists()
