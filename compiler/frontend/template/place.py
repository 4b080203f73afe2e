"""A position in a template's text that travels through Jinja as a line number.

Jinja hands the line number of a token on to nodes, errors and generated code, and never looks
inside. A line number that also knows its column arrives wherever Jinja's arrive.
"""

from __future__ import annotations

from typing import Self


class Place(int):
    """A line of a file, and the ``column`` and the ``tag`` (a running number) of what stands there.

    >>> place = Place(3, 14, tag=2)
    >>> place + 1, place.column, f"{place}"
    (4, 14, '3')
    """

    column: int
    tag: int

    def __new__(cls, line: int, column: int = 1, tag: int = 0) -> Self:
        self = super().__new__(cls, line)
        self.column = column
        self.tag = tag
        return self

    @classmethod
    def of(cls, line: int) -> Place:
        """``line`` itself if it is a place, else its first column."""
        return line if isinstance(line, Place) else Place(line)
