"""Projects, workspaces, search paths, and how a configuration is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.frontend.folders import find_project, find_workspace, shipped_templates
from fgc.compiler.frontend.project import config_by_path, config_names, load_project
from fgc.compiler.passes.load import Source, load
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.render import render

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file below the test's folder."""

    def write_file(name: str, text: str = "") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write_file


def error(build: Callable[[], object]) -> Diagnostic:
    with pytest.raises(BuildError) as caught:
        build()
    (found,) = caught.value.diagnostics
    return found


def values(source: Source) -> dict[object, object]:
    graph = parse(render(source), {})
    return {entry.key: getattr(entry.value, "value", None) for entry in graph.roots}


def test_defaults(write: Write, tmp_path: Path) -> None:
    write("p/meta.yaml", "")
    project = load_project(tmp_path / "p")
    assert project.name == "p"
    assert project.search_path == (tmp_path / "p", shipped_templates())
    assert (project.config_prefix, project.default_config) == ("configs", None)
    write("p/templates/configs/a.yaml", "")
    search_path = load_project(tmp_path / "p").search_path
    assert search_path == (tmp_path / "p/templates", tmp_path / "p", shipped_templates())


def test_meta_is_a_template_that_may_extend_the_workspace(write: Write, tmp_path: Path) -> None:
    write(
        "ws/fgc_workspace/meta_defaults.yaml",
        """\
        searchdir:
            - "{{ joinpath(project_dir, 'templates') }}"
            - "{{ joinpath(workspace_root, 'library') }}"
        -- block configs
        -- endblock configs
        """,
    )
    write("ws/library/base.yaml", "base: 1")
    write(
        "ws/deep/p/meta.yaml",
        """\
        -- extends "meta_defaults.yaml"
        -- block configs
        name: "The project"
        description: "Words"
        config_prefix: "experiments"
        default_config: "b"
        system_path: src
        -- endblock configs
        """,
    )
    write("ws/deep/p/src/mine.py", "")
    write("ws/deep/p/templates/experiments/b.yaml", "-- extends 'base.yaml'\n")
    project = load_project(tmp_path / "ws/deep/p")
    assert project.name == "The project"
    assert project.description == "Words"
    assert project.search_path == (
        tmp_path / "ws/deep/p/templates",
        tmp_path / "ws/library",
        tmp_path / "ws/fgc_workspace",
        shipped_templates(),
    )
    assert project.system_path == (tmp_path / "ws/deep/p/src",)
    assert project.workspace == tmp_path / "ws/fgc_workspace"
    assert set(project.sources) == {
        (tmp_path / "ws/deep/p/meta.yaml").as_posix(),
        (tmp_path / "ws/fgc_workspace/meta_defaults.yaml").as_posix(),
    }
    assert values(load(project=tmp_path / "ws/deep/p")) == {"base": 1}


def test_a_project_need_not_have_templates_of_its_own(write: Write, tmp_path: Path) -> None:
    write("p/meta.yaml", "searchdir: [templates, .]")
    assert load_project(tmp_path / "p").search_path == (tmp_path / "p", shipped_templates())


def test_workspaces(write: Write, tmp_path: Path) -> None:
    write("ws/forgather_workspace/x.yaml")
    write("ws/a/fgc_workspace/x.yaml")
    assert find_workspace(tmp_path / "ws" / "b" / "c") == tmp_path / "ws/forgather_workspace"
    assert find_workspace(tmp_path / "ws" / "a" / "c") == tmp_path / "ws/a/fgc_workspace"
    write("ws/fgc_workspace/x.yaml")
    assert find_workspace(tmp_path / "ws" / "b") == tmp_path / "ws/fgc_workspace"


def test_a_project_is_found_from_below(write: Write, tmp_path: Path) -> None:
    write("p/meta.yaml", "default_config: a.yaml")
    write("p/configs/a.yaml", "x: 1")
    (tmp_path / "p/src/deep").mkdir(parents=True)
    assert find_project(tmp_path / "p/src/deep") == tmp_path / "p"
    assert values(load(project=tmp_path / "p/src/deep")) == {"x": 1}
    assert values(load(tmp_path / "p")) == {"x": 1}


def test_a_config_by_path(write: Write, tmp_path: Path) -> None:
    write("p/meta.yaml", "")
    path = write("p/configs/sub/a.yaml", "dir: '{{ project_dir }}'")
    source = load(path, overrides={"lr": 1})
    assert source.template == "configs/sub/a.yaml"
    assert source.path == path
    assert source.project_root == tmp_path / "p"
    assert source.pins == {"lr": 1}
    assert values(source) == {"dir": (tmp_path / "p").as_posix()}


