"""What generated code gets wrong in the language's ancestor, and here not."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from fgc.compiler.pipeline import Request, run
from fgc.targets.python.lone import lone_code

MODULE = """\
def show(*args, **kwargs):
    return args, kwargs


def late(first, second=2):
    return first, second
"""


def value(folder: Path, text: str, target: str = "a") -> object:
    """What the code of a target gives when it is run."""
    (folder / "m.py").write_text(MODULE)
    (folder / "one.py").write_text("def same():\n    return 'one'\n")
    (folder / "two.py").write_text("def same():\n    return 'two'\n")
    (folder / "a.yaml").write_text(text, "utf-8")
    outcome = run(Request(folder / "a.yaml"), until="fold")
    assert outcome.diagnostics == ()
    assert outcome.build.resolution is not None
    out = folder / "out"
    for path, code in lone_code(outcome.build.resolution, target, folder).items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(code, "utf-8")
    program = f"import {target}; print(repr({target}.build_{target}()))"
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, cwd=out, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return eval(ran.stdout, {"inf": float("inf")})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!call:m.py:show [.inf, -.inf]", ((float("inf"), float("-inf")), {})),
        ("!call:m.py:show {b: 1, a: 2}", ((), {"b": 1, "a": 2})),
        ("!call:m.py:show [!call:one.py:same [], !call:two.py:same []]", (("one", "two"), {})),
        ('!call:m.py:show ["a\\"b\\n\\\\"]', (('a"b\n\\',), {})),
    ],
    ids=["infinities", "order of keywords", "two symbols of one name", "quotes"],
)
def test_the_code_is_right(tmp_path: Path, text: str, expected: object) -> None:
    assert value(tmp_path, f"a: {text}\n") == expected


def test_a_partial_at_the_root_is_balanced(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: !partial:m.py:late [1]\n")
    (tmp_path / "m.py").write_text(MODULE)
    outcome = run(Request(tmp_path / "a.yaml"), until="fold")
    assert outcome.build.resolution is not None
    for code in lone_code(outcome.build.resolution, "a", tmp_path).values():
        ast.parse(code)


@pytest.mark.parametrize("keyword", ["class", "a b", "1st"])
def test_a_keyword_that_python_cannot_write_is_written_otherwise_or_refused(
    tmp_path: Path, keyword: str
) -> None:
    (tmp_path / "a.yaml").write_text(f'a: !call:m.py:show {{"{keyword}": 1}}\n')
    (tmp_path / "m.py").write_text(MODULE)
    outcome = run(Request(tmp_path / "a.yaml"), until="fold")
    if outcome.failed:
        assert outcome.diagnostics[0].span is not None
        return
    assert value(tmp_path, f'a: !call:m.py:show {{"{keyword}": 1}}\n') == ((), {keyword: 1})


def test_a_spec_with_its_colon_in_the_wrong_place_is_no_import(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: !call:m.py:shwo.late {}\n")
    (tmp_path / "m.py").write_text(MODULE)
    outcome = run(Request(tmp_path / "a.yaml"), until="fold")
    assert outcome.failed
    assert outcome.diagnostics[0].code == "FGC023"
