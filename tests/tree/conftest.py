"""Trees, and environments to run them in, which the tests of a session share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tree.building import Builds, small_project
from tests.tree.environments import clean_environ, make_environment
from tests.tree.launcher import Launcher


@pytest.fixture(scope="session", autouse=True)
def compiler_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache folder that the tests share, in place of the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FGC_CACHE_DIR", str(tmp_path_factory.mktemp("fgc-cache")))
        yield


@pytest.fixture(scope="session")
def builds(compiler_cache: None, tmp_path_factory: pytest.TempPathFactory) -> Builds:
    return Builds(tmp_path_factory.mktemp("trees"))


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with a small corpus."""
    return small_project(tmp_path_factory.mktemp("small") / "project")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of processes that know nothing of this one."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def environ(home: Path) -> dict[str, str]:
    return clean_environ(home)


@pytest.fixture(scope="session")
def tree_python(builds: Builds, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python where exactly what the baseline's requirements.txt says is installed."""
    requirements = builds.files()["requirements.txt"].decode().splitlines()
    return make_environment(tmp_path_factory.mktemp("tree-environment"), requirements)


@pytest.fixture(scope="session")
def launch(
    tree_python: Path, environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Launcher]:
    """Runs programs in the environment of `tree_python`."""
    with Launcher(tree_python, environ, tmp_path_factory.mktemp("launcher")) as launcher:
        yield launcher
