"""To look at a configuration, or to build it, runs none of its code and reaches nothing outside."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fgc.compiler.pipeline import Request, run
from tests.example_configs import EXAMPLES

WATCHED = Path(__file__).with_name("watched.py")
LOUD = '''\
"""A module that does something as soon as it is imported, and in every other way there is."""

import pathlib

pathlib.Path(r"{marker}").write_text("imported")


class Meta(type):
    """Acts when a class of it is made."""

    def __new__(mcs, name, bases, names):
        pathlib.Path(r"{marker}").write_text("metaclass")
        return super().__new__(mcs, name, bases, names)

    def __call__(cls, *args, **kwargs):
        pathlib.Path(r"{marker}").write_text("called")
        return super().__call__(*args, **kwargs)


def loud(function):
    """Acts when a function is decorated."""
    pathlib.Path(r"{marker}").write_text("decorated")
    return function


class Watch(metaclass=Meta):
    """Does nothing by itself."""

    DEFAULT = pathlib.Path(r"{marker}").write_text("class body")

    @loud
    def __init__(self, *, value=pathlib.Path(r"{marker}").write_text("default")):
        self.value = value

    def on_step_end(self, state):
        """Looks on."""
'''
CONFIG = """\
-- extends 'configs/baseline.yaml'
[trainer_callbacks]
callbacks: &callbacks !dlist
    watch: !singleton:loud.py:Watch
    package: !singleton:package/part.py:Watch
"""
INSPECTING = (
    ["ls", "-r"],
    ["pp", "configs/mine.yaml"],
    ["graph", "configs/mine.yaml"],
    ["graph", "configs/mine.yaml", "--format", "mermaid"],
    ["targets", "configs/mine.yaml"],
    ["trefs", "configs/mine.yaml"],
    ["code", "configs/mine.yaml", "--target", "callbacks"],
    ["explain", "configs/mine.yaml"],
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project full of code that tells if it was run."""
    folder = tmp_path / "project"
    shutil.copytree(EXAMPLES / "tiny_llama", folder, ignore=shutil.ignore_patterns("*.py", "runs"))
    loud = LOUD.format(marker=tmp_path / "ran")
    (folder / "package").mkdir()
    for name in (
        "loud.py",
        "conftest.py",
        "sitecustomize.py",
        "usercustomize.py",
        "setup.py",
        "yaml.py",
        "jinja2.py",
        "black.py",
        "package/__init__.py",
        "package/part.py",
        "configs/__init__.py",
    ):
        (folder / name).write_text(loud)
    (folder / "loud.pth").write_text(
        f"import pathlib; pathlib.Path({str(tmp_path / 'ran')!r}).touch()"
    )
    (folder / "configs" / "mine.yaml").write_text(CONFIG)
    return folder


