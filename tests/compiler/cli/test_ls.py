"""``fgc ls``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.compiler.cli.real import DEMO, fgc, written


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "one/meta.yaml": "name: One",
        "one/configs/a.yaml": "meta: {config_name: A}",
        "two/meta.yaml": "name: Two",
        "two/configs/b.yaml": "b: [",
        "empty/readme": "",
    }
    monkeypatch.chdir(tmp_path)
    return written(tmp_path, files)


def test_the_demo() -> None:
    result = fgc("ls", DEMO / "configs")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "\n*  baseline.yaml       Tiny Llama  " in result.stdout
    assert "\n   post_norm.yaml      Tiny Llama, post-norm " in result.stdout


def test_here_and_below(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = fgc("ls", "-r").stdout
    assert "One  one\n*  a.yaml  A\n\nTwo  two\n*! b.yaml  error[FGC010]: " in below
    assert "(two/configs/b.yaml:1)" in below
    assert fgc("ls", "-r", "one", ".", "two").stdout == below
    monkeypatch.chdir(folder / "one" / "configs")
    assert fgc("ls").stdout.splitlines()[1] == "*  a.yaml  A"


def test_broken_is_no_failure_unless_it_is_to_be(folder: Path) -> None:
    assert fgc("ls", "-r").exit_code == 0
    assert fgc("ls", "-r", "--strict").exit_code == 1
    assert fgc("ls", "one", "--strict").exit_code == 0
    assert fgc("ls", "-r", "empty", "--strict").stdout == "no projects\n"


def test_a_folder_in_no_project(folder: Path) -> None:
    result = fgc("ls", "one", "empty")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error[FGC006]: no project at `empty`, nor above it\n")
    assert fgc("ls", "nowhere").exit_code == 2


def test_json(folder: Path) -> None:
    one, two = json.loads(fgc("ls", "-r", "--format", "json").stdout)
    assert (one["path"], one["configs"][0]["title"]) == ("one", "A")
    assert two["configs"][0]["error"]["code"] == "FGC010"
    assert json.loads(fgc("ls", "-r", "empty", "--format", "json").stdout) == []
