"""Marks around the pieces of a rendered text, which say where each piece was written.

A mark is spelled with characters of a private-use plane, which no filter that merely moves text
changes: ``OPEN number SEPARATOR text CLOSE``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_FIRST = 0x10FFC0
_OPEN, _SEPARATOR, _CLOSE = (chr(_FIRST + 16 + offset) for offset in range(3))
_DIGITS: Final = str.maketrans({f"{n:x}": chr(_FIRST + n) for n in range(16)})
_VALUES: Final = str.maketrans({chr(_FIRST + n): f"{n:x}" for n in range(16)})
_DIGIT_CLASS = f"[{chr(_FIRST)}-{chr(_FIRST + 15)}]"
_MARK = re.compile(f"{_OPEN}({_DIGIT_CLASS}+){_SEPARATOR}|{_CLOSE}")
_ANY = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + 18)}]")


class Segment(NamedTuple):
    """Text, and the number of the innermost mark around it."""

    text: str
    number: int


def mark(text: str, number: int) -> str:
    """``text`` with a mark around it."""
    return f"{_OPEN}{f'{number:x}'.translate(_DIGITS)}{_SEPARATOR}{text}{_CLOSE}"


def strip_marks(text: str) -> str:
    """``text`` without its marks.

    >>> strip_marks(mark("a" + mark("b", 2), 1))
    'ab'
    """
    return _MARK.sub("", text)


def has_mark_characters(text: str) -> bool:
    """Whether ``text`` holds a character that marks are spelled with."""
    return _ANY.search(text) is not None


def segments(text: str) -> Iterator[Segment]:
    """The parts of a marked text, without the marks. Raises ValueError if they do not nest.

    >>> list(segments(mark("a" + mark("b", 2), 1)))
    [Segment(text='a', number=1), Segment(text='b', number=2)]
    """
    stack: list[int] = []
    start = 0
    for found in _MARK.finditer(text):
        if found.start() > start:
            yield Segment(text[start : found.start()], _top(stack))
        start = found.end()
        if found[1] is None:
            _top(stack)
            stack.pop()
        else:
            stack.append(int(found[1].translate(_VALUES), 16))
    if stack or start < len(text):
        raise ValueError("text outside of its mark")


def _top(stack: list[int]) -> int:
    if not stack:
        raise ValueError("text outside of its mark")
    return stack[-1]
