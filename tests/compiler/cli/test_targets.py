"""``fgc targets``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fgc.compiler.frontend.folders import shipped_templates
from tests.compiler.cli.real import DEMO, fgc, written


@pytest.fixture(autouse=True)
def small_pipeline() -> None:
    """The real passes run here."""


def test_the_demo() -> None:
    result = fgc("targets", DEMO)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = {line.split()[1]: line for line in result.stdout.splitlines() if line.startswith("*  ")}
    assert re.search(r"singleton +class ForCausalLM +A language model: a decoder", lines["model"])
    assert re.search(r"class AdamW +lm_training_project\.yaml:\d+$", lines["optimizer"])
    assert {"train_data", "lr", "trainer", "meta"} <= lines.keys()
    assert "   grad_accum " in result.stdout


def test_json_of_the_demo() -> None:
    made = json.loads(fgc("targets", DEMO, "--format", "json").stdout)
    template = (shipped_templates() / "models" / "llama.yaml").read_text(encoding="utf-8")
    line = template[: template.index("\nmodel: &model !")].count("\n") + 2
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
