"""Where what a tree's configuration names is in the tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from fgc.compiler.frontend.folders import absolute
from fgc.compiler.frontend.tree_folders import TreeFolders


@pytest.fixture
def tree(tmp_path: Path) -> TreeFolders:
    config = tmp_path / "run" / "config"
    base = config / "workspace"
    (base / "deep" / "exp").mkdir(parents=True)
    (tmp_path / "run" / "data").mkdir()
    (tmp_path / "run" / "data" / "train.txt").touch()
    return TreeFolders(
        config=config,
        alias="/fgc.config",
        base=base,
        shipped=config / "fgc.templates",
        workspaces=(base / "fgc_workspace", base / "deep" / "fgc_workspace"),
        elsewhere=(
            ("..", config / "elsewhere" / "above"),
            ("../data", config / "elsewhere" / "data"),
            ("../data/more", config / "elsewhere" / "more"),
            ("", config / "elsewhere" / "lib"),
            ("../../../../../../../../../far", config / "elsewhere" / "far"),
        ),
        files={base / "text" / "train.txt": tmp_path / "run" / "data" / "train.txt"},
        unread=frozenset([base / "text" / "large.txt"]),
    )


EXP = "workspace/deep/exp"


@pytest.mark.parametrize(
    ("root", "written", "place"),
    [
        (EXP, "a.txt", "workspace/deep/exp/a.txt"),
        (EXP, "../other/a.txt", "workspace/deep/other/a.txt"),
        (EXP, "../../../data/a.txt", "elsewhere/data/a.txt"),
        (EXP, "../../../data/more/a.txt", "elsewhere/more/a.txt"),
        (EXP, "../../../data/more/../a.txt", "elsewhere/data/a.txt"),
        (EXP, "../../../datafile", "elsewhere/above/datafile"),
        (EXP, "../../..", "elsewhere/above"),
        (EXP, "../" * 11 + "far/a.txt", "elsewhere/far/a.txt"),
        # seen from what lay elsewhere itself
        ("elsewhere/data", "../data/more/a.txt", "elsewhere/more/a.txt"),
        ("elsewhere/data", "../b/a.txt", "elsewhere/above/b/a.txt"),
        ("elsewhere/more", "../a.txt", "elsewhere/data/a.txt"),
        # as the texts of the tree call what was written as an absolute path
        (EXP, "/fgc.config/elsewhere/lib/a.txt", "elsewhere/lib/a.txt"),
        (EXP, "/fgc.config/workspace/../../data/a.txt", "../data/a.txt"),
        (EXP, "/fgc.config.d/a.txt", "/fgc.config.d/a.txt"),
        # of this machine, as ever
        (EXP, "/srv/a.txt", "/srv/a.txt"),
    ],
)
def test_place(tree: TreeFolders, root: str, written: str, place: str) -> None:
    assert tree.place(tree.config / root, written) == absolute(tree.config / place)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("{project_dir}/a.txt", "workspace/deep/exp/a.txt"),
        ("{project_dir}/../../../data/a.txt", "elsewhere/data/a.txt"),
        ("{workspace_root}/../data/a.txt", "elsewhere/data/a.txt"),
        # what `abspath` makes of the same
        ("{config}/data/a.txt", "elsewhere/data/a.txt"),
        ("{config}/elsewhere/data/../b/a.txt", "elsewhere/above/b/a.txt"),
    ],
)
def test_what_templates_make_of_the_folders_that_they_know(
    tree: TreeFolders, written: str, place: str
) -> None:
    known = {"project_dir": tree.config / EXP, "workspace_root": tree.base, "config": tree.config}
    assert tree.place(tree.config / EXP, written.format(**known)) == tree.config / place


def test_files_have_places_of_their_own(tree: TreeFolders) -> None:
    train = tree.place(tree.base / "deep", "../text/train.txt")
    assert train == tree.config.parent / "data" / "train.txt"
    assert tree.has_file(train)
    large = tree.place(tree.base, "text/large.txt")
    assert tree.has_file(large)
    assert not large.exists()
    assert not tree.has_file(tree.place(tree.base, "text/other.txt"))
    (tree.base / "text").mkdir()
    (tree.base / "text" / "train.txt").touch()
    assert tree.place(tree.base, "text/train.txt") == tree.base / "text" / "train.txt"


def test_a_folder_from_which_nothing_was_read_is_as_good_as_empty(tree: TreeFolders) -> None:
    assert tree.has_folder(tree.base / "templates")
    assert not tree.has_folder(Path("/srv/nothing"))


def test_projects_and_workspaces_are_those_of_the_tree(tree: TreeFolders) -> None:
    (tree.config.parent.parent / "meta.yaml").touch()
    (tree.config.parent.parent / "fgc_workspace").mkdir()
    exp = tree.config / EXP
    assert tree.project(exp) is None
    (exp / "meta.yaml").touch()
    (exp / "configs").mkdir()
    assert tree.project(exp / "configs") == exp
    # the nearest, whether anything was read from it or not
    assert tree.workspace(exp) == tree.base / "deep" / "fgc_workspace"
    assert tree.workspace(tree.base / "other") == tree.base / "fgc_workspace"
    assert tree.workspace(tree.config / "elsewhere" / "data") is None
