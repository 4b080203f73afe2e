"""Names of inputs: where they lie, without saying where that is on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from fgc.compiler.backend.relative_paths import RelativePaths

HOME = Path("/home/me/work/project")
PATHS = RelativePaths((("project", HOME), ("fgc.templates", Path("/opt/fgc/templates"))))


def test_a_file_is_named_by_the_innermost_folder_that_holds_it() -> None:
    paths = RelativePaths((("outer", HOME.parent), ("project", HOME)))
    assert paths.name(f"{HOME}/a.yaml") == "project/a.yaml"
    assert paths.name("/home/me/work/b.yaml") == "outer/b.yaml"
    assert paths.name(f"{HOME}") == "project"
    assert paths.name("<--set>") == "<--set>"


def test_a_name_leads_back_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.yaml").write_text("")
    (tmp_path / "copy.json").write_text("")
    copy = (tmp_path / "copy.json").as_posix()
    paths = RelativePaths((("project", tmp_path / "p"),), {copy: "project/tokenizer.json"})
    for name in ("project/a.yaml", "project/tokenizer.json"):
        path = paths.path(name)
        assert path is not None
        assert paths.name(path.as_posix()) == name
    assert paths.path("project/b.yaml") is None
    assert paths.path("projects/a.yaml") is None


def test_folders_outside_are_named_after_themselves() -> None:
    found = ["/home/me/data", "/srv/data", "/home/me/odd name:é", "/home/me/work"]
    paths = PATHS.reaching(map(Path, found), [])
    names = [paths.name(f"{folder}/a") for folder in found]
    assert names == [
        "elsewhere/data/a",
        "elsewhere/data-2/a",
        "elsewhere/odd_name_é/a",
        "elsewhere/above/a",
    ]
    assert paths.outside["elsewhere/data"] == "../../data"
    assert paths.outside["elsewhere/above"] == ".."


def test_an_inner_folder_keeps_its_place_in_the_outer_one() -> None:
    paths = PATHS.reaching([Path("/lib/a/b"), Path("/lib"), Path("/home"), Path("/home/x")], [])
    assert paths.name("/lib/a/b/c.py") == "elsewhere/lib/a/b/c.py"
    # but for a folder that holds the project too, which would tell where the project lies
    assert paths.name("/home/x/c.py") == "elsewhere/x/c.py"


def test_what_has_a_name_gets_no_other() -> None:
    assert PATHS.reaching([HOME / "src", HOME], []) == PATHS


@pytest.mark.parametrize(
    ("text", "is_written"),
    [("data: /srv/data/a.txt", True), ("/srv/data2", False), ("x/srv/data", False), ("", False)],
)
def test_a_folder_that_is_written_out_needs_no_way_to_it(text: str, is_written: bool) -> None:
    paths = PATHS.reaching([Path("/srv/data")], [text])
    assert paths.outside == {"elsewhere/data": "" if is_written else "../../../../srv/data"}


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        (f"dir: {HOME}", "dir: /fgc.config/project"),
        (f"'{HOME}/a.txt', \"{HOME}\".", "'/fgc.config/project/a.txt', \"/fgc.config/project\"."),
        (f"file://{HOME}/x", "file:///fgc.config/project/x"),
        (f"{HOME}2 {HOME}-b {HOME}.c ~{HOME}", f"{HOME}2 {HOME}-b {HOME}.c ~/fgc.config/project"),
        ("/opt/fgc/templates/models/a.yaml", "/fgc.config/fgc.templates/models/a.yaml"),
    ],
)
def test_texts_keep_no_path_of_this_machine(text: str, scrubbed: str) -> None:
    assert PATHS.scrub(text) == scrubbed
    assert PATHS.scrub(scrubbed) == scrubbed


def test_the_root_of_all_files_is_not_taken_for_a_mention() -> None:
    assert RelativePaths((("project", Path("/")),)).scrub("a / b") == "a / b"
