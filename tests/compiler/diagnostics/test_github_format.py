"""Findings as commands of GitHub Actions, read back as its runner reads them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label, Severity
from fgc.compiler.diagnostics.frame import printable
from fgc.compiler.diagnostics.github_format import render_github
from fgc.compiler.ir.span import Span
from tests.compiler.diagnostics.anything import BASE, CONFIG, CWD, anything

COMMAND = re.compile(r"::(?P<name>\w+) (?P<properties>.*?)::(?P<message>.*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command, taken apart by the rules of GitHub's documentation."""
    match = COMMAND.fullmatch(line)
    assert match is not None
    properties = dict(part.split("=", 1) for part in match["properties"].split(","))
    return match["name"], {k: unescaped(v) for k, v in properties.items()}, unescaped(match[3])


def unescaped(text: str) -> str:
    for code, character in {"%3A": ":", "%2C": ",", "%0A": "\n", "%25": "%"}.items():
        text = text.replace(code, character)
    return text


def test_a_finding_at_its_line() -> None:
    span = Span(f"{CWD}/a, b:100%.yaml", 7, 5, 7, 17)
    found = Diagnostic(
        "FGC021",
        "no `a`: 50%, or\nmore",
        span,
        labels=(Label(Span.point(BASE, 2), "here"),),
        notes=("n",),
        help="write `b`",
    )
    name, properties, message = read(render_github([found], cwd=CWD).rstrip("\n"))
    assert name == "error"
    assert properties == {
        "file": "a, b:100%.yaml",
        "line": "7",
        "endLine": "7",
        "col": "5",
        "endColumn": "17",
        "title": "FGC021 unknown argument",
    }
    remarks = f"{BASE}:2:1: here\nnote: n\nhelp: write `b`"
    assert message == f"no `a`: 50%, or\nmore\n{remarks}"


def test_columns_are_of_one_line_and_files_of_the_checkout() -> None:
    several = Diagnostic("FGC012", "wrong", Span(CONFIG, 2, 3, 4, 5), Severity.WARNING)
    outside = Diagnostic("FGC012", "wrong", Span(BASE, 2, 3, 2, 5), Severity.NOTE)
    first, second = render_github([several, outside], cwd=CWD).splitlines()
    assert read(first)[1] | {"title": ""} == {
        "file": "configs/baseline.yaml",
        "line": "2",
        "endLine": "4",
        "title": "",
    }
    name, properties, message = read(second)
    assert (name, *properties) == ("notice", "title")
    assert message == f"wrong\nat {BASE}:2:3"


@given(st.lists(anything, max_size=3))
def test_a_line_each_whatever_is_said(found: list[Diagnostic]) -> None:
    lines = render_github(found, cwd=CWD).split("\n")[:-1]
    assert len(lines) == len(set(found))
    begun = {read(line)[2].split("\n")[0] for line in lines}
    assert begun == {printable(d.message).split("\n")[0] for d in found}
