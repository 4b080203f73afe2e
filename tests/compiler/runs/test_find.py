"""Where runs are found, and what they are called beside each other."""

from __future__ import annotations

import json
from pathlib import Path

from fgc.compiler.runs.find import find_metrics, labels
from fgc.compiler.runs.log import read_log
from tests.compiler.runs.conftest import Write


def test_a_tree_its_output_its_file_and_a_folder_of_trees(write: Write, tmp_path: Path) -> None:
    first, second = write("a"), write("b")
    file = first / "output" / "metrics.jsonl"
    for path in (first, first / "output", file):
        assert find_metrics(path) == [file]
    assert find_metrics(tmp_path) == [file, second / "output" / "metrics.jsonl"]
    assert find_metrics(second / "output" / "..") != []
    (tmp_path / "empty").mkdir()
    assert find_metrics(tmp_path / "empty") == []


def names(*folders: Path) -> list[str]:
    return labels([read_log(file) for folder in folders for file in find_metrics(folder)])


def lock(folder: Path, **overrides: str) -> Path:
    (folder / "fgc.lock").write_text(json.dumps({"overrides": overrides}))
    return folder


def test_runs_are_called_after_their_configurations(write: Write) -> None:
    other = write("b", run="Tiny Llama, learning rate: half of it")
    assert names(write("a"), other) == ["Tiny Llama", "Tiny Llama, learning rate"]
    assert names() == []


def test_runs_of_one_name_are_told_apart_by_what_was_set(write: Write) -> None:
    folders = [
        lock(write("a"), lr="1e-3", seed="7"),
        lock(write("b"), lr="2e-3", seed="7"),
        write("c", run="Other"),
    ]
    assert names(*folders[:2]) == ["Tiny Llama (lr=1e-3)", "Tiny Llama (lr=2e-3)"]
    assert names(*folders)[2] == "Other"


def test_runs_that_nothing_else_tells_apart_are_told_by_their_place(write: Write) -> None:
    first, second = lock(write("a"), lr="1e-3"), lock(write("b"), lr="1e-3")
    assert names(first, second) == [
        f"Tiny Llama ({first.as_posix()})",
        f"Tiny Llama ({second.as_posix()})",
    ]


def test_a_lock_that_is_none_says_nothing(write: Write) -> None:
    for number, text in enumerate(("", "[]", '{"overrides": 3}', "{")):
        folder = write(f"r{number}")
        (folder / "fgc.lock").write_text(text)
        assert names(folder) == ["Tiny Llama"]
