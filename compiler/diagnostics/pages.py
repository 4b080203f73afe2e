"""The page that explains a code: what it means, an example, and the mend."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import fgc.compiler

_FENCE = re.compile(r"```\w*")


def page_of(code: str) -> str:
    """The Markdown of the page of ``code``, a key of `codes.CODES`.

    The pages lie in docs/errors/, in a checkout as in what is installed.
    """
    package = Path(next(iter(fgc.compiler.__path__)))
    return (package.parent / "docs" / "errors" / f"{code}.md").read_text(encoding="utf-8")


def for_terminal(page: str, *, color: bool) -> Iterator[str]:
    """The lines of a page as a terminal shows them: headings are bold, code is indented.

    >>> list(for_terminal("# A\\n\\n## B\\n\\n```yaml\\nc: 1\\n\\n```\\n", color=False))
    ['A', '', 'B', '', '    c: 1', '']
    """
    in_code = False
    for line in page.splitlines():
        if _FENCE.fullmatch(line):
            in_code = not in_code
        elif in_code:
            yield f"    {line}".rstrip()
        elif line.startswith("#"):
            title = line.lstrip("#").strip()
            yield f"\x1b[1m{title}\x1b[0m" if color else title
        else:
            yield line
