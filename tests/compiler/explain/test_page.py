"""Lessons fit where they are read."""

from __future__ import annotations

import re

import pytest

from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.keys import Keys
from fgc.compiler.explain.page import Page
from tests.compiler.explain.lessons import COMPOSED, DEMO, experiment_at, lesson_text

ESCAPE = re.compile(r"\x1b\[\d+m")
TARGETS = (None, "model", "lr_scheduler", "optimizer", "train_data", "trainer")


@pytest.fixture(scope="module", params=[DEMO / "post_norm.yaml", COMPOSED / "baseline.yaml"])
def made(request: pytest.FixtureRequest) -> Experiment:
    return experiment_at(request.param)


@pytest.mark.parametrize("width", [80, 100, 160])
def test_no_line_is_longer_than_the_terminal(made: Experiment, width: int) -> None:
    for target in TARGETS:
        for line in lesson_text(made, target, width=width).splitlines():
            assert len(line) <= width, line


@pytest.mark.parametrize("target", TARGETS)
def test_colours_change_no_letter(made: Experiment, target: str | None) -> None:
    plain = lesson_text(made, target, width=100)
    coloured = lesson_text(made, target, width=100, color=True)
    assert "\x1b" not in plain
    assert ESCAPE.search(coloured)
    assert unpainted(coloured) == unpainted(plain)


def unpainted(text: str) -> list[str]:
    return [ESCAPE.sub("", line).rstrip() for line in text.splitlines()]


def test_code_is_whole_in_a_file(made: Experiment) -> None:
    text = lesson_text(made, "model")
    for line in made.emitted.python[made.modeling(*made.plan.models.values())].splitlines():
        assert line in text


def test_nothing_ends_in_blanks(made: Experiment) -> None:
    for target in TARGETS:
        assert not re.search(r"(?m)[ \t]+$", lesson_text(made, target))


def test_a_table_gives_way_where_it_is_told() -> None:
    page = Page(Keys([]), width=24)
    rows = [("1", "a name that is long", "end")]
    assert list(page.table(rows, gives=1)) == ["  1  a name that i…  end"]


def test_facts_are_wrapped_beside_their_names() -> None:
    page = Page(Keys([]), width=30)
    rows = [("one", "words that go on to the next line"), ("none", "")]
    assert list(page.facts(rows)) == ["  one  words that go on to the", "       next line"]
