"""The extension for VS Code: its files fit together, and its grammar gives the scopes it should."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "editors" / "vscode"
PACKAGE = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
GRAMMAR = json.loads((FOLDER / "syntaxes" / "fgc.tmLanguage.json").read_text(encoding="utf-8"))
TESTER = FOLDER / "node_modules" / ".bin" / "vscode-tmgrammar-test"


def rules(rule: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield rule
    for below in (*rule.get("patterns", ()), *rule.get("repository", {}).values()):
        yield from rules(below)


def test_the_files_that_it_names_are_there() -> None:
    (language,) = PACKAGE["contributes"]["languages"]
    (grammar,) = PACKAGE["contributes"]["grammars"]
    assert (FOLDER / PACKAGE["main"]).is_file()
    json.loads((FOLDER / language["configuration"]).read_text(encoding="utf-8"))
    assert (FOLDER / grammar["path"]).is_file()
    assert (grammar["language"], grammar["scopeName"]) == (language["id"], GRAMMAR["scopeName"])


def test_every_rule_is_defined_and_every_pattern_can_be_read() -> None:
    used: set[str] = set()
    for rule in rules(GRAMMAR):
        if "include" in rule:
            used.add(rule["include"].removeprefix("#"))
        opened = rule.get("match", rule.get("begin", "")).replace(r"\G", "")
        # the end of a rule may refer to a group of its beginning
        re.compile(f"{opened}(?:{rule.get('end', '')})")
        for captures in ("captures", "beginCaptures", "endCaptures"):
            groups = re.compile(opened).groups
            assert all(int(number) <= groups for number in rule.get(captures, {}))
    assert used == set(GRAMMAR["repository"])


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("block-header", "    [optimizer!] ## the block"),
        ("line-comment", "## a comment"),
        ("inline-template", "#---- models/base.yaml ----"),
        ("line-statement", "  << if ns.lr"),
    ],
)
def test_lines_that_are_not_yaml_are_known(rule: str, line: str) -> None:
    entry = GRAMMAR["repository"][rule]
    assert re.search(entry.get("match", entry.get("begin")), line)


@pytest.mark.skipif(not TESTER.exists(), reason="`npm install` was not run in editors/vscode")
def test_the_scopes_of_a_sample() -> None:
    """The lines of test/sample.fgc say which scopes stand below them."""
    command = [TESTER, "-g", "syntaxes/fgc.tmLanguage.json", "test/sample.fgc"]
    ran = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_extension_is_javascript() -> None:
    ran = subprocess.run(
        ["node", "--check", FOLDER / "extension.js"], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