def watched(project: Path, *commands: list[str]) -> dict[str, Any]:
    base = project.parent
    (base / "cache").mkdir(exist_ok=True)
    environment = os.environ | {
        "FGC_CACHE_DIR": str(base / "cache"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, str(WATCHED), str(project), str(base / "out"), json.dumps(commands)]
    ran = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    result = json.loads(ran.stdout.splitlines()[-1])
    result["stderr"] = ran.stderr
    return result


def test_inspecting_runs_nothing(project: Path) -> None:
    result = watched(project, *INSPECTING)
    assert result["codes"] == [0] * len(INSPECTING), result["stderr"]
    assert result["seen"] == [], "\n".join(result["seen"])
    assert not (project.parent / "ran").exists()


def test_building_runs_nothing(project: Path) -> None:
    out = project.parent / "out"
    again = ["build", str(out / "run"), "-o", str(out / "again")]
    result = watched(project, ["build", "configs/mine.yaml", "-o", str(out / "run")], again)
    assert result["codes"] == [0, 0], result["stderr"]
    assert result["seen"] == [], "\n".join(result["seen"])
    assert not (project.parent / "ran").exists()
    assert (out / "run" / "train.py").exists()


def test_the_watcher_sees(project: Path) -> None:
    """What the two tests above rely on: code that does run is noticed."""
    script = (
        "import sys, json; sys.path.insert(0, sys.argv[1]); import watched, pathlib\n"
        "seen = []; project = pathlib.Path(sys.argv[2]); watched.watch(project, (), seen)\n"
        "sys.path.insert(0, str(project)); import loud, subprocess, socket\n"
        "subprocess.run(['true']); socket.socket().close()\n"
        "print(json.dumps(seen))"
    )
    command = [sys.executable, "-c", script, str(WATCHED.parent), str(project)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    seen = json.loads(ran.stdout)
    for event in ("exec", "write", "subprocess.Popen", "socket.__new__"):
        assert any(noticed.startswith(event) for noticed in seen), (event, seen)


ESCAPES = (
    "''.__class__.__mro__",
    "''['__class__']",
    "''|attr('__class__')",
    "().__class__.__bases__[0].__subclasses__()",
    "cycler.__init__.__globals__",
    "joiner.__init__.__globals__.os",
    "namespace.__init__.__globals__",
    "lipsum.__globals__",
    "self.__init__.__globals__",
    "dict.mro()",
    "range.__class__",
    "toyaml.__globals__",
    "raise.__globals__",
    "ns.__class__.__init__.__globals__",
    "ns._pins",
    "ns['_pins'].values",
    "{}.update.__self__.__class__",
    "'{0.__class__}'.format(1)",
    "'{0.__class__.__init__.__globals__}'.format(ns)",
    "'%s'.__mod__.__self__.__class__",
    "[].append.__self__.__class__",
    "[1]|map(attribute='__class__')|list",
    "[ns]|map(attribute='_pins')|list",
    "[{}]|groupby('__class__')",
    "[1]|sum(attribute='__class__')",
    "(1)|attr('real')|attr('__class__')",
    "config.__class__",
    "super.__globals__",
    "loop.__class__",
    "open('/etc/passwd')",
    "__import__('os')",
    "().__reduce_ex__(2)",
    "(namespace()).__reduce__()",
)


@pytest.mark.parametrize("expression", ESCAPES)
def test_an_expression_does_not_leave_the_sandbox(tmp_path: Path, expression: str) -> None:
    config = tmp_path / "a.yaml"
    config.write_text(
        f"-- set ns = namespace()\na: {{{{ ({expression}) | string | toyaml }}}}\n"
        f"b: {{{{ ({expression}).__globals__ }}}}\n"
    )
    outcome = run(Request(config), until="fold")
    assert outcome.failed
    assert outcome.diagnostics[0].code in {"FGC003", "FGC004", "FGC005"}
    assert outcome.diagnostics[0].span is not None


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system [false]",
        "!!python/object:os.system {}",
        "!!python/name:os.system",
        "!!python/module:os",
        "!<tag:yaml.org,2002:python/object/apply:os.system> [false]",
        "!!binary aGk=",
        "!!set {a}",
    ],
)
def test_tags_of_python_objects_are_refused(tmp_path: Path, tag: str) -> None:
    (tmp_path / "a.yaml").write_text(f"a: {tag}\n")
    found, *_ = run(Request(tmp_path / "a.yaml"), until="fold").diagnostics
    assert found.code in {"FGC010", "FGC011", "FGC012"}
    assert found.span is not None


SECRET = "the secret that lies outside of the project"


@pytest.mark.parametrize("statement", ["extends", "include", "import"])
@pytest.mark.parametrize(
    "name", ["../secret.yaml", "/SECRET", "configs/../../secret.yaml", "./../secret.yaml"]
)
def test_a_template_outside_of_the_search_path_is_none(
    tmp_path: Path, statement: str, name: str
) -> None:
    (tmp_path / "secret.yaml").write_text(f"a: {SECRET}\n")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "meta.yaml").write_text("name: P\n")
    name = name.replace("/SECRET", str(tmp_path / "secret.yaml"))
    ending = " as s" if statement == "import" else ""
    (folder / "a.yaml").write_text(f"-- {statement} '{name}'{ending}\n")
    outcome = run(Request(folder / "a.yaml"), until="render")
    assert [found.code for found in outcome.diagnostics] == ["FGC001"]
    assert SECRET not in str(outcome.build.sources)