def test_a_relative_path(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("p/meta.yaml", "")
    path = write("p/configs/a.yaml", "")
    monkeypatch.chdir(tmp_path / "p/configs")
    assert load(Path("a.yaml")).path == path
    assert load(Path("../configs/a.yaml")).template == "configs/a.yaml"
    assert load(name="a").path == path


def test_a_path_always_means_that_file(write: Write, tmp_path: Path) -> None:
    write("p/meta.yaml", "")
    write("p/templates/configs/a.yaml", "which: templates")
    shadowed = write("p/configs/a.yaml", "which: root")
    assert values(load(shadowed)) == {"which": "root"}
    assert values(load(project=tmp_path / "p", name="a")) == {"which": "templates"}
    write("q/meta.yaml", "searchdir: [lib]")
    write("q/lib/base.yaml", "base: 1")
    outside = write("q/other/b.yaml", "-- extends 'base.yaml'\n")
    assert values(load(outside)) == {"base": 1}


def test_a_config_outside_of_any_project(write: Write, tmp_path: Path) -> None:
    write("base.yaml", "x: {{ lr }}\n")
    path = write("a.yaml", "-- extends 'base.yaml'\n")
    source = load(path, overrides={"lr": 3})
    assert source.search_path == (tmp_path, shipped_templates())
    assert source.project_root == tmp_path
    assert values(source) == {"x": 3}


def test_a_config_by_name(write: Write, tmp_path: Path) -> None:
    write("p/meta.yaml", "searchdir: [one, two]")
    write("p/one/configs/a.yaml", "from: one")
    write("p/two/configs/a.yaml", "from: two")
    write("p/two/configs/deep/b.yml", "from: deep")
    for name, expected in [("a", "one"), ("a.yaml", "one"), ("deep/b", "deep")]:
        assert values(load(project=tmp_path / "p", name=name)) == {"from": expected}


def test_names_and_the_default_are_sorted(write: Write, tmp_path: Path) -> None:
    write("p/meta.yaml", "")
    for name in ("z", "b/c", "a", ".hidden/x"):
        write(f"p/configs/{name}.yaml", "x: 1")
    write("p/configs/notes.txt", "")
    project = load_project(tmp_path / "p")
    assert list(config_names(project)) == ["a.yaml", "b/c.yaml", "z.yaml"]
    assert load(project=tmp_path / "p").template == "configs/a.yaml"


def test_the_source_as_text(write: Write, tmp_path: Path) -> None:
    path = write("a.yaml", "")
    assert str(load(path, overrides={"lr": 0.1})) == "\n".join(
        [
            f"project {tmp_path.name}",
            f"config {path.as_posix()}",
            "template a.yaml",
            f"search {tmp_path.as_posix()}",
            f"search {shipped_templates().as_posix()}",
            "--set lr=0.1",
        ]
    )


def test_what_is_not_a_project(tmp_path: Path) -> None:
    found = error(lambda: load_project(tmp_path))
    assert found.code == "FGC006"
    found = error(lambda: load(project=tmp_path))
    assert found.code == "FGC006"
    assert "nor above it" in found.message


def test_a_project_without_configs(write: Write, tmp_path: Path) -> None:
    write("p/meta.yaml", "name: Empty")
    found = error(lambda: load(project=tmp_path / "p"))
    assert (found.code, found.message) == ("FGC006", "the project `Empty` has no configuration")


def test_a_config_that_is_not_there(write: Write, tmp_path: Path) -> None:
    write("p/meta.yaml", "")
    write("p/configs/baseline.yaml", "")
    found = error(lambda: load(project=tmp_path / "p", name="basline"))
    assert (found.code, found.message) == (
        "FGC001",
        "the project `p` has no configuration `basline`",
    )
    assert found.help == "a configuration with a similar name exists: `baseline`"
    found = error(lambda: config_by_path(tmp_path / "p/configs/bseline.yaml"))
    assert found.code == "FGC001"
    assert found.help == "a configuration with a similar name exists: `baseline.yaml`"


@pytest.mark.parametrize(
    ("meta", "message", "column"),
    [
        ("nme: x", "meta.yaml has no key `nme`", 1),
        ("name: 3", "`name` is not text", 7),
        ("default_config: [a]", "`default_config` is not text", 17),
        ("searchdir: [1]", "`searchdir` is not a list of folders", 12),
        ("searchdir: [nothing]", "`searchdir` names `nothing`, which is not a folder", 12),
        ("system_path: nothing", "`system_path` names `nothing`, which is not a folder", 14),
        ("name: !call:f []", "meta.yaml holds data only", 7),
        ("name: !var x", "meta.yaml holds data only", 7),
    ],
)
def test_invalid_meta(write: Write, tmp_path: Path, meta: str, message: str, column: int) -> None:
    path = write("p/meta.yaml", meta)
    found = error(lambda: load_project(tmp_path / "p"))
    assert (found.code, found.message) == ("FGC007", message)
    assert found.span is not None
    assert (found.span.file, found.span.line, found.span.column) == (path.as_posix(), 1, column)


def test_meta_is_yaml(write: Write, tmp_path: Path) -> None:
    write("p/meta.yaml", "name: [")
    assert error(lambda: load_project(tmp_path / "p")).code == "FGC010"
    write("p/meta.yaml", "-- extends 'nothing.yaml'\n")
    assert error(lambda: load_project(tmp_path / "p")).code == "FGC001"
