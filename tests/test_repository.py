"""What holds for the repository as a whole and that no other checker sees."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fgc.compiler.diagnostics.codes import CODES

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("compiler", "runtime", "targets", "templates")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, SETUPTOOLS = PYPROJECT["project"], PYPROJECT["tool"]["setuptools"]
NOT_DATA = re.compile(r"\.pyc?$|/ruff\.toml$|/\.[^/]+(/|$)")

# A finder that stands before all others, in a process that then imports the whole compiler.
IMPORT_ALL = """
import importlib, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked} or name.startswith("fgc.runtime"):
            raise ImportError(f"{{name}} is imported")

sys.meta_path.insert(0, Blocked())
for name in {modules}:
    importlib.import_module(name)
"""
BLOCKED = (
    "torch",
    "transformers",
    "numpy",
    "safetensors",
    "tokenizers",
    "accelerate",
    "matplotlib",
)


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def requirements(*extras: str) -> dict[str, Requirement]:
    lines = [*PROJECT["dependencies"]]
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    parsed = map(Requirement, lines)
    return {canonicalize_name(r.name): r for r in parsed if r.name != "fgc"}


def constraints() -> dict[str, Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    parsed = [Requirement(line) for line in lines if not line.startswith("#")]
    return {canonicalize_name(requirement.name): requirement for requirement in parsed}


def test_the_compiler_and_the_targets_import_where_torch_cannot() -> None:
    modules = [
        ".".join(("fgc", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        for path in sources("compiler", "targets")
        if path.stem != "skeleton"  # source that is read, never imported
    ]
    program = IMPORT_ALL.format(blocked=set(BLOCKED), modules=modules)
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_every_folder_with_code_is_a_package() -> None:
    missing = {path.parent for path in sources(*PACKAGES)} - {
        path.parent for path in sources(*PACKAGES) if path.name == "__init__.py"
    }
    assert not missing, "the wheel would lack them"


def test_every_data_file_is_in_the_wheel() -> None:
    packed = {
        path
        for package, patterns in SETUPTOOLS["package-data"].items()
        for pattern in patterns
        for path in (ROOT / package.removeprefix("fgc.").replace(".", "/")).glob(pattern)
    }
    for folder in (*PACKAGES, "docs/errors"):
        present = (path for path in (ROOT / folder).rglob("*") if path.is_file())
        data = {path for path in present if not NOT_DATA.search(f"/{path.relative_to(ROOT)}")}
        assert data <= packed, "package-data in pyproject.toml lacks a pattern"


def test_every_code_that_is_used_is_in_the_table() -> None:
    used = {
        code
        for path in sources("compiler", "targets")
        for code in re.findall(r"\bFGC\d{3}\b", path.read_text(encoding="utf-8"))
    }
    assert used
    assert used <= CODES.keys()


@pytest.mark.parametrize("folder", [*PACKAGES, "tests"])
def test_nothing_is_left_to_do_and_no_machine_is_named(folder: str) -> None:
    marker = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|(?<![\w.])/(work|root|Users)/")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources(folder)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marker.search(line)
    ]
    assert not found


def test_constraints_pin_each_direct_dependency_within_its_bounds() -> None:
    pinned = constraints()
    for name, requirement in requirements("train", "dev").items():
        (pin,) = pinned[name].specifier
        assert pin.operator == "=="
        assert requirement.specifier.contains(pin.version), f"{requirement} against {pin}"


def test_the_base_install_has_no_torch_and_users_get_no_upper_bound_on_it() -> None:
    assert not requirements().keys() & set(BLOCKED)
    torch = requirements("train")["torch"]
    assert {bound.operator for bound in torch.specifier} == {">="}


def test_continuous_integration_is_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    commands = [line for line in script.read_text(encoding="utf-8").splitlines() if line]
    assert commands[-1] == "make test"
    assert sum(line.startswith("make") for line in commands) == 1


def test_make_test_runs_every_checker() -> None:
    plan = subprocess.run(
        ["make", "--dry-run", "--always-make", "test"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for checker in ("ruff check", "black --check", "-m pyright", "lint-imports", "-m pytest"):
        assert checker in plan
