"""The steps of the program are told in the order in which a run takes them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.program_order import program_order
from tests.compiler.explain.lessons import COMPOSED, DEMO, experiment_in
from tests.compiler.explain.reading import line_at
from tests.tree.building import SMALL, Builds

SHORT = ("seq_len", "batch_size", "total_tokens", "warmup_tokens", "decay_tokens")
RECORD = Path(__file__).with_name("record_run.py")


@pytest.mark.parametrize("config", [DEMO / "baseline.yaml", COMPOSED / "baseline.yaml"])
def test_it_is_the_order_of_a_run(builds: Builds, tmp_path: Path, config: Path) -> None:
    """All that the steps name is watched; what a run makes when, it makes then."""
    settings = {name: SMALL[name] for name in SHORT}
    tree = builds.written(config.stem, project=config.parents[1], **settings)
    steps = program_order(experiment_in(builds.build(config, **settings)), "model").steps
    told = [step.made_by for step in steps]
    output = str(tmp_path / "output")
    ran = subprocess.run(
        [sys.executable, str(RECORD), json.dumps(told), str(tree / "train.py"), output],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert len(told) > 10
    assert json.loads((tmp_path / "made.json").read_text(encoding="utf-8")) == told


def test_each_step_is_where_the_configuration_says_it(experiment: Experiment) -> None:
    steps = program_order(experiment, "model").steps
    assert [step.what for step in steps if step.what.startswith("train_data")]
    for step in steps:
        assert line_at(step.place).strip()


def test_the_lines_of_the_demo(builds: Builds) -> None:
    steps = program_order(experiment_in(builds.build(DEMO / "baseline.yaml")), "model").steps
    lines = {step.what: line_at(step.place).strip() for step in steps}
    assert lines["optimizer"] == "optimizer: &optimizer !partial:torch.optim:AdamW"
    assert lines["model"].startswith("model: &model !singleton:fgc.runtime.nn:ForCausalLM")
    assert lines["train_data.data"].startswith("data: !singleton:fgc.runtime.data.blocks")
