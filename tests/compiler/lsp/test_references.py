"""Who uses what stands under the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest

from fgc.compiler.lsp.references import references
from fgc.compiler.lsp.workspace import Workspace
from tests.compiler.lsp.small import BASE, CURSOR, at, project


@pytest.mark.parametrize(
    ("written", "marked", "places"),
    [
        ("[globals]", "[glo‸bals]", ["configs/a.yaml:2:1", "templates/base.yaml:2:1"]),
        ("[optimizer]", "[opti‸mizer]", ["configs/b.yaml:2:1", "templates/base.yaml:6:1"]),
        ("&lr", "&l‸r", ["templates/base.yaml:7:5", "templates/base.yaml:9:9"]),
        (
            "set ns.lr",
            "set ns.l‸r",
            ["configs/a.yaml:4:11", "templates/base.yaml:4:11", "templates/base.yaml:7:15"],
        ),
        ("!var width", "!var wid‸th", ["templates/base.yaml:13:17"]),
    ],
)
def test_in_all_configurations_of_the_project(
    tmp_path: Path, written: str, marked: str, places: list[str]
) -> None:
    folder = project(tmp_path)
    file = (folder / "templates/base.yaml").as_posix()
    before = BASE.replace(written, marked, 1).partition(CURSOR)[0]
    workspace = Workspace()
    workspace.hold(file, BASE)
    workspace.update(file)
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    found = references(workspace.with_all(file), line, column)
    assert sorted(at(span, folder) for span in found) == places
