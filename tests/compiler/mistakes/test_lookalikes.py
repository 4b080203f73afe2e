"""Scalars that mean something else in YAML 1.1, in Python or to a person are told."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from fgc.compiler.frontend.lookalikes import lookalike
from fgc.compiler.frontend.scalars import resolve_plain
from tests.compiler.mistakes.frames import said

SURPRISES = {
    "yes": "`true` is the bool",
    "Off": "`false` is the bool",
    "None": "`null` is nothing",
    "-inf": "`-.inf` is the number",
    "NaN": "`.nan` is the number",
    "010": "`0o10` is the octal number",
    "-0_17": "`-0o17` is the octal number",
    "089": "`89` is clearer",
    "1:30": "a time is given as a number of its smallest unit",
    "1,000,000": "`1_000_000` is the number",
    "0b101": "`5` is the number",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_frame_says_what_it_is_and_what_is_meant(tmp_path: Path) -> None:
    assert said(tmp_path, config="a: {shuffle: yes}\n") == dedent("""\
        warning[FGC207]: `yes` is text
         --> config.yaml:1:14
          |
        1 | a: {shuffle: yes}
          |              ^^^
          = help: `true` is the bool; in quotes it is surely text

        1 warning
        """)


@pytest.mark.parametrize("text", SURPRISES)
def test_each_names_what_is_meant(tmp_path: Path, text: str) -> None:
    found = said(tmp_path, config=f"a: [{text!r}]\nb: {text}\n")
    assert found.count("FGC207") == 1
    assert f"= help: {SURPRISES[text]}; in quotes it is surely text\n" in found


def test_what_is_quoted_computed_tagged_or_a_key_is_meant(tmp_path: Path) -> None:
    config = """\
    -- set word = "no"
    on: {no: 'yes', off: "on"}
    computed: {{ word }}
    tagged: !!str off
    block: |
        yes
    """
    assert said(tmp_path, config=config) == ""


@pytest.mark.parametrize(
    "text", ["1", "-1", "0", "00", "1e-4", "1.0", "0x1f", "0o17", "1_000", "a"]
)
def test_plain_numbers_and_words_are_no_surprise(text: str) -> None:
    assert lookalike(text) is None


@pytest.mark.parametrize(
    "text", ["yes", "No", "on", "OFF", "010", "1:30", "0b101", "1:2:3", "-017"]
)
def test_what_yaml_1_1_reads_differently_is_told(text: str) -> None:
    """PyYAML reads YAML 1.1."""
    assert yaml.safe_load(text) != resolve_plain(text)
    assert lookalike(text) is not None
