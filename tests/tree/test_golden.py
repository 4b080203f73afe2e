"""What the baseline becomes, to the byte."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

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
