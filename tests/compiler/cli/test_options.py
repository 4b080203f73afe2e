"""Which configuration a command is given: CONFIG, `-p` and `-t`, or the project at hand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = "from fgc.compiler.cli.main import main; main()"


def fgc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two projects, a file of no project, and one that is half of a tree."""
    folder = tmp_path_factory.mktemp("place")
    for name, text in {
        "one/meta.yaml": "name: One\ndefault_config: second\n",
        "one/configs/first.yaml": "which: one/first\nlr: {{ lr | default(1) }}\n",
        "one/configs/second.yaml": "which: one/second\n",
        "one/configs/deep/third.yaml": "which: one/deep/third\n",
        "one/src/notes.txt": "",
        "two/meta.yaml": "",
        "two/configs/first.yaml": "which: two/first\n",
        "loose.yaml": "which: loose\n",
        "broken/fgc.lock": "{",
        "none/nothing.txt": "",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("cwd", "arguments", "which"),
    [
        # a file, a project's folder, a folder in one
        (".", "pp loose.yaml", "loose"),
        (".", "pp one/configs/first.yaml", "one/first"),
        ("one/configs", "pp first.yaml", "one/first"),
        (".", "pp one", "one/second"),
        (".", "pp one/src", "one/second"),
        (".", "pp two", "two/first"),
        # the project at hand
        ("one", "pp", "one/second"),
        ("one/src", "pp", "one/second"),
        # -p and -t, behind the command
        (".", "pp -p one", "one/second"),
        (".", "pp -p one/src -t first", "one/first"),
        (".", "pp -p one -t deep/third.yaml", "one/deep/third"),
        ("one", "pp -t first", "one/first"),
        (".", "pp --project one --config-template first", "one/first"),
        # and before it
        (".", "-p one pp", "one/second"),
        (".", "-p one -t first pp", "one/first"),
        ("one/src", "-t first pp", "one/first"),
        (".", "-p one pp -t first", "one/first"),
        # of two, the later one
        (".", "-p one -t second pp -p two -t first", "two/first"),
    ],
)
def test_a_configuration_is_found(place: Path, cwd: str, arguments: str, which: str) -> None:
    ran = fgc(place / cwd, *arguments.split())
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[0] == f"which: {which}"


def test_settings_come_with_any_of_them(place: Path) -> None:
    for arguments in ("pp one/configs/first.yaml", "-p one -t first pp", "pp -p one -t first"):
        assert "lr: 7\n" in fgc(place, *arguments.split(), "--set", "lr=7").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        "pp one -p one",
        "pp one/configs/first.yaml -t first",
        "-p one pp one",
        "-t first pp one/configs/first.yaml",
    ],
)
def test_a_configuration_is_named_in_one_way(place: Path, arguments: str) -> None:
    ran = fgc(place, *arguments.split())
    assert ran.returncode == 2
    assert ran.stdout == ""
    message = "Error: CONFIG, or `-p` and `-t`, names the configuration, not both\n"
    assert ran.stderr.endswith(message)


@pytest.mark.parametrize(
    ("cwd", "arguments", "message", "remedy"),
    [
        (
            ".",
            "pp -p one -t frist",
            "error[FGC001]: the project `One` has no configuration `frist`",
            "a configuration with a similar name exists: `first`",
        ),
        (
            ".",
            "-p one -t deep/thrid pp",
            "error[FGC001]: the project `One` has no configuration `deep/thrid`",
            "a configuration with a similar name exists: `deep/third`",
        ),
        (
            "two",
            "pp -t xyz",
            "error[FGC001]: the project `two` has no configuration `xyz`",
            "its configurations are `first.yaml`",
        ),
        (
            "none",
            "pp",
            "error[FGC006]: no project at `.`, nor above it",
            "a project is a folder with a `meta.yaml`; a configuration can be given by its file",
        ),
        (
            ".",
            "pp -p none",
            "error[FGC006]: no project at `none`, nor above it",
            "a project is a folder with a `meta.yaml`; a configuration can be given by its file",
        ),
        (
            ".",
            "pp broken",
            "error[FGC009]: the tree `broken` cannot be read: its `fgc.lock` is broken: "
            "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
            "build it again from its configuration",
        ),
    ],
)
def test_what_is_not_found_is_a_diagnostic(
    place: Path, cwd: str, arguments: str, message: str, remedy: str
) -> None:
    ran = fgc(place / cwd, *arguments.split())
    assert (ran.returncode, ran.stdout) == (1, "")
    shown = message.replace("@HERE@", place.as_posix())
    assert ran.stderr == f"{shown}\n  = help: {remedy}\n\n1 error\n"


@pytest.mark.parametrize("arguments", ["pp nowhere", "pp -p nowhere", "-p loose.yaml pp"])
def test_what_is_not_there_is_bad_usage(place: Path, arguments: str) -> None:
    ran = fgc(place, *arguments.split())
    assert ran.returncode == 2
    assert "Error: Invalid value for" in ran.stderr
