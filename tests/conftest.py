"""What tests of several folders share."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

# how long an example takes depends on what else the machine does
settings.register_profile("fgc", deadline=None)
settings.load_profile("fgc")

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "examples" / "tiny_llama" / "demo.py"
STEPS = 30


@dataclass(frozen=True)
class Demo:
    """The demo, cut short after `STEPS` steps: what it printed, and the project that it left."""

    output: str
    project: Path


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Runs the demo, once for all the processes that pytest spreads a session over."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo"
    folder.mkdir(exist_ok=True)
    project, output = folder / "run", folder / "output.txt"
    with FileLock(folder / "lock"):
        if not output.exists():
            command = (sys.executable, DEMO, "--max-steps", STEPS, "--out", project)
            ran = subprocess.run(
                [str(part) for part in command],
                cwd=ROOT,
                env=os.environ | {"COLUMNS": "120"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            assert ran.returncode == 0, ran.stdout
            output.write_text(ran.stdout, encoding="utf-8")
    return Demo(output.read_text(encoding="utf-8"), project)


@pytest.fixture(scope="session")
def trained_run(demo: Demo) -> Path:
    """The built baseline, trained for `STEPS` steps, with its `output/`. Copy it to change it."""
    return demo.project
