"""``fgc run``, from the configuration to a checkpoint, and on from there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from tests.tree.building import SMALL, STEP_TOKENS
from tests.tree.runs import records

FGC = [sys.executable, "-c", "from fgc.compiler.cli.main import main; main()", "run"]
SETTINGS = SMALL | {
    "total_tokens": 90 * STEP_TOKENS,
    "logging_steps": 1,
    "eval_steps": None,
    "save_steps": None,
}


def settings() -> list[str]:
    given = ((name, "null" if value is None else value) for name, value in SETTINGS.items())
    return [part for name, value in given for part in ("--set", f"{name}={value}")]


def test_a_configuration_is_built_and_started_stopped_and_started_again(
    project: Path, tmp_path: Path
) -> None:
    project = shutil.copytree(project, tmp_path / "project")
    environ = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    command = [*FGC, "configs/baseline.yaml", *settings()]
    process = subprocess.Popen(
        command,
        cwd=project,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("step 2/"):
            process.send_signal(signal.SIGINT)
            break
    rest, errors = process.communicate()
    assert process.returncode == 128 + signal.SIGINT, errors
    # where nobody said where: a folder for these settings, which git does not see
    (folder,) = (path for path in (project / "runs").iterdir() if path.is_dir())
    assert folder.name.startswith("baseline,batch_size=2,")
    assert (project / "runs" / ".gitignore").read_text() == "*\n"
    (built,) = errors.splitlines()
    assert built.startswith(f"built runs/{folder.name}/ in ")
    (checkpoint,) = (folder / "output" / "checkpoints").iterdir()
    assert str(checkpoint) in rest
    step = int(checkpoint.name.removeprefix("step-"))
    assert 2 <= step < 90

    more = [*command, "--max-steps", str(step + 1)]
    ran = subprocess.run(more, cwd=project, env=environ, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.startswith(f"unchanged runs/{folder.name}/ in ")
    assert f"goes on from {checkpoint}" in ran.stdout
    assert records(folder / "output")[-1]["step"] == step + 1

    # an edit is not overwritten, nor started
    program = folder / "train.py"
    edited = program.read_text() + "\n# mine\n"
    program.write_text(edited)
    refused = subprocess.run(more, cwd=project, env=environ, capture_output=True, text=True)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "error[FGC070]: `train.py`" in refused.stderr
    assert program.read_text() == edited
    forced = [*command, "--force", "--max-steps", str(step + 1)]
    ran = subprocess.run(forced, cwd=project, env=environ, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert program.read_text() != edited
