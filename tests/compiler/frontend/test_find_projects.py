"""Which folders below one are projects."""

from __future__ import annotations

from pathlib import Path

from fgc.compiler.frontend.find_projects import projects_below


def project(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "meta.yaml").touch()


def found(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in projects_below(folder)]


def test_each_project_below_sorted(tmp_path: Path) -> None:
    for name in ("b", "a/deep/er", "b/inner", "c/meta.yaml.d"):
        project(tmp_path / name)
    assert found(tmp_path) == ["a/deep/er", "b", "b/inner", "c/meta.yaml.d"]
    assert found(tmp_path / "b") == [".", "inner"]


def test_what_is_nobodys_project_is_passed_over(tmp_path: Path) -> None:
    for name in (".hidden/x", "node_modules/x", "__pycache__/x", "run/config", "env/lib", "kept"):
        project(tmp_path / name)
    (tmp_path / "run" / "fgc.lock").touch()
    (tmp_path / "env" / "pyvenv.cfg").touch()
    assert found(tmp_path) == ["kept"]


def test_links_are_no_trap_and_find_nothing_twice(tmp_path: Path) -> None:
    project(tmp_path / "a")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert found(tmp_path) == ["a"]


def test_a_folder_without_projects_has_none(tmp_path: Path) -> None:
    (tmp_path / "meta.yaml").mkdir()
    assert found(tmp_path) == []
