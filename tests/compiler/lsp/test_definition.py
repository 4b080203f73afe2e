"""Go to definition, for each thing that has one."""

from __future__ import annotations

from pathlib import Path

import pytest

from fgc.compiler.lsp.definition import definition
from fgc.compiler.lsp.workspace import Workspace
from tests.compiler.lsp.small import BASE, at, opened, project


def found(folder: Path, name: str, marked: str) -> list[str]:
    snapshot, line, column = opened(project(folder), name, marked)
    return [at(span, folder) for span in definition(snapshot, line, column)]


@pytest.mark.parametrize(
    ("marked", "place"),
    [
        ("-- extends 'ba‸se.yaml'\n", "templates/base.yaml:1:1"),
        ("-- extends 'base.yaml'\n[opt‸imizer]\n", "templates/base.yaml:6:1"),
        ("-- extends 'base.yaml'\n[model]\n== su‸per()\n", "templates/base.yaml:11:1"),
        ("-- extends 'base.yaml'\n[rest]\nrate: *l‸r\n", "templates/base.yaml:7:5"),
        ("-- extends 'base.yaml'\n[rest]\nrate: {{ ns.l‸r }}\n", "templates/base.yaml:4:11"),
        ("-- extends 'base.yaml'\n[rest]\nx: !partial:parts.py:Pa‸rt {width: 1}\n", "parts.py:1:1"),
        ("-- extends 'base.yaml'\n[rest]\nx: !var wi‸dth\n", "templates/base.yaml:17:9"),
        ("-- extends 'new'\nx: 1\n#--- new ---\n[‸y]\n", "configs/a.yaml:4:2"),
        ("-- extends 'n‸ew'\n#--- new ---\n[y]\n", "configs/a.yaml:3:1"),
    ],
)
def test_a_thing_leads_to_what_it_names(tmp_path: Path, marked: str, place: str) -> None:
    assert found(tmp_path, "configs/a.yaml", marked) == [place]


def test_an_assignment_leads_to_the_one_that_it_overrides(tmp_path: Path) -> None:
    text = "-- extends 'base.yaml'\n[globals]\n== super()\n-- set ns.l‸r = 0.2\n"
    assert found(tmp_path, "configs/a.yaml", text) == ["templates/base.yaml:4:11"]


def test_the_knob_leads_to_the_assignment_in_force(tmp_path: Path) -> None:
    text = BASE.replace("{{ ns.lr }}", "{{ ns.l‸r }}")
    assert found(tmp_path, "templates/base.yaml", text) == ["configs/a.yaml:4:11"]


def test_an_alias_means_the_last_anchor_before_it(tmp_path: Path) -> None:
    text = "a: &x 1\nb: *‸x\nc: &x 2\nd: *x\n"
    assert found(tmp_path, "configs/a.yaml", text) == ["configs/a.yaml:1:4"]


def test_a_module_of_python_is_found_by_its_source(tmp_path: Path) -> None:
    marked = "-- extends 'base.yaml'\n[rest]\nx: !partial:fgc.runtime.nn:RMS‸Norm {}\n"
    snapshot, line, column = opened(project(tmp_path), "configs/a.yaml", marked)
    (span,) = definition(snapshot, line, column)
    lines = Path(span.file).read_text(encoding="utf-8").splitlines()
    assert lines[span.line - 1].startswith("class RMSNorm")


@pytest.mark.parametrize(
    "marked",
    [
        "x: ‸1\n",
        "## ns.l‸r\n",
        "-- extends 'base.yaml'\n[rest]\nx: !partial:no.such:Na‸me {}\n",
        "-- extends 'base.yaml'\n[rest]\nx: *no‸ne\n",
        "-- extends 'none‸.yaml'\n",
        "== sup‸er()\n",
        "-- extends '../..‸/etc/passwd'\n",
    ],
)
def test_what_names_nothing_leads_nowhere(tmp_path: Path, marked: str) -> None:
    assert found(tmp_path, "configs/a.yaml", marked) == []


def test_while_a_line_is_broken_the_rest_is_still_known(tmp_path: Path) -> None:
    text = "-- extends 'base.yaml'\n[optimizer]\n== super()\n    lr: *l‸r\n{{ \n"
    assert found(tmp_path, "configs/a.yaml", text) == ["templates/base.yaml:7:5"]


@pytest.mark.parametrize(
    "marked",
    [
        "d: !call:from_pro‸ject\n    project_dir: ../other\n    config_template: b.yaml\n",
        "d: !call:from_project\n    project_dir: ../ot‸her\n    config_template: b.yaml\n",
        "d: !call:from_project\n    project_dir: ../other\n    config_template: ‸b.yaml\n",
    ],
)
def test_a_linked_project_leads_to_its_configuration(tmp_path: Path, marked: str) -> None:
    project(tmp_path / "other")
    own = tmp_path / "own"
    (own / "configs").mkdir(parents=True)
    (own / "meta.yaml").write_text("name: Own\n")
    snapshot, line, column = opened(own, "configs/a.yaml", f"{marked}    targets: optimizer\n")
    places = [at(span, tmp_path) for span in definition(snapshot, line, column)]
    assert places == ["other/configs/b.yaml:1:1"]


def test_what_is_not_saved_is_what_counts(tmp_path: Path) -> None:
    """The anchor has moved down in the base, which an editor holds and did not write yet."""
    folder = project(tmp_path)
    base, config = ((folder / n).as_posix() for n in ("templates/base.yaml", "configs/a.yaml"))
    workspace = Workspace()
    workspace.hold(config, "-- extends 'base.yaml'\n[rest]\nrate: *lr\n")
    workspace.update(config)
    workspace.hold(base, BASE.replace("[optimizer]\n", "[optimizer]\n## more\n"))
    workspace.update(base)
    (span,) = definition(workspace.snapshot(config), 3, 8)
    assert at(span, folder) == "templates/base.yaml:8:5"
