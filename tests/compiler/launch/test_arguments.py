"""Whose an argument is: fgc's, torchrun's, or the program's."""

from __future__ import annotations

from pathlib import Path

import pytest

from fgc.compiler.launch.arguments import (
    MANY,
    ArgumentError,
    behind_separator,
    of_program,
    program_options,
    split,
)

OWN = {"-o": 1, "--out": 1, "--set": 1, "--dry-run": 0, "-d": 1}
TRAIN = {"--max-steps": 1, "--resume": 1, "--fast": 0, "--files": MANY, "--range": 2}


@pytest.mark.parametrize(
    ("line", "own", "passed", "behind"),
    [
        ("", "", "", ""),
        ("c.yaml -o run --set a=1 --dry-run", "c.yaml -o run --set a=1 --dry-run", "", ""),
        ("c.yaml --max-steps 10", "c.yaml", "--max-steps 10", ""),
        ("--max-steps 10 c.yaml -d0,1", "c.yaml -d0,1", "--max-steps 10", ""),
        ("--max-steps=10 c.yaml", "c.yaml", "--max-steps=10", ""),
        ("c.yaml --resume never -o run", "c.yaml -o run", "--resume never", ""),
        ("c.yaml --fast -o run", "c.yaml -o run", "--fast", ""),
        ("c.yaml --shift -1 -o run", "c.yaml -o run", "--shift -1", ""),
        ("c.yaml --out=--odd --set --odd", "c.yaml --out=--odd --set --odd", "", ""),
        ("c.yaml -- --nnodes 2 -o x -- a", "c.yaml", "", "--nnodes 2 -o x -- a"),
        ("-", "-", "", ""),
    ],
)
def test_split(line: str, own: str, passed: str, behind: str) -> None:
    found = split(line.split(), OWN)
    assert [" ".join(part) for part in (found.own, found.passed, found.behind)] == [
        own,
        passed,
        behind,
    ]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "--max-steps 10 --resume=never --fast",
        "--files a b c --fast --range 1 2 --max-steps -1",
    ],
)
def test_what_the_program_takes_is_passed_on(line: str) -> None:
    assert " ".join(of_program(line.split(), TRAIN)) == line


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "--max-stps 10",
            "neither fgc nor the program has an option `--max-stps`; "
            "one with a similar name is `--max-steps`",
        ),
        ("--quite-other=1", "neither fgc nor the program has an option `--quite-other`"),
        ("-x", "neither fgc nor the program has an option `-x`"),
        ("--fast c.yaml", "`c.yaml` belongs to no option, and CONFIG comes before them"),
        ("--max-steps 1 2", "`2` belongs to no option, and CONFIG comes before them"),
    ],
)
def test_what_it_does_not_take_is_refused(line: str, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        of_program(line.split(), TRAIN)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("line", "torchrun", "program"),
    [
        ("--nnodes 2 --rdzv-id=7", "--nnodes 2 --rdzv-id=7", ""),
        ("--max-steps 10", "", "--max-steps 10"),
        ("--nnodes 2 --fast --tee 3 --resume x", "--nnodes 2 --tee 3", "--fast --resume x"),
        ("-t 3 -- --tee 3 c", "-t 3", "--tee 3 c"),
        ("--fast -- a", "", "--fast a"),
        ("-- --nnodes 2", "", "--nnodes 2"),
    ],
)
def test_behind_the_separator(line: str, torchrun: str, program: str) -> None:
    found = behind_separator(line.split(), TRAIN)
    assert [" ".join(part) for part in found] == [torchrun, program]


@pytest.mark.parametrize("line", ["other.py", "--fast other.py", "--nnodes 2 --fast other.py"])
def test_a_word_behind_the_separator_belongs_to_an_option(line: str) -> None:
    with pytest.raises(ArgumentError, match=r"`other\.py` belongs to no option"):
        behind_separator(line.split(), TRAIN)


def test_the_options_of_a_program_are_read_from_its_source() -> None:
    source = """
import argparse
parser = argparse.ArgumentParser()
group = parser.add_argument_group("a")
group.add_argument("--one", "-o", type=int)
parser.add_argument("--flag", action="store_true", help="--not-this")
parser.add_argument("--switch", action=argparse.BooleanOptionalAction)
parser.add_argument("--some", nargs="+")
parser.add_argument("--maybe", nargs="?")
parser.add_argument("--two", nargs=2)
parser.add_argument("--append", action="append")
parser.add_argument("word")
other.add("--other")
"""
    assert program_options(source) == {
        "--one": 1,
        "-o": 1,
        "--flag": 0,
        "--switch": 0,
        "--no-switch": 0,
        "--some": MANY,
        "--maybe": MANY,
        "--two": 2,
        "--append": 1,
    }


def test_those_of_what_is_emitted() -> None:
    golden = Path(__file__).parents[2] / "golden" / "tiny_llama" / "train.py"
    options = program_options(golden.read_text(encoding="utf-8"))
    assert {"--output-dir": 1, "--resume": 1, "--max-steps": 1, "--device": 1}.items() <= (
        options.items()
    )
