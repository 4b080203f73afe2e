"""A step of the generated loop is a step of a bare loop: the same operations, none beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fgc.compiler.ir.graph import Scalar
from tests.bench import bare_loop
from tests.tree import record_operations
from tests.tree.building import SMALL, Builds
from tests.tree.launcher import Launcher

CASES: dict[str, dict[str, Scalar]] = {
    "baseline": {},
    "dropout": {"residual_dropout": 0.1, "attention_dropout": 0.1},
    "no evaluation": {"eval_files": None, "eval_steps": None, "save_steps": None},
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_operations_as_a_bare_loop(
    builds: Builds, project: Path, launch: Launcher, tmp_path: Path, case: str
) -> None:
    tree = builds.written(project=project, **{**SMALL, **CASES[case]})
    result = tmp_path / "result.json"
    bare_file = Path(bare_loop.__file__ or "")
    program = Path(record_operations.__file__ or "")
    done = launch(program, tree, bare_file, tmp_path / "output", result)
    assert done.returncode == 0, done.stderr
    reports: dict[str, Any] = json.loads(result.read_text())
    generated, bare = (reports[name]["steps"] for name in ("generated", "bare"))
    # the second to the fourth: the first has the start, the fifth the log's reading of the losses
    for step in (1, 2, 3):
        assert len(bare[step]) > 300
        assert generated[step] == bare[step]
    assert reports["generated"]["weights"] == reports["bare"]["weights"]
