"""The configurations of the examples: what they say, and in what they differ."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from fgc.compiler.cli.main import cli
from fgc.compiler.frontend.project import config_names, load_project
from fgc.compiler.passes.load import load
from fgc.compiler.passes.render import render
from fgc.compiler.pipeline import Request, run
from tests.example_configs import TOKENIZER, TRAINING, example_configs, example_name
from tests.templates.settings import changes, read

PROJECT = Path(__file__).parents[2] / "examples" / "tiny_llama"
CONFIGS = PROJECT / "configs"
BASELINE = CONFIGS / "baseline.yaml"
METADATA = ("meta.config_name", "meta.config_description")
EXPERIMENTS = {
    "anneal": {
        "from_checkpoint": True,
        "total_tokens": 200_000,
        "lr_scheduler": "fgc.runtime.schedule.linear:linear",
        "lr_scheduler.decay_shape": "gone",
        "warmup_tokens": None,
        "decay_tokens": "gone",
    },
    "learning_rate": {"lr": 6.0e-4},
    "num_layers": {"model.config.num_hidden_layers": 6},
    "post_norm": {"model.decoder.layer": "fgc.runtime.nn:PostNormLayer"},
}


def test_the_project_lists_them() -> None:
    names = config_names(load_project(PROJECT))
    expected = ("baseline", *EXPERIMENTS, "tokenizer")
    assert list(names) == sorted(f"{name}.yaml" for name in expected)
    assert load(PROJECT).path == BASELINE


@pytest.mark.parametrize(
    "config", [*example_configs(TRAINING), *example_configs(TOKENIZER)], ids=example_name
)
def test_nothing_is_found_wrong(config: Path) -> None:
    outcome = run(Request(config), until="fold")
    assert outcome.diagnostics == ()
    assert list(outcome.seconds)[-1] == "fold"


@pytest.mark.parametrize("config", example_configs(), ids=example_name)
def test_a_configuration_says_what_it_is(config: Path) -> None:
    settings = read(config)
    assert all(settings[f"meta.{key}"] for key in ("config_class", "config_name"))
    assert settings["meta.config_description"]


@pytest.mark.parametrize("config", example_configs(TOKENIZER), ids=example_name)
def test_a_tokenizer_is_what_its_configuration_gives(config: Path) -> None:
    """To the byte, both files of it."""
    result = CliRunner().invoke(cli, ["tokenizer", "build", str(config), "--check"])
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize(("name", "decision"), EXPERIMENTS.items())
def test_an_experiment_changes_one_thing(name: str, decision: dict[str, object]) -> None:
    baseline, experiment = read(BASELINE), read(CONFIGS / f"{name}.yaml")
    changed = changes(baseline, experiment)
    described = [changed.pop(key, None) for key in METADATA]
    assert changed == decision
    assert all(described), "an experiment has a name and a description of its own"


def test_the_learning_rate_is_one_line() -> None:
    """Of what is rendered, names and descriptions aside."""
    before, after = (rendered_lines(name) for name in ("baseline", "learning_rate"))
    differing = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert differing == [("lr: &lr 0.0012", "lr: &lr 0.0006")]


def rendered_lines(name: str) -> list[str]:
    text = render(load(CONFIGS / f"{name}.yaml")).text
    return [line for line in text.split("\n") if line and "config_" not in line]
