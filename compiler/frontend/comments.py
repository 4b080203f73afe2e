"""The comments of templates, which document the knobs below them."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"\s*##[ \t]?(.*)")
_SET = re.compile(r"\s*(--\s+|\{%-?\s*)set\s+\w+\.\w+")


def comment_above(text: str, line: int) -> str:
    """The ``##`` comment above a ``-- set`` on ``line``, on one line; empty where there is none.

    Knobs that are set one below the other share the comment above the first.

    >>> comment_above("## How fast\\n## it goes.\\n-- set ns.lr = 1\\n-- set ns.decay = 2\\n", 4)
    'How fast it goes.'
    """
    lines = text.splitlines()
    at = min(line, len(lines)) - 1
    while at > 0 and _SET.match(lines[at - 1]):
        at -= 1
    words: list[str] = []
    while at > 0 and (comment := _COMMENT.fullmatch(lines[at - 1])) and comment[1].strip():
        words.insert(0, comment[1].strip())
        at -= 1
    return " ".join(words)


def first_sentence(text: str) -> str:
    """What ``text`` says first.

    >>> first_sentence("Angles (i.e. in float32) of e.g. 1.5. More.")
    'Angles (i.e. in float32) of e.g. 1.5.'
    """
    end = re.search(r"(?<![ (]i\.e)(?<!e\.g)\.(?=\s+[A-Z`])", text)
    return text if end is None else text[: end.end()]
