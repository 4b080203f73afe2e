"""Split a file into its main template and the inline templates that it carries.

A line ``#---- name ----`` (three or more dashes on either side) ends what precedes it and begins
the template ``name``, which lasts to the next such line or the end of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARKER = re.compile(r"^#[ \t]*-{3,}[ \t]*([\w./]+(?:-+[\w./]+)*)[ \t]*-{3,}[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """One template of a file; ``first_line`` is the file's line on which ``text`` begins."""

    name: str | None
    text: str
    first_line: int


def split_inline(text: str) -> tuple[Part, ...]:
    r"""The parts of a file, the main template (whose name is None) first.

    ``text`` holds no line break but ``\n``.

    >>> [(part.name, part.text, part.first_line) for part in split_inline("a\n#--- b ---  \nc\n")]
    [(None, 'a\n', 1), ('b', 'c\n', 3)]
    """
    parts: list[Part] = []
    name, start, line = None, 0, 1
    for marker in _MARKER.finditer(text):
        body = text[start : marker.start()]
        parts.append(Part(name, body, line))
        line += body.count("\n") + 1
        name, start = marker[1], min(marker.end() + 1, len(text))
    parts.append(Part(name, text[start:], line))
    return tuple(parts)
