"""Every code has a page, and what a page shows is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fgc.compiler.diagnostics.codes import CODES
from tests.docs.error_pages import INDEX, index, pages, read_page, said

PAGES = pages()


def test_every_code_has_a_page_of_its_title() -> None:
    titles = {code: read_page(path.read_text()).title for code, path in PAGES.items()}
    assert titles == CODES
    assert INDEX.read_text(encoding="utf-8") == index(titles)


@pytest.mark.parametrize("code", PAGES)
def test_the_example_is_wrong_as_shown(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's own finding is among those that it shows, so each code is raised by a test."""
    monkeypatch.chdir(tmp_path)
    page = read_page(PAGES[code].read_text(encoding="utf-8"))
    status, output = said(page, tmp_path)
    assert page.code == code
    assert output == page.says
    assert re.search(rf"(?m)^(error|warning|note)\[{code}\]: ", output)
    assert status == (1 if re.search(r"(?m)^error\[", output) else 0)


@pytest.mark.parametrize("code", PAGES)
def test_the_mended_example_is_right(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = read_page(PAGES[code].read_text(encoding="utf-8"))
    said(page, tmp_path)
    status, output = said(page, tmp_path, mended=True)
    assert status == 0, output
    assert "FGC" not in output


def test_a_page_of_another_form_is_refused() -> None:
    text = PAGES["FGC021"].read_text(encoding="utf-8")
    for broken in (
        text.replace("# FGC021: ", "# "),
        text.replace("## Mend", "## Fix"),
        text.replace("```yaml", "```python", 1),
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own
            read_page(broken)
