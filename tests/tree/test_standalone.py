"""The tree is a program of its own: it runs where fgc is not, with what its requirements say."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tree.building import EXPERIMENTS, SMALL, STEP_TOKENS, Builds
from tests.tree.environments import run_python
from tests.tree.launcher import Launcher
from tests.tree.runs import assert_same_run, records

ALLOWED = {"matplotlib", "numpy", "rich", "safetensors", "torch", "transformers"}
LOCAL = {"model", "runtime"}


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_imports_neither_fgc_nor_anything_unheard_of(builds: Builds, experiment: str) -> None:
    files = builds.files(experiment)
    imported: set[str] = set()
    for path, content in files.items():
        if path.endswith(".py"):
            imported |= _imports(content.decode(), path)
    assert "torch" in imported
    assert imported <= ALLOWED | LOCAL | sys.stdlib_module_names
    required = files["requirements.txt"].decode().split()
    named = {line.partition(">")[0] for line in required}
    assert named == imported & ALLOWED


def _imports(text: str, path: str) -> set[str]:
    """The top-level packages that a module imports, at any depth of its code."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").partition(".")[0])
    if path.startswith("model/"):
        assert not found & LOCAL, f"{path}: the model folder is shipped by itself"
    return found


def test_trains_in_a_fresh_process(
    builds: Builds, project: Path, tree_python: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    """In a plain process, from another folder, and all of its files go to the output folder."""
    tree = builds.written(project=project, **SMALL)
    output = tmp_path / "output"
    options = ["--max-steps", "6", "--output-dir", str(output)]
    done = run_python(tree_python, str(tree / "train.py"), *options, environ=environ, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for expected in ("24 steps of 64 tokens", "held-out loss", "step-00000006"):
        assert expected in done.stdout
    assert records(output)[-1]["step"] == 6
    assert (output / "loss.svg").stat().st_size > 1000
    lock = json.loads((tree / "fgc.lock").read_text())
    present = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}
    left = {p for p in present if "__pycache__" not in p and not p.startswith(".fgc/")}
    assert left == {*lock["files"], "fgc.lock"}


def test_fgc_is_not_there_to_be_imported(launch: Launcher, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import transformers, torch\nimport fgc.runtime\n")
    done = launch(program)
    assert done.returncode == 1
    assert "No module named 'fgc'" in done.stderr


@pytest.mark.parametrize("experiment", [name for name in EXPERIMENTS if name != "anneal"])
def test_every_experiment_trains(
    builds: Builds, project: Path, launch: Launcher, tmp_path: Path, experiment: str
) -> None:
    """But for the one that begins at a checkpoint, which tests/tree/test_anneal.py trains."""
    tree = builds.written(experiment, project=project, **SMALL)
    done = launch(tree / "train.py", "--output-dir", tmp_path / "output", "--max-steps", "6")
    assert done.returncode == 0, done.stderr
    # the last says how the run ended
    assert [record["step"] for record in records(tmp_path / "output")] == [5, 6, 6, 6]


def test_torchrun_starts_one_process_and_no_more(
    builds: Builds, project: Path, tree_python: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    tree = builds.written(project=project, **SMALL)
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
    program = [str(tree / "train.py"), "--max-steps", "2", "--output-dir", str(tmp_path)]
    one = run_python(tree_python, *torchrun, "1", *program, environ=environ, cwd=tmp_path)
    assert one.returncode == 0, one.stderr
    assert records(tmp_path)[-1]["step"] == 2
    two = run_python(tree_python, *torchrun, "2", *program, environ=environ, cwd=tmp_path)
    assert two.returncode != 0
    assert "error: this program trains in one process: start it with `python`\n" in two.stderr


def test_ctrl_c_saves_and_a_new_process_goes_on(
    builds: Builds,
    project: Path,
    tree_python: Path,
    environ: dict[str, str],
    launch: Launcher,
    tmp_path: Path,
) -> None:
    settings = {**SMALL, "total_tokens": 90 * STEP_TOKENS, "logging_steps": 1}
    settings |= {"eval_files": None, "save_steps": None}
    tree = builds.written(project=project, **settings)
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    assert launch(tree / "train.py", "--output-dir", whole).returncode == 0

    process = subprocess.Popen(
        [tree_python, tree / "train.py", "--output-dir", stopped],
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    # The process waits when this much is unread: it cannot be done before the signal comes.
    _shrink_pipe(process.stdout.fileno(), 4096)
    for line in process.stdout:
        if line.startswith("step 1/"):
            process.send_signal(signal.SIGINT)
            break
    rest, _ = process.communicate()
    assert process.returncode == 128 + signal.SIGINT
    (checkpoint,) = sorted((stopped / "checkpoints").iterdir())[-1:]
    step = int(checkpoint.name.removeprefix("step-"))
    assert 1 <= step < 90
    assert str(checkpoint) in rest

    goes_on = launch(tree / "train.py", "--output-dir", stopped)
    assert goes_on.returncode == 0, goes_on.stderr
    assert f"goes on from {checkpoint}" in goes_on.stdout
    assert_same_run(whole, stopped)


def _shrink_pipe(descriptor: int, size: int) -> None:
    import fcntl

    assert fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, size) == size
    assert os.fpathconf(descriptor, "PC_PIPE_BUF") <= size
