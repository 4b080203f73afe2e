"""Mistakes through the real passes: each is a frame and exit code 1, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

PROGRAM = "from fgc.compiler.cli.main import main; main()"

MISTAKES = {
    "unknown module": ("a: !call:torhc.nn:Linear [1, 2]", "FGC020", "a.yaml:1:10"),
    "unknown name": ("a: !call:torch.nn:Liner [1, 2]", "FGC023", "a.yaml:1:19"),
    "unknown argument": (
        "a: !call:torch.nn:Linear {in_features: 1, out_features: 2, bais: no}",
        "FGC021",
        "a.yaml:1:60",
    ),
    "missing argument": ("a: !call:torch.nn:Linear [1]", "FGC022", "a.yaml:1:"),
    "unbound variable": ("a: !var lr", "FGC030", "a.yaml:1:4"),
    "missing template": ('-- extends "nowhere.yaml"', "FGC001", "a.yaml:1:12"),
    "circular templates": ('-- extends "a.yaml"', "FGC002", "a.yaml:1:"),
    "bad YAML": ("a: [1, 2", "FGC010", "a.yaml:1:4"),
    "bad tag": ("a: !sinlgeton:x:y", "FGC011", "a.yaml:1:4"),
    "bad template": ("a: {{ 1 +", "FGC003", "a.yaml:1:"),
    "undefined name in a template": ("a: {{ nothing }}", "FGC004", "a.yaml:1:"),
}


def fgc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda name: name.replace(" ", "-"))
def test_a_mistake_is_a_frame_and_exit_code_1(tmp_path: Path, mistake: str) -> None:
    text, code, place = MISTAKES[mistake]
    (tmp_path / "a.yaml").write_text(text + "\n", encoding="utf-8")
    ran = fgc(tmp_path, "build", "a.yaml", "-o", "run")
    assert ran.returncode == 1, ran.stderr
    assert ran.stderr.startswith(f"error[{code}]: ")
    assert f"--> {place}" in ran.stderr
    assert f"1 | {text}" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "run").exists()


def test_mistakes_of_several_passes_are_shown_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(dedent("""\
        -- set ns = namespace(lr=1e-3)
        optimizer: !partial:torch.optim:AdamW
            lr: {{ ns.lr }}
            weight_deacy: 0.1
        model: !singleton:torch.nn:Liner
        """))
    ran = fgc(tmp_path, "build", "a.yaml", "-o", "run")
    assert ran.returncode == 1
    assert ran.stderr == dedent("""\
        error[FGC021]: `torch.optim.AdamW` takes no argument `weight_deacy`
         --> a.yaml:4:5
          |
        2 | optimizer: !partial:torch.optim:AdamW
        3 |     lr: {{ ns.lr }}
        4 |     weight_deacy: 0.1
          |     ^^^^^^^^^^^^
          = help: a parameter with a similar name exists: `weight_decay`

        error[FGC023]: module `torch.nn` has no name `Liner`
         --> a.yaml:5:28
          |
        5 | model: !singleton:torch.nn:Liner
          |                            ^^^^^
          = help: a similar name exists there: `Linear`

        2 errors
        """)


def test_a_mistake_in_a_parent_template_is_shown_there(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("[optimizer]\na: !call:torch.nn:Liner\n")
    (tmp_path / "a.yaml").write_text('-- extends "base.yaml"\n')
    ran = fgc(tmp_path, "build", "a.yaml", "-o", "run")
    assert ran.returncode == 1
    assert "--> base.yaml:2:19" in ran.stderr
    assert "2 | a: !call:torch.nn:Liner" in ran.stderr


def test_pp_pins_a_knob_that_a_template_sets(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("-- set ns = namespace(lr=1e-3)\nlr: {{ ns.lr }}\n")
    ran = fgc(tmp_path, "pp", "a.yaml", "--set", "lr=3e-4")
    assert (ran.returncode, ran.stdout.strip()) == (0, "lr: 0.0003")
