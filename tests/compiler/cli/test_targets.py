"""``fgc targets``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.compiler.cli.real import DEMO, ROOT, fgc, written


@pytest.fixture(autouse=True)
def small_pipeline() -> None:
    """The real passes run here."""


OPTIMIZER = "optimizer: &optimizer !partial:torch.optim:AdamW"
MODEL = "model: &model !singleton:fgc.runtime.nn:ForCausalLM@model"


def line_of(text: str, template: str = "projects/lm_training_project.yaml") -> int:
    """The line of a template that says ``text``."""
    lines = (ROOT / "templates" / template).read_text(encoding="utf-8").splitlines()
    return lines.index(text) + 1


def test_the_demo() -> None:
    result = fgc("targets", DEMO)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = {line.split()[1]: line for line in result.stdout.splitlines() if line.startswith("*  ")}
    about = "A language model: a decoder, and a head that predicts the next token."
    assert lines["model"].endswith(f" {about}")
    place = rf"partial +class AdamW +lm_training_project\.yaml:{line_of(OPTIMIZER)}$"
    assert re.search(place, lines["optimizer"])
    assert {"train_data", "lr", "trainer", "meta"} <= lines.keys()
    assert "   grad_accum " in result.stdout


def test_json_of_the_demo() -> None:
    made = json.loads(fgc("targets", DEMO, "--format", "json").stdout)
    line = line_of(MODEL, "models/llama.yaml")
    place = {"file": "fgc.templates/models/llama.yaml", "line": line, "column": 15}
    (model,) = (target for target in made if target["name"] == "model")
    assert model["place"] == place


def test_one_that_is_wrong_does_not_hide_the_others(tmp_path: Path) -> None:
    config = written(tmp_path, {"a.yaml": "a: !call:lne [1]\nb: !call:len [[1]]"}) / "a.yaml"
    result = fgc("targets", config)
    assert result.exit_code == 1
    assert "error[FGC023]: there is no builtin named `lne`" in result.stderr
    assert "a       singleton  lne" in result.stdout
    assert "b       singleton  builtin len" in result.stdout


def test_a_configuration_that_is_no_yaml(tmp_path: Path) -> None:
    result = fgc("targets", written(tmp_path, {"a.yaml": "a: [1"}) / "a.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error[FGC010]")
