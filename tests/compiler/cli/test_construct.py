"""``fgc construct``."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.compiler.cli.real import DEMO, fgc, written

MADE = """
import sys


class Thing:
    def __init__(self, size, part=None):
        self.size = size
        self.part = part
        self._hidden = 1


class Sized:
    def __init__(self, size):
        if size < 0:
            check(size)
        self.size = size

    def __repr__(self):
        return f"Sized({self.size})"


def check(size):
    raise ValueError(f"{size} is negative")


def leave():
    sys.exit(3)


def hello():
    return "hello"


def give():
    return hello
"""
CONFIG = """\
size: &size 3
thing: !call:made.py:Thing {size: *size, part: !call:made.py:Sized [2]}
wrong: !call:made.py:Thing
    size: 1
    part: !call:made.py:Sized [-1]
leave: !call:made.py:leave
make: !partial:made.py:Sized [*size]
plain: !partial:made.py:Sized
give: !call:made.py:give
gone: !call:gone.py:f
rank: [!var rank, !var world_size]
folder: !var cache_dir
where: !var where
launch_args: {where: {type: path, default: /here}, often: {type: int, default: 2}}
nested: {a: [1, !call:made.py:Sized [1]], b: !partial:made.py:Sized [1]}
optimizer: !partial:torch.optim:AdamW {lr: 0.5}
"""


@pytest.fixture(autouse=True)
def small_pipeline() -> None:
    """The real passes run here."""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {"a.yaml": CONFIG, "made.py": MADE, "gone.py": "import nobodys_package\ndef f(): ...\n"}
    written(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "a.yaml"


def constructed(config: Path, target: str, *options: str) -> str:
    result = fgc("construct", config, "--target", target, *options)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def failed(config: Path, target: str, *options: str) -> str:
    result = fgc("construct", config, "--target", target, *options)
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr


def test_an_object_is_its_class_and_attributes(config: Path) -> None:
    shown = constructed(config, "thing")
    assert shown.splitlines()[1:] == ["    size  3", "    part  Sized(2)"]
    assert shown.splitlines()[0].endswith(".made.Thing")


def test_it_says_whose_code_it_runs_and_only_then(config: Path) -> None:
    result = fgc("construct", config, "--target", "thing")
    assert result.stderr == "note: this runs code of made.py\n"
    assert fgc("construct", config, "--target", "size").stderr == ""
    assert fgc("construct", config, "--target", "make").stderr == ""


def test_a_partial_is_what_it_binds_until_it_is_called(config: Path) -> None:
    expected = "make: !partial:made.py:Sized [3]\n\n# a partial: --call calls it\n"
    assert constructed(config, "make") == expected
    assert constructed(config, "make", "--call") == "Sized(3)\n"
    assert "<partial of made.py:Sized>" in constructed(config, "nested")


def test_what_was_built_can_be_called(config: Path) -> None:
    assert constructed(config, "give").endswith("hello\n")
    assert constructed(config, "give").startswith("function ")
    assert constructed(config, "give", "--call") == "'hello'\n"
    result = fgc("construct", config, "--target", "size", "--call")
    assert result.exit_code == 2
    assert "`size` is of the type `int`, and cannot be called" in result.stderr


def test_what_the_code_raises_is_a_diagnostic(config: Path) -> None:
    assert failed(config, "wrong") == dedent("""\
        note: this runs code of made.py
        error[FGC041]: `wrong` cannot be built: ValueError: -1 is negative
         --> a.yaml:5:17
          |
        3 | wrong: !call:made.py:Thing
          |              ------------- to build this
        4 |     size: 1
        5 |     part: !call:made.py:Sized [-1]
          |                 ^^^^^^^^^^^^^
          = note: made.py:15 in __init__
                  check(size)
          = note: made.py:23 in check
                  raise ValueError(f"{size} is negative")

        1 error
        """)


def test_code_that_leaves_or_cannot_be_imported(config: Path) -> None:
    assert "`leave` cannot be built: SystemExit: 3" in failed(config, "leave")
    gone = failed(config, "gone")
    assert "ModuleNotFoundError: No module named 'nobodys_package'" in gone
    assert "--> a.yaml:10:13" in gone
    assert "gone.py:1 in <module>" in gone
    assert "interpret.py" not in gone


def test_a_call_that_lacks_arguments(config: Path) -> None:
    shown = failed(config, "plain", "--call")
    assert "TypeError: Sized.__init__() missing 1 required positional argument: 'size'" in shown
    assert "--> a.yaml:8:17" in shown


def test_launch_values(config: Path) -> None:
    assert constructed(config, "rank") == "[0, 1]\n"
    options = ("--launch", "rank=2", "--launch", "world_size=8")
    assert constructed(config, "rank", *options) == "[2, 8]\n"
    assert constructed(config, "where") == "PosixPath('/here')\n"
    assert constructed(config, "where", "--launch", "where=there") == "PosixPath('there')\n"
    folder = constructed(config, "folder").split("'")[1]
    assert not Path(folder).exists()


@pytest.mark.parametrize("option", ["rnak=1", "rank=x", "rank", "often=1.5"])
def test_launch_values_that_are_none(config: Path, option: str) -> None:
    result = fgc("construct", config, "--target", "size", "--launch", option)
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: fgc construct")


def test_what_the_program_would_give_has_to_be_there(config: Path) -> None:
    message = "`optimizer` is called with `named_parameters` of the target `model`"
    assert message in failed(config, "optimizer", "--call")


def test_mistakes_come_before_any_code(tmp_path: Path) -> None:
    text = "a: !call:made.py:Thing {seize: 1}\nb: !call:made.py:leave"
    config = written(tmp_path, {"a.yaml": text, "made.py": MADE}) / "a.yaml"
    assert failed(config, "b").startswith("error[FGC02")


def test_an_unknown_target(config: Path) -> None:
    shown = failed(config, "thign")
    assert "error[FGC040]: the configuration has no target `thign`" in shown
    assert "`thing`" in shown


def test_the_model_and_the_optimizer_of_the_demo() -> None:
    model = constructed(DEMO, "model")
    assert model.startswith("ForCausalLM(\n")
    assert model.endswith("\n\n4,999,424 parameters in 39 tensors, 20.0 MB as float32\n")
    optimizer = constructed(DEMO, "optimizer", "--call", "--set", "lr=0.25").splitlines()
    assert optimizer[:4] == [
        "torch.optim.adamw.AdamW",
        "    tensors                 39",
        "    parameters              4,999,424",
        "    lr                      0.25",
    ]
