"""``--compat``: what Forgather passes over is a warning, and the work goes on with its meaning.

Without it each is an error. What Forgather itself refuses is an error either way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fgc.compiler.cli.main import cli

Write = Callable[[dict[str, str]], Path]

PROJECT = {"meta.yaml": "name: P\n"}
CONFIG = "configs/a.yaml"
OTHER = {"other/meta.yaml": "", "other/configs/o.yaml": "main: !call:dict {x: !var x}\n"}
LINK = "x: !call:forgather:from_project {project_dir: other"
RUN = "trainer: !call:dict []\n"
FOLD = ("graph", "--after", "fold")


@dataclass(frozen=True)
class Case:
    """Files, of which ``configs/a.yaml`` is looked at with ``command``, and what is printed."""

    code: str
    files: dict[str, str]
    shown: str
    command: tuple[str, ...] = ("graph",)
    options: tuple[str, ...] = ()


def config(text: str, **others: str) -> dict[str, str]:
    return {CONFIG: text, **{f"{name}.yaml": other for name, other in others.items()}}


CASES = {
    "a key of meta.yaml": Case(
        "FGC007", {"meta.yaml": "name: P\nauthor: me\n", CONFIG: "x: 1\n"}, "x: 1"
    ),
    "a folder of searchdir that is not there": Case(
        "FGC007",
        {"meta.yaml": "searchdir: [gone, here]\n", "here/configs/a.yaml": "x: 1\n"},
        "x: 1",
        options=("-t", "a"),
    ),
    "text outside of blocks": Case(
        "FGC008",
        config("-- extends 'base.yaml'\ny: 2\n[a]\nx: 1\n", base="[a]\n"),
        "x: 1",
        ("pp",),
    ),
    "a block that no template has": Case(
        "FGC008", config("-- extends 'base.yaml'\n[b]\ny: 2\n", base="[a]\nx: 1\n"), "x: 1", ("pp",)
    ),
    "a block in vain, in what the templates are": Case(
        "FGC008",
        config("-- extends 'base.yaml'\n[b]\ny: 2\n", base="[a]\nx: 1\n"),
        "extends base.yaml",
        ("trefs",),
    ),
    "a container with an import spec": Case(
        "FGC011", config("x: !list:builtins:list [1]\n"), "x: [1]"
    ),
    "a scalar as arguments": Case(
        "FGC012", config("x: !partial:str ab\n"), "x: !partial:str [a, b]"
    ),
    "a keyword that no parameter can have": Case(
        "FGC012", config("x: !call:dict {a-b: 1}\n"), "    a-b: 1\n"
    ),
    "two containers of one name": Case(
        "FGC014", config("x: !dict@d {a: 1}\ny: !dict@d {a: 2}\n"), "a: 2"
    ),
    "a project that is not there": Case("FGC015", config(f"{LINK}/gone}}\n"), "project_dir:"),
    "a target that the other has not": Case(
        "FGC015", config(f"{LINK}, targets: gone}}\n") | OTHER, "targets: gone"
    ),
    "a variable that the other has not": Case(
        "FGC015", config(f"{LINK}, xx: 1}}\n") | OTHER, "xx: 1"
    ),
    "a mistake in what is linked": Case(
        "FGC200",
        config(f"{LINK}}}\n") | OTHER | {"other/configs/o.yaml": "main: {a: 1, a: 2}\n"},
        "a: 2",
    ),
    "what is linked cannot be read": Case(
        "FGC013",
        config(f"{LINK}}}\n") | OTHER | {"other/configs/o.yaml": "main: *gone\n"},
        "from_project",
    ),
    "a target of what cannot be linked": Case(
        "FGC015", config(f"{LINK}/gone}}\n"), "from_project", ("targets",)
    ),
    "a module that there is not": Case(
        "FGC020", config("x: !partial:.lost:Part\n"), " x ", ("targets",)
    ),
    "a name that a module has not": Case(
        "FGC023", config("x: !partial:json:dmups\n"), " x ", ("targets",)
    ),
    "a module that there is not, folded around": Case(
        "FGC020", config("x: !call:getitem [!call:.lost:Part {a: 1}, 0]\n"), ".lost:Part", FOLD
    ),
    "a key given twice": Case("FGC200", config("x: {a: 1, b: 2, a: 3}\n"), "    a: 3\n    b: 2\n"),
    "what is pinned in vain": Case(
        "FGC203", config("x: 1\n"), "x: 1", FOLD, options=("--set", "lr=1")
    ),
    "a knob that nobody reads": Case(
        "FGC204", config("-- set ns = namespace(lr=1)\nx: 1\n"), "x: 1", FOLD
    ),
    "a knob that is set too late": Case(
        "FGC204",
        config("-- set ns = namespace(lr=1)\nx: {{ ns.lr }}\n-- set ns.lr = 2\n"),
        "x: 1",
        FOLD,
    ),
    "a target that is probably another": Case(
        "FGC205", config(f"{RUN}optimzer: !partial:dict []\n"), "optimzer:", FOLD
    ),
    "what is not the same for every build": Case(
        "FGC210", config(RUN + 'optimizer: {at: "{{ isotime() }}"}\n'), "2000-01-01", FOLD
    ),
    "an option that is malformed": Case(
        "FGC300", config("dynamic_args: [{names: --a, nargs: 2}]\nx: 1\n"), "nargs: 2", FOLD
    ),
}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(files: dict[str, str]) -> Path:
        for name, text in (PROJECT | files).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return tmp_path

    return write


def fgc(root: Path, case: Case, *options: str) -> Result:
    command, *others = case.command
    arguments = [command, "-p", root.as_posix(), *others, *case.options, *options]
    return CliRunner().invoke(cli, arguments)


@pytest.mark.parametrize("name", CASES)
def test_an_error(name: str, write: Write) -> None:
    case = CASES[name]
    result = fgc(write(case.files), case)
    assert result.exit_code == 1, result.output
    assert f"error[{case.code}]" in result.stderr


@pytest.mark.parametrize("name", CASES)
def test_a_warning_and_forgathers_meaning(name: str, write: Write) -> None:
    case = CASES[name]
    result = fgc(write(case.files), case, "--compat")
    assert result.exit_code == 0, result.output
    assert f"warning[{case.code}]" in result.stderr
    assert "error[" not in result.stderr
    assert case.shown in result.stdout


REFUSED = {
    "an anchor defined twice": ("FGC201", "x: &a 1\ny: &a 2\nz: *a\n"),
    "two calls of one name": ("FGC014", "x: !call:dict@d []\ny: !call:dict@d []\n"),
    "a tag that there is not": ("FGC011", "x: !foo 1\n"),
    "a variable with an import spec": ("FGC011", "x: !var:int lr\n"),
    "a key that is no text": ("FGC012", "x: !call:dict {1: 2}\n"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_forgather_refuses_is_an_error(name: str, write: Write) -> None:
    code, text = REFUSED[name]
    result = fgc(write(config(text)), Case(code, {}, ""), "--compat")
    assert result.exit_code == 1, result.output
    assert f"error[{code}]" in result.stderr


def test_ls(write: Write) -> None:
    files = {"meta.yaml": "author: me\n", CONFIG: "x: {a: 1, a: 2}\n"}
    root = write(files).as_posix()
    strict, lenient = (
        json.loads(CliRunner().invoke(cli, ["ls", root, "--format", "json", *options]).stdout)[0]
        for options in ([], ["--compat"])
    )
    assert strict["error"]["code"] == "FGC007"
    assert lenient["error"] is None
    assert [config["error"] for config in lenient["configs"]] == [None]


def test_options_of_a_configuration_with_a_mistake(write: Write) -> None:
    """They are found with the strictness that the command is given."""
    text = "dynamic_args: [{names: --lr, type: float}]\nx: {a: 1, a: {{ lr }}}\n"
    root = write(config(text))
    result = fgc(root, Case("FGC200", {}, ""), "--compat", "--lr", "0.5")
    assert result.exit_code == 0, result.output
    assert "a: 0.5" in result.stdout


def test_a_build_knows_no_such_option(write: Write) -> None:
    root = write(config("x: 1\n")).as_posix()
    result = CliRunner().invoke(cli, ["build", "-p", root, "--compat"])
    assert result.exit_code == 2
