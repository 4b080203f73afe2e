"""Which lines of a template stand within which others, by their indentation.

What a template does not write is missing from something: from the line that would have held it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ANYWHERE = float("inf")
"""The indentation of text of which it is not known."""

_ITEM = 0.5  # the items of a list may stand below their key without being indented

Branch = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    indent: float
    branch: Branch


class Layout:
    """The lines of a template, or of a block, so far.

    A ``branch`` is a way through the statements that decide whether a line is written: all that is
    written in a branch is written in those that begin with it.

    >>> layout = Layout()
    >>> layout.add(1, indentation("model:"), ())
    >>> layout.add(2, indentation("    layers: 4"), (1,))
    >>> list(layout.holders(indentation("    width: 8"), ())), list(layout.holders(ANYWHERE, ()))
    ([1], [2, 1])
    """

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._least = ANYWHERE

    def add(self, number: int, indent: float, branch: Branch) -> None:
        """Note the line ``number``."""
        self._lines.append(_Line(number, indent, branch))
        self._least = min(self._least, indent)

    def has(self, number: int) -> bool:
        """Whether the line ``number`` has begun."""
        return bool(self._lines) and self._lines[-1].number == number

    def holders(self, indent: float, branch: Branch) -> Iterator[int]:
        """The lines that may hold what comes next, if it is indented by ``indent``.

        The last one is written wherever what comes next is.
        """
        if indent <= self._least:
            return  # most lines stand at the margin
        for line in reversed(self._lines):
            if line.indent < indent:
                yield line.number
                if line.branch == branch[: len(line.branch)]:
                    return


def indentation(text: str) -> float:
    """How far a line's text is indented; an item of a list is deeper than a key above it."""
    content = text.lstrip(" ")
    return len(text) - len(content) + (_ITEM if content.startswith("- ") else 0)
