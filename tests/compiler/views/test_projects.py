"""Listings of projects: whatever is broken, the rest is there."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.views.projects import ListedProject, listed, projects_json, projects_text
from tests.compiler.views.reading import EXAMPLES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "p/meta.yaml": "name: One\ndescription: The first\ndefault_config: good",
        "p/configs/good.yaml": "meta: {config_name: Good, config_description: 'does\n a thing'}",
        "p/configs/sub/other.yml": "a: 1",
        "p/configs/open.yaml": "a: [1",
        "p/configs/var.yaml": "\na: {{ nothing }}",
        "p/configs/.hidden.yaml": "a: [",
        "p/configs/notes.txt": "a: [",
        "q/meta.yaml": "nmae: Two",
        "q/configs/a.yaml": "a: 1",
        "r/meta.yaml": "default_config: gone\n",
        "r/configs/a.yaml": "a: 1",
        "s/meta.yaml": "name: Empty\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "p" / "configs" / "loop").symlink_to(tmp_path / "p")
    return tmp_path


def text(folder: Path, *names: str, width: int | None = None) -> str:
    projects = [listed(folder / name) for name in names]
    return projects_text(
        projects,
        lambda path: Path(path).relative_to(folder).as_posix(),
        paint=lambda style, text: f"<{style}>{text}" if style == "error" else text,
        width=width,
    )


def test_a_listing(folder: Path) -> None:
    assert text(folder, "p", "q", "r", "s") == dedent("""\
        One  p
        The first
        *  good.yaml      Good  does a thing
        <error> ! open.yaml      error[FGC010]: this `[` is never closed (p/configs/open.yaml:1)
           sub/other.yml
        <error> ! var.yaml       error[FGC004]: `nothing` is undefined (p/configs/var.yaml:2)

        q  q
        <error>! error[FGC007]: meta.yaml has no key `nmae` (q/meta.yaml:1)

        r  r
        <error>! error[FGC001]: the project `r` has no configuration `gone`
           a.yaml

        Empty  s
          no configurations

        * the default, ! broken; `fgc pp` shows where
        """)


def test_lines_are_cut_to_the_terminal(folder: Path) -> None:
    lines = text(folder, "p", width=40).splitlines()
    assert max(len(line.removeprefix("<error>")) for line in lines[:-1]) == 40


def test_what_is_broken_is_known(folder: Path) -> None:
    assert [listed(folder / name).is_broken for name in "pqrs"] == [True, True, True, False]


def test_json(folder: Path) -> None:
    (made,) = json.loads(projects_json([listed(folder / "p")], lambda path: Path(path).name))
    assert (made["name"], made["path"], made["error"]) == ("One", "p", None)
    good, _, other, undefined = made["configs"]
    assert good == {
        "name": "good.yaml",
        "path": "good.yaml",
        "default": True,
        "title": "Good",
        "description": "does a thing",
        "error": None,
    }
    assert (other["title"], other["default"]) == ("", False)
    place = {"file": "var.yaml", "line": 2, "column": 7}
    message = "`nothing` is undefined"
    assert undefined["error"] == {"code": "FGC004", "message": message, "place": place}
    (broken,) = json.loads(projects_json([listed(folder / "q")], str))
    assert (broken["error"]["code"], broken["configs"]) == ("FGC007", [])


def test_each_example_is_whole() -> None:
    for root in {config.parents[1] for config in EXAMPLES}:
        project: ListedProject = listed(root)
        assert not project.is_broken
        assert all(config.title and config.description for config in project.configs)
        assert [config.is_default for config in project.configs].count(True) == 1
