"""Which findings are shown in which file, and the remedies that are offered."""

from __future__ import annotations

from pathlib import Path

from fgc.compiler.lsp.actions import actions
from fgc.compiler.lsp.workspace import Workspace
from tests.compiler.lsp.small import BASE, FILES, project


def held(folder: Path, name: str, text: str, workspace: Workspace) -> str:
    file = (folder / name).as_posix()
    workspace.hold(file, text)
    workspace.update(file)
    return file


def test_of_a_text_that_is_not_saved(tmp_path: Path) -> None:
    workspace = Workspace()
    file = held(project(tmp_path), "configs/a.yaml", "x: !partial:torch.optim:AdmW {}\n", workspace)
    (found,) = workspace.findings()[file]
    assert (found.code, found.span.line, found.span.column) == ("FGC023", 1, 25)
    held(tmp_path, "configs/a.yaml", "x: !partial:torch.optim:AdamW {}\n", workspace)
    assert file not in workspace.findings()


def test_a_mistake_of_a_base_is_shown_there_and_where_it_is_extended(tmp_path: Path) -> None:
    folder = project(tmp_path)
    workspace = Workspace()
    config = held(folder, "configs/a.yaml", FILES["configs/a.yaml"], workspace)
    base = held(
        folder, "templates/base.yaml", BASE.replace("weight_decay", "weight_decoy"), workspace
    )
    found = workspace.findings()
    (there,) = found[base]
    (here,) = found[config]
    assert (there.code, there.span.line, there.span.column) == ("FGC021", 10, 5)
    assert (here.code, here.span.line) == ("FGC021", 1)
    assert here.message.startswith("in base.yaml:10: ")
    assert here.related[0].span == there.span
    held(folder, "templates/base.yaml", BASE, workspace)
    assert not workspace.findings()


def test_a_template_is_looked_at_in_a_configuration_that_uses_it(tmp_path: Path) -> None:
    workspace = Workspace()
    text = BASE.replace("weight_decay", "weight_decoy")
    base = held(project(tmp_path), "templates/base.yaml", text, workspace)
    assert [path.name for path in workspace.analyses] == ["a.yaml"]
    assert [finding.code for finding in workspace.findings()[base]] == ["FGC021"]


def test_of_a_template_that_nobody_uses_the_syntax_alone(tmp_path: Path) -> None:
    workspace = Workspace()
    folder = project(tmp_path)
    file = held(folder, "templates/unused.yaml", "x: {{ undefined_name }}\n", workspace)
    assert not workspace.findings()
    held(folder, "templates/unused.yaml", "x: {{ (1 }}\n", workspace)
    assert [finding.code for finding in workspace.findings()[file]] == ["FGC003"]


def test_a_new_file_below_the_configurations_is_one(tmp_path: Path) -> None:
    workspace = Workspace()
    file = held(project(tmp_path), "configs/new.yaml", "x: {{ undefined_name }}\n", workspace)
    assert [finding.code for finding in workspace.findings()[file]] == ["FGC004"]


def test_a_file_outside_of_any_project_is_a_configuration(tmp_path: Path) -> None:
    workspace = Workspace()
    file = held(tmp_path, "alone.yaml", "x: {{ undefined_name }}\n", workspace)
    assert [finding.code for finding in workspace.findings()[file]] == ["FGC004"]


def test_of_a_meta_yaml(tmp_path: Path) -> None:
    workspace = Workspace()
    file = held(project(tmp_path), "meta.yaml", "nam: Small\nsearchdir: [templates]\n", workspace)
    (found,) = workspace.findings()[file]
    assert (found.code, found.span.line) == ("FGC007", 1)


def test_what_is_closed_is_forgotten(tmp_path: Path) -> None:
    workspace = Workspace()
    file = held(project(tmp_path), "configs/a.yaml", "x: [\n", workspace)
    assert workspace.findings()
    workspace.forget(file)
    assert not workspace.findings()
    assert not workspace.analyses


def test_a_certain_remedy_is_offered_on_its_line(tmp_path: Path) -> None:
    workspace = Workspace()
    text = "a: 1\nx: !partial:torch.optim:AdamW {weight_decoy: 0.1}\n"
    file = held(project(tmp_path), "configs/a.yaml", text, workspace)
    found, snapshot = workspace.findings()[file], workspace.snapshot(file)
    (action,) = actions(snapshot, found, 2, 2)
    assert (action.span.line, action.span.column, action.span.end_column) == (2, 32, 44)
    assert action.replacement == "weight_decay"
    assert not list(actions(snapshot, found, 1, 1))
    workspace.hold(file, text.replace("weight_decoy", "weight_toy"))
    assert not list(actions(workspace.snapshot(file), found, 2, 2)), "the text is another one"
