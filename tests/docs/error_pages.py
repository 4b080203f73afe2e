"""The pages of docs/errors: an example with a mistake, what fgc says of it, and the mend.

A page is a heading, ``# FGCnnn: title``, a paragraph, and three sections with a fenced block each.
A block of YAML is the file ``config.yaml``, or several, each below a line ``## path``; the mend
replaces files of the example. What fgc says is what it prints of ``config.yaml`` when that is
checked, or writes to standard error by the command in the block's first line, ``$ fgc ...``. Where
the mend is no file, it is the command that does.
"""

from __future__ import annotations

import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from fgc.compiler.cli.main import cli
from fgc.compiler.frontend.folders import shipped_templates
from tests.conftest import ROOT
from tests.docs.markdown import Block, blocks

FOLDER = ROOT / "docs" / "errors"
INDEX = FOLDER / "README.md"
TEMPLATES = "/opt/fgc/templates"
CHECK = "fgc check config.yaml"
SECTIONS = ("Example", "What fgc says", "Mend")
_HEADING = re.compile(r"# (FGC\d{3}): (.+)\n\n(?=\S)")
_FILE = re.compile(r"(?m)^## (\S+\.(?:yaml|py|txt|lock))\n")


@dataclass(frozen=True)
class ErrorPage:
    """A page, taken apart. ``command`` is None where a check is meant."""

    code: str
    title: str
    example: dict[str, str]
    command: str | None
    says: str
    mend: dict[str, str]
    mend_command: str | None


def pages() -> dict[str, Path]:
    """The files of the pages, by code."""
    return {path.stem: path for path in sorted(FOLDER.glob("FGC*.md"))}


def read_page(text: str) -> ErrorPage:
    """Raises `ValueError` where a page has another form."""
    heading = _HEADING.match(text)
    if heading is None:
        raise ValueError("a page begins with `# FGCnnn: title` and a paragraph")
    if tuple(re.findall(r"(?m)^## ([^/\n]+)$", _unfenced(text))) != SECTIONS:
        raise ValueError(f"the sections are {', '.join(SECTIONS)}")
    example, said, mend = blocks(text)
    if (example.language, said.language) != ("yaml", "text") or mend.language not in (
        "yaml",
        "bash",
    ):
        raise ValueError("the blocks are yaml, text, and yaml or bash")
    command, says = None, said.text
    if says.startswith("$ "):
        command, _, says = says.removeprefix("$ ").partition("\n")
    in_files = mend.language == "yaml"
    return ErrorPage(
        heading[1],
        heading[2],
        _files(example),
        command,
        says,
        _files(mend) if in_files else {},
        command if in_files else mend.text.strip(),
    )


def said(page: ErrorPage, folder: Path, *, mended: bool = False) -> tuple[int, str]:
    """The exit code, and what is printed in ``folder``, which is the current one."""
    files = page.example | (page.mend if mended else {})
    command = page.mend_command if mended else page.command
    if "examples/" in " ".join((*files, command or "")):
        shutil.copytree(ROOT / "examples", folder / "examples", dirs_exist_ok=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    arguments = shlex.split((command or CHECK).removeprefix("fgc "))
    result = CliRunner().invoke(cli, arguments, prog_name="fgc", catch_exceptions=False)
    output = result.stderr
    if command is None:  # what it says of the findings, not of how much it has read
        output = re.sub(r"(?m)^\d+ configurations?: (nothing found\n)?", "", result.stdout)
    return result.exit_code, _as_elsewhere(output, folder)


def with_said(text: str, page: ErrorPage, output: str) -> str:
    """The text of a page that shows ``output``."""
    command = "" if page.command is None else f"$ {page.command}\n"
    before, after = re.split(r"(?ms)^```text\n.*?^```$", text)
    return f"{before}```text\n{command}{output}```{after}"


def index(titles: dict[str, str]) -> str:
    """The page that lists the others."""
    rows = "".join(f"- [{code}]({code}.md): {title}\n" for code, title in sorted(titles.items()))
    return (
        "# What fgc says\n\n"
        "Each finding has a code, and each code a page here: what it means, an example, what fgc "
        "says\nof it, and the mend. `fgc help FGC021` prints one. A test runs every example.\n\n"
        f"{rows}"
    )


def _as_elsewhere(output: str, folder: Path) -> str:
    """``output`` with the paths of somebody's machine."""
    places = {folder.as_posix(): "/home/ada/tiny", shipped_templates().as_posix(): TEMPLATES}
    for here, there in places.items():
        output = output.replace(here, there)
    return output


def _files(block: Block) -> dict[str, str]:
    first, *rest = _FILE.split(block.text)
    if not rest:
        return {"config.yaml": first}
    named = dict(zip(rest[::2], rest[1::2], strict=True))
    return ({"config.yaml": first} if first else {}) | named


def _unfenced(text: str) -> str:
    return re.sub(r"(?ms)^```\w*\n.*?^```$", "", text)
