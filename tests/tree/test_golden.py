"""What the baseline becomes, to the byte."""

from __future__ import annotations

import subprocess
import sys
from difflib import unified_diff
from pathlib import Path

import pytest

from fgc.compiler.ir.graph import Scalar
from tests.tree.building import Builds, read_tree
from tests.tree.golden import GOLDEN, UPDATE, golden_files, write_golden


def test_the_tree_is_the_golden_one(builds: Builds) -> None:
    """Where a difference is meant, the update is part of the change, and is reviewed with it."""
    emitted, kept = golden_files(builds.files()), read_tree(GOLDEN)
    diff: list[str] = []
    for path in sorted(emitted.keys() | kept.keys()):
        texts = [files.get(path, b"").decode().splitlines() for files in (kept, emitted)]
        if kept.get(path) != emitted.get(path):
            diff += [f"{path}:", *unified_diff(*texts, "golden", "emitted", n=1, lineterm="")]
    assert diff == [], f"`{UPDATE}` takes over what is meant:\n" + "\n".join(diff)


def test_the_golden_tree_is_the_program_and_the_model() -> None:
    paths = read_tree(GOLDEN).keys()
    assert {"train.py", "README.md", "requirements.txt", ".gitignore"} < paths
    assert {path.partition("/")[0] for path in paths if "/" in path} == {"model", "runtime"}


VARIANTS: dict[str, tuple[str, dict[str, Scalar]]] = {
    "baseline": ("baseline", {}),
    "post-norm": ("post_norm", {}),
    "much is on": (
        "baseline",
        {
            "attention_bias": True,
            "attention_dropout": 0.1,
            "embedding_dropout": 0.1,
            "grad_accum": 2,
            "residual_dropout": 0.1,
            "schedule": "cosine",
            "tie_word_embeddings": True,
        },
    ),
    "much is off": (
        "baseline",
        {
            "eval_files": None,
            "eval_steps": None,
            "max_grad_norm": None,
            "save_steps": None,
            "save_total_limit": None,
            "warmup_tokens": None,
        },
    ),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_is_left_over_or_out_of_shape(builds: Builds, tmp_path: Path, variant: str) -> None:
    """No import or variable is unused, no name is unknown, and black has nothing to do."""
    experiment, settings = VARIANTS[variant]
    for path, content in golden_files(builds.files(experiment, **settings)).items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    # an `if` of which only another one is left stays where its comment is
    ruff = ["--line-length=100", "--select=E,F,W,B,C4,PIE,RET,SIM", "--ignore=SIM102"]
    checks = [
        ["ruff", "check", "--isolated", *ruff],
        ["black", "--check", "--line-length=100", f"--config={tmp_path / 'none.toml'}"],
    ]
    (tmp_path / "none.toml").touch()
    for check in checks:
        done = subprocess.run(
            [sys.executable, "-m", *check, str(tmp_path)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_an_update_leaves_what_is_emitted_and_nothing_else(tmp_path: Path) -> None:
    files = {
        "train.py": b"new\n",
        "runtime/a.py": b"same\n",
        "config/rendered.yaml": b"x: 1\n",
        "data/train.txt": b"text\n",
        "model/tokenizer.json": b"{}",
        "fgc.lock": b"{}",
    }
    write_golden({"train.py": b"old\n", "runtime/a.py": b"same\n", "gone.py": b""}, tmp_path)
    assert write_golden(files, tmp_path) == ["gone.py", "train.py"]
    assert read_tree(tmp_path) == {"runtime/a.py": b"same\n", "train.py": b"new\n"}
