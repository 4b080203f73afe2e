"""``fgc build``: what it writes, prints and exits with."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Fgc = Callable[..., Result]


def test_build_writes_and_says_what_and_how_to_run(fgc: Fgc, tmp_path: Path) -> None:
    result = fgc("good", "build", "a.yaml", "-o", "my run")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert re.sub(r"\d\.\d\d s", "0.00 s", result.stdout) == (
        "built my run/ in 0.00 s\n"
        "  size     2 files, 1 lines of Python\n"
        "  changes  2 written\n"
        "  run it   python 'my run/train.py'\n"
    )
    assert (tmp_path / "my run" / "train.py").read_text() == "print([])\n"
    assert "changes  none" in fgc("good", "build", "a.yaml", "-o", "my run").stdout


def test_set_reaches_the_passes_as_yaml_scalars(fgc: Fgc, tmp_path: Path) -> None:
    settings = ["--set", "lr=3e-4", "--set", "name='1'", "--set", "ns.bias=null"]
    assert fgc("good", "build", "a.yaml", "-o", "run", *settings).exit_code == 0
    assert (tmp_path / "run" / "train.py").read_text() == (
        "print([('lr', 0.0003), ('name', '1'), ('ns.bias', None)])\n"
    )


def test_a_bad_configuration_exits_1_with_a_frame_and_writes_nothing(
    fgc: Fgc, tmp_path: Path
) -> None:
    result = fgc("bad: 1\n", "build", "a.yaml", "-o", "run")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == (
        "error[FGC010]: this is bad\n"
        " --> a.yaml:1:1\n"
        "  |\n"
        "1 | bad: 1\n"
        "  | ^^^^^^\n"
        "  = help: write `good`\n"
        "\n"
        "1 error\n"
    )
    assert not (tmp_path / "run").exists()


def test_a_warning_is_shown_and_the_build_goes_on(fgc: Fgc, tmp_path: Path) -> None:
    result = fgc("odd", "build", "a.yaml", "-o", "run")
    assert result.exit_code == 0
    assert result.stderr.startswith("warning[FGC032]: this is odd\n")
    assert result.stderr.endswith("\n1 warning\n")
    assert (tmp_path / "run" / "train.py").exists()


@pytest.mark.parametrize(("text", "codes"), [("bad", ["FGC010"]), ("good", [])])
def test_format_json(fgc: Fgc, text: str, codes: list[str]) -> None:
    result = fgc(text, "build", "a.yaml", "-o", "run", "--format", "json")
    assert [found["code"] for found in json.loads(result.stderr)["diagnostics"]] == codes


def test_a_folder_that_fgc_did_not_write_is_refused(fgc: Fgc, tmp_path: Path) -> None:
    result = fgc("good", "build", "a.yaml", "-o", ".")
    assert result.exit_code == 1
    assert "error[FGC070]: `.` is not empty and was not written by fgc" in result.stderr
    assert "Traceback" not in result.output


def test_force_overwrites_an_edit(fgc: Fgc, tmp_path: Path) -> None:
    fgc("good", "build", "a.yaml", "-o", "run")
    (tmp_path / "run" / "train.py").write_text("mine")
    refused = fgc("good", "build", "a.yaml", "-o", "run")
    assert refused.exit_code == 1
    assert "`train.py` in `run` was edited since fgc wrote it" in refused.stderr
    assert fgc("good", "build", "a.yaml", "-o", "run", "--force").exit_code == 0
    assert (tmp_path / "run" / "train.py").read_text() == "print([])\n"


def test_print_after_shows_and_writes_nothing_without_out(fgc: Fgc, tmp_path: Path) -> None:
    result = fgc("text: 1\n", "build", "a.yaml", "--print-after", "render")
    assert result.exit_code == 0
    assert result.stdout == "# after render\ntext: 1\n\n"
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


def test_print_after_several_passes_and_write(fgc: Fgc, tmp_path: Path) -> None:
    options = ["--print-after", "fold", "--print-after", "render"]
    result = fgc("x: 1\n", "build", "a.yaml", "-o", "run", *options)
    shown = result.stdout.partition("built")[0]
    assert shown == "# after render\nx: 1\n\n# after fold\n['model/weights.bin', 'train.py']\n\n"
    assert (tmp_path / "run" / "train.py").exists()


def test_time_passes_names_each_pass_and_the_total(fgc: Fgc) -> None:
    result = fgc("good", "build", "a.yaml", "-o", "run", "--time-passes")
    names = [line.split()[0] for line in result.stderr.splitlines()]
    assert names == ["render", "fold", "write", "total"]
    assert all(line.endswith(" ms") for line in result.stderr.splitlines())


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "a.yaml"),
        ("build", "nowhere.yaml", "-o", "run"),
        ("build", "a.yaml", "-o", "run", "--print-after", "nothing"),
        ("build", "a.yaml", "-o", "run", "--set", "novalue"),
        ("build", "a.yaml", "-o", "run", "--set", "=1"),
        ("build", "a.yaml", "-o", "run", "--set", "1x=1"),
        ("build", "a.yaml", "-o", "run", "--set", "x=1e999"),
        ("build", "a.yaml", "-o", "run", "--set", "x='open"),
        ("build",),
        ("unheard-of",),
    ],
    ids=" ".join,
)
def test_bad_usage_exits_2(fgc: Fgc, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = fgc("good", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: fgc")
    assert "Traceback" not in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]
