"""``fgc explain``."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compiler.cli.real import DEMO, ROOT, fgc, written

HEAVY = {"numpy", "safetensors", "tokenizers", "torch", "transformers"}


@pytest.fixture(autouse=True)
def small_pipeline() -> None:
    """The real passes run here."""


def test_the_demo() -> None:
    result = fgc("explain", DEMO)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Tiny Llama\n")
    assert "4,999,424 parameters" in result.stdout
    assert "977 steps of 1,024 tokens" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize("project", ["tiny_llama", "composed/training"])
def test_schedule_draws_the_curve(project: str) -> None:
    result = fgc("explain", ROOT / "examples" / project, "--target", "schedule")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("lr_scheduler: warmup_stable_decay\n")
    assert "  0.0012 ┤" in result.stdout


def test_a_project_and_a_name() -> None:
    by_name = fgc("explain", "-p", DEMO, "-t", "learning_rate")
    assert by_name.stdout == fgc("explain", DEMO / "configs" / "learning_rate.yaml").stdout
    assert by_name.stdout.startswith("Tiny Llama, learning rate\n")


def test_the_project_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = fgc("explain", DEMO).stdout
    monkeypatch.chdir(DEMO / "configs")
    assert fgc("explain").stdout == expected


def test_json() -> None:
    result = fgc("explain", DEMO, "--target", "optimizer", "--format", "json", "--no-code")
    made = json.loads(result.stdout)
    assert made["target"] == "optimizer"
    assert "code" not in made
    names = [argument["name"] for argument in made["arguments"]["given"]]
    assert names == ["lr", "betas", "weight_decay"]


def test_a_pinned_knob_is_the_command_lines() -> None:
    result = fgc("explain", DEMO, "--set", "lr=3e-4", "--target", "optimizer")
    knobs = result.stdout.partition("\nKnobs\n")[2]
    assert re.search(r"(?m)^  lr +0\.0003  lm:\d+ 0\.0003 → baseline:\d+ 0\.0012 → --set$", knobs)


def test_a_target_that_is_not_there() -> None:
    result = fgc("explain", DEMO, "--target", "optimiser")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[FGC040]: the configuration has no target `optimiser`" in result.stderr
    assert "a target with a similar name exists: `optimizer`" in result.stderr


def test_a_configuration_that_is_wrong(tmp_path: Path) -> None:
    result = fgc("explain", written(tmp_path, {"a.yaml": "a: !call:lne [1]"}) / "a.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[FGC023]" in result.stderr


def test_a_configuration_that_is_no_experiment() -> None:
    result = fgc("explain", DEMO / "configs" / "tokenizer.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[FGC040]: `train.py` needs a top-level `seed`" in result.stderr


@pytest.mark.parametrize("target", [(), ("--target", "model"), ("--target", "schedule")])
def test_nothing_heavy_is_imported(target: tuple[str, ...], tmp_path: Path) -> None:
    """With nothing in the cache, too."""
    program = (
        "import sys\n"
        f"sys.argv = {['fgc', 'explain', str(DEMO), *target]!r}\n"
        "from fgc.compiler.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={"FGC_CACHE_DIR": str(tmp_path), "PATH": "", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(ran.stderr.split())
    assert "fgc" in loaded
    assert not HEAVY & loaded
