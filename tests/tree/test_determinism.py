"""The same configuration gives the same bytes, wherever and beside whatever it is built."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tree.building import EXAMPLE, ROOT, Builds, Files, copy_project, read_tree
from tests.tree.environments import make_environment, run_python

HEAVY = (
    "accelerate",
    "datasets",
    "fgc.runtime",
    "numpy",
    "safetensors",
    "tokenizers",
    "torch",
    "transformers",
)

# The command, and a complaint where it has imported what a build must not need.
FGC = f"""
import sys
from fgc.compiler.cli.main import main
try:
    main()
finally:
    found = sorted(name for name in {HEAVY} if name in sys.modules)
    if found:
        sys.exit(f"imported {{found}}")
"""


@dataclass(frozen=True)
class Surroundings:
    """Where and beside what a build runs. The first to name a ``cache`` fills it."""

    environ: dict[str, str]
    torch: bool
    cache: str
    folder: str = "elsewhere"


# In this order: what one leaves in a cache, the next finds.
SURROUNDINGS = {
    "cold cache, no torch, no hash seed": Surroundings(
        {"PYTHONHASHSEED": "0", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}, False, "first"
    ),
    "a cache made without torch": Surroundings(
        {"PYTHONHASHSEED": "1", "TZ": "America/St_Johns", "LC_ALL": "C.UTF-8"}, True, "first"
    ),
    "cold cache, torch, ASCII": Surroundings(
        {
            "PYTHONHASHSEED": "random",
            "PYTHONCOERCECLOCALE": "0",
            "PYTHONUTF8": "0",
            "LC_ALL": "POSIX",
            "LANG": "tr_TR.UTF-8",
        },
        True,
        "second",
        "an odd folder, é",
    ),
    "a cache made with torch": Surroundings(
        {"PYTHONHASHSEED": "random", "TZ": "Asia/Kathmandu", "PYTHONUTF8": "1"}, False, "second"
    ),
}


@pytest.fixture(scope="module")
def compiler_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the compiler and what it requires: no torch, no numpy."""
    requirements = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    folder = tmp_path_factory.mktemp("compiler-environment")
    return make_environment(folder, ["fgc", *requirements])


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("caches")


@pytest.fixture(scope="module")
def expected(builds: Builds) -> Files:
    """The baseline, built in this process."""
    return read_tree(builds.written())


def fgc(python: Path, config: Path, out: Path, *, cwd: Path, environ: dict[str, str]) -> None:
    arguments = ["-c", FGC, "build", str(config), "-o", str(out)]
    done = run_python(python, *arguments, environ=environ, cwd=cwd)
    assert done.returncode == 0, done.stderr + done.stdout


def test_the_environment_is_without_torch(
    compiler_python: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    for name in ("torch", "transformers", "numpy"):
        program = f"import importlib.util, sys; sys.exit(bool(importlib.util.find_spec({name!r})))"
        found = run_python(compiler_python, "-c", program, environ=environ, cwd=tmp_path)
        assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_surroundings_do_not_matter(
    name: str,
    expected: Files,
    compiler_python: Path,
    caches: Path,
    environ: dict[str, str],
    tmp_path: Path,
) -> None:
    surroundings = SURROUNDINGS[name]
    folder = tmp_path / surroundings.folder
    project = copy_project(folder / "project")
    fgc(
        Path(sys.executable) if surroundings.torch else compiler_python,
        project / "configs" / "baseline.yaml",
        folder / "built",
        cwd=folder,
        environ={**environ, "FGC_CACHE_DIR": str(caches / surroundings.cache)}
        | surroundings.environ,
    )
    assert_same(read_tree(folder / "built"), expected)


@pytest.mark.parametrize("experiment", ["learning_rate", "num_layers", "post_norm"])
def test_experiments_are_the_same_from_the_command(
    builds: Builds,
    compiler_python: Path,
    caches: Path,
    environ: dict[str, str],
    tmp_path: Path,
    experiment: str,
) -> None:
    """From the project's own folder, by a relative path, with the cache of another."""
    environ = {**environ, "FGC_CACHE_DIR": str(caches / "first"), "PYTHONHASHSEED": "7"}
    config = Path("configs") / f"{experiment}.yaml"
    fgc(compiler_python, config, tmp_path / "built", cwd=EXAMPLE, environ=environ)
    assert_same(read_tree(tmp_path / "built"), read_tree(builds.written(experiment)))


def test_a_rebuild_changes_nothing(builds: Builds, environ: dict[str, str], tmp_path: Path) -> None:
    environ = {**environ, "FGC_CACHE_DIR": str(tmp_path / "cache")}
    config = EXAMPLE / "configs" / "baseline.yaml"
    fgc(Path(sys.executable), config, tmp_path / "built", cwd=tmp_path, environ=environ)
    before = {path: path.stat().st_mtime_ns for path in _files(tmp_path / "built")}
    fgc(Path(sys.executable), config, tmp_path / "built", cwd=tmp_path, environ=environ)
    assert before == {path: path.stat().st_mtime_ns for path in _files(tmp_path / "built")}
    assert_same(read_tree(tmp_path / "built"), read_tree(builds.written()))


def test_nothing_names_this_machine(builds: Builds, tmp_path: Path) -> None:
    import platform

    for path, content in read_tree(builds.written()).items():
        if not path.startswith(("data/", ".fgc/base/model/tok", "model/tok")):
            for secret in (str(ROOT), str(Path.home()), str(tmp_path.parent), platform.node()):
                assert secret.encode() not in content, f"{path} names {secret}"


def assert_same(left: Files, right: Files) -> None:
    assert left.keys() == right.keys()
    assert [path for path, content in left.items() if right[path] != content] == []


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]
