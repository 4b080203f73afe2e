"""Modules that only the ``system_path`` of a meta.yaml makes importable.

They are read where they lie, never imported, and vendored like any other module of the user.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from fgc.compiler.cli.main import cli
from fgc.compiler.pipeline import Request, run, sealed
from fgc.compiler.symbols.lookup import Symbols
from tests.tree.building import EXAMPLE

LIB = {
    "kit/__init__.py": "raise SystemExit('imported')\n",
    "kit/parts/rates.py": """\
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from kit.shapes import flat
from lone import half

from . import more


def falling(optimizer: Optimizer, *, steps: int) -> LambdaLR:
    return LambdaLR(optimizer, lambda step: flat(step) * half(step) + more.nothing(steps))
""",
    "kit/parts/more.py": "def nothing(steps: int) -> float:\n    return 0.0 * steps\n",
    "kit/shapes.py": "def flat(step: int) -> float:\n    return 1.0\n",
    "lone.py": "def half(step: int) -> float:\n    return 0.5\n",
}
CONFIG = """\
-- extends 'configs/baseline.yaml'
[lr_scheduler]
lr_scheduler: &lr_scheduler !partial:kit.parts.rates:falling {steps: 3}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A project whose schedule is a function of a package in its ``system_path``."""
    root = shutil.copytree(EXAMPLE, tmp_path / "project")
    meta = root / "meta.yaml"
    meta.write_text(meta.read_text() + "system_path: lib\n")
    config = root / "configs" / "own.yaml"
    config.write_text(CONFIG)
    for name, module in LIB.items():
        path = config.parents[1] / "lib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(module)
    return config


def test_they_are_vendored_with_all_that_they_import(config: Path) -> None:
    before = set(sys.modules)
    outcome = run(Request(config))
    assert not outcome.failed, outcome.diagnostics
    tree, lock = sealed(outcome.build)
    files = {path: file for path, file in tree.items() if path.startswith("user/")}
    assert "def falling(" in files["user/kit/parts/rates.py"].decode()
    assert {"user/kit/parts/more.py", "user/kit/shapes.py", "user/lone.py"} <= files.keys()
    assert any(name.endswith("lib/kit/shapes.py") for name in lock.inputs)
    assert not {name for name in set(sys.modules) - before if name.split(".")[0] in ("kit", "lone")}


def test_a_tree_is_built_again_from_itself(config: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        source = config.as_posix() if folder == "one" else (tmp_path / "one").as_posix()
        made = CliRunner().invoke(cli, ["build", source, "-o", (tmp_path / folder).as_posix()])
        assert made.exit_code == 0, made.output
        config.parents[1].joinpath("lib/lone.py").write_text("raise SystemExit\n")
    one, two = (
        {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
        for root in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two


def test_what_is_linked_has_folders_of_its_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        for file, text in {
            "meta.yaml": "system_path: src\n",
            "src/kit.py": f"def {name}(x: int) -> int:\n    return x\n",
            "configs/a.yaml": f"main: !call:kit:{name} {{x: 1}}\n"
            + ("other: !call:from_project {project_dir: ../two}\n" if name == "one" else ""),
        }.items():
            (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / file).write_text(text)
    result = CliRunner().invoke(cli, ["targets", (tmp_path / "one").as_posix()])
    assert "error[FGC020]: two projects have a module `kit`" in result.stderr
    assert "FGC023" not in result.stderr, "each finds its own"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("kit.parts.rates:fall", "`kit.parts.rates` has no name `fall`"),
        ("kit.shaps:flat", "there is no module `kit.shaps`"),
        ("loone:half", "there is no module `loone`"),
    ],
)
def test_mistakes(config: Path, spec: str, message: str) -> None:
    root = config.parents[1]
    mistake = Symbols(root, system_path=(root / "lib",)).lookup(spec).mistake
    assert mistake is not None
    assert message in mistake.message
    assert "similar" in (mistake.help or "")


def test_what_is_installed_comes_first(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("def dumps() -> None: ...\n")
    symbol = Symbols(tmp_path, system_path=(tmp_path,)).lookup("json:dumps").symbol
    assert symbol is not None
    assert symbol.origin == "third_party"


def test_they_are_imported_where_a_target_is_constructed(tmp_path: Path) -> None:
    for file, text in {
        "meta.yaml": "system_path: src\n",
        "src/counts/__init__.py": "from counts.inner import twice\n",
        "src/counts/inner.py": "def twice(x: int) -> int:\n    return 2 * x\n",
        "configs/a.yaml": "main: !call:counts:twice {x: 21}\n",
    }.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    before = list(sys.path)
    result = CliRunner().invoke(cli, ["construct", tmp_path.as_posix(), "--target", "main"])
    assert (result.exit_code, result.stdout) == (0, "42\n"), result.output
    assert sys.path == before
