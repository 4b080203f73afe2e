"""What the README of a tree shows is there, and works, once the run is over."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from fgc.compiler.ir.graph import Scalar
from tests.tree.building import SMALL, Builds
from tests.tree.launcher import Launcher
from tests.tree.runs import last_checkpoint

CASES: dict[str, tuple[dict[str, Scalar], str, str]] = {
    "kept": ({}, "step-00000024", "output/checkpoints/step-00000018"),
    "at the end": ({"save_steps": 12}, "step-00000024", "output/checkpoints/step-00000012"),
    "one is kept": ({"save_total_limit": 1}, "step-00000024", "PATH"),
    "none but the last": ({"save_steps": None}, "step-00000024", "PATH"),
}


def shipping(readme: str) -> str:
    """The indented code of the section."""
    section = readme.partition("## Ship\n")[2].partition("\n## ")[0]
    return "".join(re.findall(r"^(?:    (.*\n)|\n)", section, re.MULTILINE))


@pytest.mark.parametrize("case", CASES)
def test_names_checkpoints_that_a_run_leaves(
    builds: Builds, project: Path, launch: Launcher, tmp_path: Path, case: str
) -> None:
    settings, last, earlier = CASES[case]
    built = builds.written(project=project, **{**SMALL, **settings})
    tree = shutil.copytree(built, tmp_path / "tree")
    readme = (tree / "README.md").read_text()
    assert f'folder = "output/checkpoints/{last}"' in readme
    assert f"`--resume {earlier} --output-dir again`" in readme
    done = launch(tree / "train.py")
    assert done.returncode == 0, done.stderr
    assert last_checkpoint(tree / "output").name == last
    if earlier == "PATH":
        return
    assert (tree / earlier).is_dir()
    again = ("--resume", earlier, "--output-dir", "again")
    done = launch(tree / "train.py", *again, cwd=tree)
    assert done.returncode == 0, done.stderr
    assert f"goes on from {earlier}" in done.stdout


def test_ships_what_it_says(
    builds: Builds, project: Path, launch: Launcher, tmp_path: Path
) -> None:
    tree = shutil.copytree(builds.written(project=project, **SMALL), tmp_path / "tree")
    assert launch(tree / "train.py").returncode == 0
    program = tree / "ship.py"
    code = shipping((tree / "README.md").read_text())
    program.write_text(code + "print(type(model).__name__, tokenizer.eos_token)\n")
    done = launch(program, cwd=tree)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "TinyLlamaForCausalLM <|eos|>\n"


def test_a_run_that_begins_elsewhere_ships_its_newest(builds: Builds, tmp_path: Path) -> None:
    """Where it ends is not known before."""
    code = shipping(builds.files("anneal")["README.md"].decode())
    (folder,) = re.findall(r"^folder = (.*)$", code, re.MULTILINE)
    assert folder == 'max(Path("output/checkpoints").glob("step-????????"))'
    assert code.startswith("from pathlib import Path\n")
