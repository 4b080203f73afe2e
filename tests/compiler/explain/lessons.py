"""Lessons for tests."""

from __future__ import annotations

from pathlib import Path

from fgc.compiler.explain.experiment import Experiment, experiment
from fgc.compiler.explain.keys import Keys
from fgc.compiler.explain.lesson import explain
from fgc.compiler.explain.page import Page
from fgc.compiler.ir.graph import Scalar
from fgc.compiler.pipeline import Build, Request, run
from tests.example_configs import TRAINING, example_configs

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "examples" / "tiny_llama" / "configs"
COMPOSED = ROOT / "examples" / "composed" / "training" / "configs"
CONFIGS = example_configs(TRAINING)


def experiment_at(config: Path, **settings: Scalar) -> Experiment:
    """What a configuration is explained from; one that is wrong in anything fails."""
    outcome = run(Request(config, overrides=settings), until="emit")
    assert not outcome.failed, outcome.diagnostics
    return experiment_in(outcome.build)


def experiment_in(build: Build) -> Experiment:
    """What a build is explained from."""
    made = experiment(build)
    assert made is not None
    return made


def lesson_text(
    made: Experiment, target: str | None, *, width: int | None = None, color: bool = False
) -> str:
    """The lesson as somebody reads it, in a file where ``width`` is None."""
    page = Page(Keys((*made.chain, *made.linked)), width, color)
    return explain(made, target).text(page)
