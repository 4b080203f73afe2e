"""What the benchmark makes of its measurements, and that it runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.bench import build_time, first_step, speed
from tests.bench.build_time import Timing
from tests.bench.speed import Measurement
from tests.tree.building import ROOT


def test_ratios_are_taken_within_a_round() -> None:
    speeds = {"bare loop": [100.0, 50.0, 200.0], "other": [99.0, 51.0, 190.0]}
    cpu_speeds = {"bare loop": [100.0, 100.0, 100.0], "other": [98.0, 99.0, 100.0]}
    measured = Measurement(2, speeds, cpu_speeds)
    assert speed.ratios(speeds, "other") == [0.99, 1.02, 0.95]
    assert speed.table(measured, "training").splitlines() == [
        "training, 2 threads",
        "                            tokens/s    ratio   lowest  highest     CPU time",
        "  bare loop                      100",
        "  other                           99    0.990    0.950    1.020        0.990",
    ]


def test_shares_are_of_the_whole_command() -> None:
    timings = {
        "first": [Timing(2.0, {"load": 0.5, "emit": 1.0})],
        "no change": [Timing(0.5, {"load": 0.25})],
    }
    assert build_time.table(timings).splitlines() == [
        "fgc build of the example, median of 1",
        "                     first   no change",
        "  seconds             2.00        0.50",
        "  start                25%         50%",
        "  load                 25%         50%",
        "  emit                 50%          0%",
    ]


def test_starts_are_compared_within_a_round() -> None:
    seconds = {"text encoded": {"hand-written script": [2.0, 4.0], "generated program": [3.0, 5.0]}}
    assert first_step.table(seconds).splitlines() == [
        "from the command to the first step, median of 2",
        "                             seconds    ratio   lowest  highest",
        "  text encoded",
        "    hand-written script         3.00",
        "    generated program           4.00    1.375    1.250    1.500",
    ]


def test_a_start_ends_with_the_first_step() -> None:
    program = "import time; print('step 1/9', flush=True); time.sleep(60)"
    assert first_step.until_first_step([sys.executable, "-c", program]) < 30
    with pytest.raises(RuntimeError, match="no step was taken"):
        first_step.until_first_step([sys.executable, "-c", "print('step')"])


@pytest.mark.nightly
def test_runs() -> None:
    command = [sys.executable, "-m", "tests.bench", "--quick", "--batch-sizes", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for row in (
        "generated loop",
        "transformers' Trainer",
        "generated program",
        "no change",
        "specialise",
    ):
        assert f"  {row}" in done.stdout
