"""``fgc help``: pages of codes, and commands."""

from __future__ import annotations

import pytest

from fgc.compiler.diagnostics.codes import CODES
from tests.compiler.cli.real import ROOT, fgc


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_its_page(code: str) -> None:
    result = fgc("help", code.lower())
    assert result.exit_code == 0
    assert result.output.startswith(f"{code}: {CODES[code]}\n")
    page = (ROOT / "docs" / "errors" / f"{code}.md").read_text(encoding="utf-8")
    shown = [line.strip() for line in result.output.splitlines()]
    for line in page.splitlines():
        assert line.startswith(("```", "#")) or line.strip() in shown


def test_a_command_is_explained_as_it_explains_itself() -> None:
    assert fgc("help", "build").output == fgc("build", "--help").output
    assert fgc("help", "tokenizer", "show").output == fgc("tokenizer", "show", "--help").output
    assert fgc("help").output == fgc("--help").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("biuld",), "`build` is similar"),
        (("FGC999",), "docs/errors/README.md lists the codes"),
        (("tokenizer", "shwo"), "`show` is similar"),
        (("build", "all"), "there is no command or code `all`"),
    ],
)
def test_what_there_is_not(words: tuple[str, ...], said: str) -> None:
    result = fgc("help", *words)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
