"""Rewrites what fgc says in the pages of docs/errors, and their index.

``python -m tests.docs.update_errors``; with codes behind it, their pages only.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.docs.error_pages import INDEX, index, pages, read_page, said, with_said


def update(codes: list[str]) -> None:
    """What fgc says now, in the pages of ``codes``."""
    titles: dict[str, str] = {}
    for code, path in pages().items():
        text = path.read_text(encoding="utf-8")
        page = read_page(text)
        titles[code] = page.title
        if codes and code not in codes:
            continue
        with TemporaryDirectory() as folder, contextlib.chdir(folder):
            _, output = said(page, Path(folder))
        path.write_text(with_said(text, page, output), encoding="utf-8")
    INDEX.write_text(index(titles), encoding="utf-8")


if __name__ == "__main__":
    update(sys.argv[1:])
