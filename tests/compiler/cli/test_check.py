"""``fgc check``, through the real passes: whole projects, and what each of the formats says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fgc.compiler.frontend.find_projects import projects_below
from fgc.compiler.frontend.project import config_names, load_project
from fgc.compiler.pipeline import Request, run
from tests.compiler.cli.real import ROOT, fgc, written


@pytest.fixture(autouse=True)
def small_pipeline() -> None:
    """In place of that of the other commands' tests: here the passes are the compiler's."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two configurations and a base that both extend."""
    monkeypatch.chdir(tmp_path)
    base = "[optimizer]\noptimizer: !partial:torch.optim:AdamW {lr: 0.1}\n[rest]\n"
    return written(
        tmp_path,
        {
            "meta.yaml": "name: Small\n",
            "templates/base.yaml": base,
            "configs/a.yaml": "-- extends 'base.yaml'\n[rest]\nx: 1\n",
            "configs/b.yaml": "-- extends 'base.yaml'\n[rest]\nx: 2\n",
        },
    )


def test_the_examples_are_right() -> None:
    roots = list(projects_below(ROOT / "examples"))
    number = sum(len(config_names(load_project(root))) for root in roots)
    result = fgc("check", "-r", ROOT / "examples")
    assert result.stdout == f"{number} configurations in {len(roots)} projects: nothing found\n"
    assert result.exit_code == 0
    assert not result.stderr


def test_every_configuration_is_checked_and_what_they_share_is_said_once(project: Path) -> None:
    written(
        project,
        {
            "templates/base.yaml": "[base]\no: !partial:torch.optim:AdamW {lrr: 0.1}\n[rest]\n",
            "configs/a.yaml": "-- extends 'base.yaml'\n[rest]\nx: !call:torch.nn:Liner []\n",
            "configs/c.yaml": "x: [1, 2\n",
        },
    )
    result = fgc("check")
    assert result.exit_code == 1
    heads = [line for line in result.stdout.splitlines() if line.startswith("error[")]
    assert [head[6:12] for head in heads] == ["FGC023", "FGC010", "FGC021"]
    assert result.stdout.count("--> templates/base.yaml:2:") == 1
    assert result.stdout.endswith("\n3 configurations: 3 errors\n")


def test_what_a_path_stands_for(project: Path) -> None:
    def said(*paths: str) -> str:
        return fgc("check", *paths).stdout

    assert said("configs/a.yaml") == "1 configuration: nothing found\n"
    assert said("configs/a.yaml", project.as_posix() + "/configs/a.yaml").startswith("1 ")
    assert said("meta.yaml") == said("templates") == said() == "2 configurations: nothing found\n"
    assert said("-r", ".") == "2 configurations: nothing found\n"
    (project / "meta.yaml").write_text("nmae: Small\n")
    assert "error[FGC007]" in said()


def test_a_folder_of_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = fgc("check")
    assert result.exit_code == 1
    assert "error[FGC006]: no project at `.`" in result.stdout
    assert fgc("check", "-r").stdout == "0 configurations: nothing found\n"


def test_a_warning_is_no_failure(project: Path) -> None:
    written(project, {"configs/a.yaml": "x: !partial:transformers:AutoModelForCausalLN\n"})
    result = fgc("check")
    assert (result.exit_code, "warning[FGC032]" in result.stdout) == (0, True)
    assert result.stdout.endswith("\n2 configurations: 1 warning\n")


def test_a_part_leaves_variables_to_what_links_it(project: Path) -> None:
    """But not those of its own model, and all else is checked."""
    folder = ROOT / "examples" / "composed"
    for name in ("model", "dataset"):
        for path in (folder / name / "configs").glob("*.yaml"):
            assert run(Request(path), until="fold").failed or "tokenizer" in path.name
    shutil.copytree(folder, project / "composed")
    x = "x: !call:torch.nn:Liner [!var unheard_of]\n"
    (path,) = (project / "composed" / "model" / "configs").glob("wide.yaml")
    path.write_text(path.read_text() + "[precision_definition]\n== super()\n" + x)
    result = fgc("check", path)
    assert "FGC030" not in result.stdout
    assert "error[FGC023]: module `torch.nn` has no name `Liner`" in result.stdout


def test_it_finds_what_a_build_finds(project: Path) -> None:
    for text in ("x: !var y\n", "x: !call:torch.nn:Linear [1]\n", "x: *y\n", "x: {{ 1 / 0 }}\n"):
        path = written(project, {"configs/d.yaml": text}) / "configs" / "d.yaml"
        built = json.loads(fgc("build", path, "-o", "run", "--format", "json").stderr)
        assert json.loads(fgc("check", path, "--format", "json").stdout) == built
        assert built["summary"]["error"] == 1


def test_the_formats_for_machines(project: Path) -> None:
    clean = json.loads(fgc("check", "--format", "json").stdout)
    assert clean["diagnostics"] == []
    assert fgc("check", "--format", "github").stdout == ""
    lines = "".join(f"x{n}: !call:torch.nn:Liner []\n" for n in range(30))
    written(project, {"configs/a.yaml": lines})
    found = json.loads(fgc("check", "--format", "json").stdout)
    Draft202012Validator(json.loads((ROOT / "docs/findings.schema.json").read_text())).validate(
        found
    )
    assert [d["location"]["line"] for d in found["diagnostics"]] == list(range(1, 31))
    commands = fgc("check", "--format", "github").stdout.splitlines()
    assert len(commands) == 30
    assert commands[1].startswith(
        "::error file=configs/a.yaml,line=2,endLine=2,col=20,endColumn=25,"
    )
    text = fgc("check").stdout
    assert text.count("error[") == 20
    assert "\n10 more not shown\n" in text


def test_the_hook_for_pre_commit_is_a_command_that_there_is() -> None:
    import yaml

    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["id"], hook["types"], hook["pass_filenames"]) == ("fgc-check", ["yaml"], False)
    program, *arguments = hook["entry"].split()
    assert program == "fgc"
    result = fgc(*arguments, ROOT / "examples" / "tiny_llama")
    assert result.exit_code == 0
