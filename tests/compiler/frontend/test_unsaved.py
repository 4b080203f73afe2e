"""Texts that an editor holds stand for those of files, wherever a template is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.frontend.folders import Folders
from fgc.compiler.frontend.project import config_by_path, load_project
from fgc.compiler.ir.graph import Call, Literal
from fgc.compiler.pipeline import Request, run


def value(config: Path, key: str, unsaved: dict[Path, str]) -> object:
    texts = {path.as_posix(): text for path, text in unsaved.items()}
    outcome = run(Request(config, unsaved=texts), until="link")
    assert outcome.build.graph is not None, outcome.diagnostics
    node = outcome.build.graph.root(key)
    return node.value if isinstance(node, Literal) else node


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "meta.yaml").write_text("name: P\n")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "base.yaml").write_text("a: 1\n")
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "c.yaml").write_text("-- extends 'base.yaml'\n")
    return tmp_path / "configs" / "c.yaml"


def test_of_the_configuration_and_of_its_base(config: Path, tmp_path: Path) -> None:
    base = tmp_path / "templates" / "base.yaml"
    assert value(config, "a", {}) == 1
    assert value(config, "a", {base: "a: 2\n"}) == 2
    assert value(config, "a", {config: "a: 3\n"}) == 3
    assert value(config, "a", {config: "\ufeffa: 4\r\n"}) == 4


def test_of_a_file_that_is_not_there_yet(config: Path, tmp_path: Path) -> None:
    new = config.with_name("new.yaml")
    assert value(new, "b", {new: "-- include 'part.yaml'\n", tmp_path / "part.yaml": "b: 5"}) == 5
    found = config_by_path(new, Folders(unsaved={new.as_posix(): ""}))
    assert found.template == "configs/new.yaml"
    with pytest.raises(BuildError):
        config_by_path(new)


def test_of_a_meta_yaml(config: Path, tmp_path: Path) -> None:
    unsaved = {(tmp_path / "meta.yaml").as_posix(): "name: Q\n"}
    assert load_project(tmp_path, Folders(unsaved=unsaved)).name == "Q"


def test_of_a_project_that_is_linked(config: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "configs").mkdir(parents=True)
    (other / "meta.yaml").write_text("name: Other\n")
    part = other / "configs" / "part.yaml"
    part.write_text("main: !call:dict {x: 1}\n")
    config.write_text("d: !call:from_project {project_dir: other}\n")
    node = value(config, "d", {part: "main: !call:list []\n"})
    assert isinstance(node, Call)
    assert node.target == "list"
