"""The console script: start-up, colour, and what happens when fgc itself is wrong."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from fgc.compiler.cli import main as main_module
from fgc.compiler.cli.main import EXIT_INTERNAL, main
from fgc.compiler.cli.report import wants_color

HEAVY = {"black", "griffe", "jinja2", "libcst", "numpy", "rich", "torch", "transformers", "yaml"}


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "sys.argv = ['fgc', '--help']\n"
        "from fgc.compiler.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 0\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "Usage: fgc" in ran.stdout
    assert not HEAVY & set(ran.stderr.split())


def test_version() -> None:
    command = [sys.executable, "-c", "from fgc.compiler.cli.main import main; main()", "--version"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("fgc 0.")


def run_main(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> int:
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["fgc", "pp", str(folder / "a.yaml")])
    with pytest.raises(SystemExit) as end:
        main()
    code = end.value.code
    assert isinstance(code, int)
    return code


def test_a_bug_of_fgc_is_called_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("FGC_DEBUG", raising=False)
    assert run_main(monkeypatch, tmp_path, "crash") == EXIT_INTERNAL == 70
    captured = capsys.readouterr()
    assert captured.err.startswith("error: this is a bug in fgc: KeyError: 'unexpected'\n")
    assert "Traceback" not in captured.err


def test_debug_shows_the_traceback_of_a_bug(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FGC_DEBUG", "1")
    assert run_main(monkeypatch, tmp_path, "crash") == EXIT_INTERNAL
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "expected"), [("good", 0), ("bad", 1)])
def test_exit_codes_pass_through(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, expected: int
) -> None:
    assert run_main(monkeypatch, tmp_path, text) == expected


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


COLOR_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM")


@pytest.mark.parametrize(
    ("stream", "environment", "expected"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"CLICOLOR": "0"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), {"CLICOLOR_FORCE": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": "0", "CLICOLOR_FORCE": "0"}, False),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (Terminal(), {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ],
)
def test_color_on_a_terminal_unless_the_environment_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
    stream: io.StringIO,
    environment: dict[str, str],
    expected: bool,
) -> None:
    for name in COLOR_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_color(stream) is expected


def test_commands_are_listed(fgc: Callable[..., Result]) -> None:
    listing = fgc("", "--help").stdout
    assert all(f"  {name} " in listing for name in main_module.cli.commands)
