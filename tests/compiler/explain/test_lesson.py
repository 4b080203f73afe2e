"""Which lessons there are, what is in them, and that a tree has those of its configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.lesson import explain, target_named
from fgc.compiler.explain.model_order import model_order
from fgc.compiler.explain.torch_parts import torch_parts
from fgc.targets.model.anatomy import anatomy
from tests.compiler.explain.lessons import COMPOSED, DEMO, experiment_at, lesson_text
from tests.tree.building import copy_project


@pytest.fixture(scope="module")
def demo() -> Experiment:
    return experiment_at(DEMO / "baseline.yaml")


def as_json(made: Experiment, target: str | None) -> dict[str, Any]:
    return json.loads(explain(made, target).json())


def test_every_target_has_a_lesson(experiment: Experiment) -> None:
    for entry in experiment.graph.roots:
        lesson = explain(experiment, str(entry.key))
        names = [section.name for section in lesson.sections]
        assert (names[0], names[-2:]) == ("about", ["knobs", "code"])
        assert json.loads(lesson.json())["target"] == entry.key


@pytest.mark.parametrize("target", [None, "model", "lr_scheduler", "train_data", "total_tokens"])
def test_a_tree_is_explained_as_its_configuration_is(
    experiment: Experiment, tree: Path, target: str | None
) -> None:
    assert lesson_text(experiment_at(tree), target) == lesson_text(experiment, target)
    assert as_json(experiment_at(tree), target) == as_json(experiment, target)


@pytest.mark.parametrize(
    ("target", "sections"),
    [
        (None, ["overview"]),
        ("model", ["about", "order", "parts", "modules", "knobs", "code"]),
        ("lr_scheduler", ["about", "arguments", "curve", "knobs", "code"]),
        ("optimizer", ["about", "arguments", "knobs", "code"]),
        ("total_tokens", ["about", "knobs", "code"]),
    ],
)
def test_the_shape_of_the_json(demo: Experiment, target: str | None, sections: list[str]) -> None:
    made = as_json(demo, target)
    assert list(made) == ["format", "config", "target", *sections]
    assert (made["format"], made["target"]) == ("fgc-explain-1", target)
    assert made["config"] == "project/configs/baseline.yaml"


def test_the_figures_of_the_json(demo: Experiment) -> None:
    model, schedule = as_json(demo, "model"), as_json(demo, "lr_scheduler")
    assert model["modules"]["children"][0]["name"] == "model"
    knobs = {knob["name"]: knob for knob in model["knobs"]["knobs"]}
    places = [given["place"]["file"] for given in knobs["hidden_size"]["chain"]]
    assert places == ["fgc.templates/models/llama.yaml", "project/configs/baseline.yaml"]
    assert schedule["curve"]["total_steps"] == 977
    assert max(schedule["curve"]["lr"]) == 0.0012
    assert schedule["arguments"]["added"] == ["optimizer"]


def test_the_code_may_be_left_out(demo: Experiment) -> None:
    names = [section.name for section in explain(demo, "optimizer", with_code=False).sections]
    assert names == ["about", "arguments", "knobs"]


def test_a_schedule_has_a_short_name(experiment: Experiment) -> None:
    assert target_named(experiment, "schedule") == "lr_scheduler"
    assert target_named(experiment, "lr_scheduler") == "lr_scheduler"
    assert target_named(experiment, "schedul") is None
    assert "Learning rate over" in lesson_text(experiment, "lr_scheduler")


def test_a_target_of_that_name_is_meant_first(tmp_path: Path) -> None:
    config = copy_project(tmp_path / "project") / "configs" / "own.yaml"
    lines = ["-- extends 'configs/baseline.yaml'", "[lr_scheduler]", "== super()", "schedule: 1"]
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    assert target_named(experiment_at(config), "schedule") == "schedule"


def test_a_schedule_that_cannot_be_followed(tmp_path: Path) -> None:
    config = copy_project(tmp_path / "project") / "configs" / "own.yaml"
    lines = [
        "-- extends 'configs/baseline.yaml'",
        "[lr_scheduler]",
        "lr_scheduler: !partial:torch.optim.lr_scheduler:ReduceLROnPlateau",
        "    factor: 0.5",
    ]
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    made = experiment_at(config)
    assert "How it goes is not known before a run:" in lesson_text(made, "lr_scheduler")
    assert list(as_json(made, "lr_scheduler")["curve"]) == ["unknown"]
    assert as_json(made, None)["overview"]["run"]["steps"] is None


def test_the_parts_of_torch_are_told_once(demo: Experiment) -> None:
    (model,) = demo.plan.models.values()
    module = anatomy(demo.plan, model, demo.emitted)
    assert torch_parts(module) == ("Embedding", "Linear")
    used = {part.class_name for part in model_order(demo, model, module).parts}
    assert {"Embedding", "Linear"} <= used


def test_what_is_linked_says_whose_knobs_these_are() -> None:
    text = lesson_text(experiment_at(COMPOSED / "baseline.yaml"), "model")
    assert "Of the project that `model_project` links:" in text
    assert "llama:12 4096 → wide:" in text
