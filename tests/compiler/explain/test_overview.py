"""What the overview says of an experiment is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.overview import overview
from tests.compiler.explain.conftest import Recorded
from tests.compiler.explain.lessons import COMPOSED, DEMO, experiment_at


def test_the_parameters_are_those_of_the_model(experiment: Experiment, recorded: Recorded) -> None:
    (model,) = overview(experiment).models
    assert model.exact
    assert model.parameters == recorded.parameters
    assert ("", model.class_name) == recorded.order[0]


def test_the_files_of_the_data(experiment: Experiment, tree: Path) -> None:
    """Their sizes are those of the copies in the tree."""
    train, heldout = overview(experiment).data
    for data in (train, heldout):
        assert data.files
        for name, size in data.files.items():
            assert size == (tree / name).stat().st_size


def test_the_length_of_a_run_in_the_demo() -> None:
    run = overview(experiment_at(DEMO / "baseline.yaml", grad_accum=3)).run
    assert run.tokens_per_step == 4 * 256 * 3
    assert run.total_tokens == 1_000_000
    assert run.steps == -(-1_000_000 // (4 * 256 * 3))  # the last one goes beyond
    assert run.schedule == "warmup_stable_decay"


def test_a_knob_is_decided_against_what_it_was() -> None:
    told = overview(experiment_at(DEMO / "learning_rate.yaml")).decisions
    assert [(each.name, each.value, each.before) for each in told.knobs] == [
        ("lr", "0.0006", "0.0012")
    ]
    assert told.nodes == ()


def test_the_command_line_decides_too() -> None:
    told = overview(experiment_at(DEMO / "learning_rate.yaml", hidden_size=128)).decisions
    knobs = {each.name: (each.value, each.before) for each in told.knobs}
    assert knobs == {"lr": ("0.0006", "0.0012"), "hidden_size": ("128", "256")}


def test_a_node_that_is_written_anew() -> None:
    told = overview(experiment_at(DEMO / "post_norm.yaml")).decisions
    assert told.knobs == ()
    (layer,) = told.nodes
    assert layer.name == "layer_factory"
    assert layer.value.startswith("partial(PostNormLayer, attention=Attention, mlp=SwiGLU")
    assert layer.place.file == "project/configs/post_norm.yaml"


def test_what_is_taken_of_other_projects() -> None:
    told = overview(experiment_at(COMPOSED / "baseline.yaml")).decisions
    nodes = {each.name: each.value.partition("(")[0] for each in told.nodes}
    assert nodes["train_data"] == "ShuffledBatches"
    assert nodes["model"] == "ForCausalLM"


@pytest.mark.parametrize(("name", "known"), [("baseline", "llama"), ("post_norm", None)])
def test_what_transformers_knows_it_as(name: str, known: str | None) -> None:
    (model,) = overview(experiment_at(DEMO / f"{name}.yaml")).models
    assert model.architecture == known


def test_precision() -> None:
    told = overview(experiment_at(DEMO / "baseline.yaml", precision="bf16"))
    assert (told.dtype, told.autocast) == ("float32", "bf16")
    told = overview(experiment_at(DEMO / "baseline.yaml", dtype="bfloat16"))
    assert (told.dtype, told.autocast) == ("bfloat16", None)
