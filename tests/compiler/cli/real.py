"""``fgc`` with its real passes, in a project of a few files."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from fgc.compiler.cli.main import cli

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "examples" / "tiny_llama"


def fgc(*arguments: str | Path) -> Result:
    """Runs a command; an exception is a bug, and is raised."""
    given = [str(argument) for argument in arguments]
    return CliRunner().invoke(cli, given, prog_name="fgc", catch_exceptions=False)


def written(folder: Path, files: dict[str, str]) -> Path:
    """``folder`` with files in it."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
