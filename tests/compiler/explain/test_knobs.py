"""Who gave a knob which value is what the templates say, and no knob is told that does nothing."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from fgc.compiler.backend.sourcemap import Place
from fgc.compiler.explain.code import code
from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.knobs import KnobStory, knob_section
from fgc.compiler.frontend.scalars import parse_scalar
from fgc.compiler.ir.knobs import COMMAND_LINE
from tests.compiler.explain.lessons import DEMO, experiment_at
from tests.compiler.explain.reading import file_of, line_at
from tests.tree.building import Builds, what_counts

SET = re.compile(r"\s*--\s+set\s+ns\.(\w+)\s*=\s*(.*?)\s*")
LITERALS = {"None": "null", "none": "null", "True": "true", "False": "false"}


def stories(made: Experiment, target: str) -> dict[str, KnobStory]:
    return {story.name: story for story in knob_section(made, target).knobs}


def test_each_value_stands_where_it_is_said_to(experiment: Experiment) -> None:
    """The line sets that knob, and to that value where it is a literal."""
    read = 0
    for entry in experiment.written.roots:
        for story in knob_section(experiment, str(entry.key)).knobs:
            for given in story.chain:
                if not given.place.file.startswith("<"):
                    setting = SET.fullmatch(line_at(given.place))
                    if setting is not None:
                        assert setting[1] == story.name
                        read += is_literal(setting[2]) and equal(setting[2], given.value)
            assert story.value == story.chain[-1].value
    assert read > 50


def is_literal(text: str) -> bool:
    return (
        re.fullmatch(r"None|none|True|False|true|false|-?[\d._e+-]+|\"[^\"]*\"", text) is not None
    )


def equal(written: str, told: str) -> bool:
    """Jinja's literal and the YAML that is told are one value."""
    assert parse_scalar(LITERALS.get(written, written)) == parse_scalar(told), (written, told)
    return True


def test_the_chain_is_every_template_that_sets_it() -> None:
    """The demo's templates are read line by line, what others are based on first."""
    made = experiment_at(DEMO / "baseline.yaml")
    expected: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for name in reversed(made.chain):
        for number, line in enumerate(file_of(name).read_text("utf-8").splitlines(), 1):
            if (setting := SET.fullmatch(line)) is not None:
                expected[setting[1]].append((name, number))
    told = {
        story.name: [(given.place.file, given.place.line) for given in story.chain]
        for entry in made.written.roots
        for story in knob_section(made, str(entry.key)).knobs
    }
    assert len(told) > 60
    assert told == {name: expected[name] for name in told}


@pytest.mark.parametrize(
    ("target", "knob", "value"),
    [
        ("optimizer", "weight_decay", 0.3),
        ("optimizer", "lr", 1e-4),
        ("lr_scheduler", "min_lr_ratio", 0.2),
        ("lr_scheduler", "decay_shape", "cosine"),
        ("train_data", "batch_size", 3),
        ("model", "num_hidden_layers", 3),
        ("model", "mlp_bias", True),
        ("trainer", "max_grad_norm", 2.0),
    ],
)
def test_a_knob_is_told_of_what_it_changes(
    builds: Builds, target: str, knob: str, value: int | float | str
) -> None:
    """What a knob of the target decides is another tree; who pins it comes last in its chain."""
    before = experiment_at(DEMO / "baseline.yaml")
    after = experiment_at(DEMO / "baseline.yaml", **{knob: value})
    assert what_counts(builds.files()) != what_counts(builds.files(**{knob: value}))
    was, story = stories(before, target)[knob], stories(after, target)[knob]
    assert story.chain[:-1] == was.chain
    assert story.chain[-1].place.file == COMMAND_LINE
    assert parse_scalar(story.value) == value
    assert stories(after, target).keys() == stories(before, target).keys()


@pytest.mark.parametrize(
    ("target", "knob", "value"),
    [("optimizer", "hidden_size", 128), ("model", "lr", 0.1), ("train_data", "lr", 0.1)],
)
def test_no_knob_is_told_that_changes_nothing(target: str, knob: str, value: float) -> None:
    before = experiment_at(DEMO / "baseline.yaml")
    after = experiment_at(DEMO / "baseline.yaml", **{knob: value})
    assert code(before, target) == code(after, target)
    assert knob not in stories(before, target)


def test_it_says_what_the_comment_above_says() -> None:
    story = stories(experiment_at(DEMO / "baseline.yaml"), "model")["hidden_size"]
    assert story.about == "Width of what flows from layer to layer."
    _, last = story.chain
    assert last.place == Place("project/configs/baseline.yaml", last.place.line, last.place.column)
