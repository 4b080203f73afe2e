"""The trees of the examples, and what torch and Python make of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from fgc.compiler.explain.experiment import Experiment
from tests.compiler.explain.lessons import CONFIGS, experiment_in
from tests.tree.building import Builds

RECORD = Path(__file__).with_name("record_models.py")


@dataclass(frozen=True)
class Recorded:
    """A model as its tree makes it: its parameters, and each part's name and class, in the order
    in which their constructors begin."""

    parameters: int
    order: list[tuple[str, str]]


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    return Builds(tmp_path_factory.mktemp("trees"))


@pytest.fixture(params=CONFIGS, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def config(request: pytest.FixtureRequest) -> Path:
    """Each configuration of the examples that trains a model."""
    return request.param


@pytest.fixture
def experiment(config: Path, builds: Builds) -> Experiment:
    return experiment_in(builds.build(config))


@pytest.fixture
def tree(config: Path, builds: Builds) -> Path:
    """The folder that is built from ``config``."""
    return builds.written(config.stem, project=config.parents[1])


@pytest.fixture(scope="session")
def all_recorded(builds: Builds) -> Mapping[Path, Recorded]:
    """The models of all configurations, made by one process."""
    trees = [builds.written(config.stem, project=config.parents[1]) for config in CONFIGS]
    ran = subprocess.run(
        [sys.executable, str(RECORD), *map(str, trees)], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    found = [
        Recorded(made["parameters"], [(name, kind) for name, kind in made["order"]])
        for made in json.loads(ran.stdout)
    ]
    return dict(zip(CONFIGS, found, strict=True))


@pytest.fixture
def recorded(config: Path, all_recorded: Mapping[Path, Recorded]) -> Recorded:
    return all_recorded[config]
