"""A tokenizer, and a text cut by one, as lines for a terminal."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fgc.targets.tokenizer.cut import Cut
    from fgc.targets.tokenizer.description import Description, Token

_INDENT = "  "
_GAP = "  "
_LABEL = 16
_LONG = 13  # tokens of this size and more are shown together


def description_lines(description: Description, name: str, columns: int) -> Iterator[str]:
    """What a tokenizer is, then how its tokens are spread over sizes."""
    rows = {
        "model": description.model,
        "vocabulary": description.vocabulary,
        "special": _GAP.join(f"{t.id} {t.shown}" for t in description.special) or "none",
        "normalizer": description.normalizer or "none",
        "pre-tokenizer": description.pre_tokenizer or "none",
        "decoder": description.decoder or "none",
        "a text becomes": description.post_processor or "its tokens, and no others",
        "longest": _fitting(description.by_size(), columns - len(_INDENT) - _LABEL),
    }
    yield name
    for label, text in rows.items():
        yield f"{_INDENT}{label:{_LABEL}}{text}"
    yield ""
    yield from _sizes(description, columns)


def _sizes(description: Description, columns: int) -> Iterator[str]:
    """A line for each size of tokens: how many there are, and some of them."""
    plain = [token for token in description.tokens if not token.special]
    counts = Counter(min(token.size, _LONG) for token in plain)
    unit = "bytes" if description.on_bytes else "characters"
    width = max(len(unit), 3)
    yield f"{_INDENT}{unit}  tokens  such as"
    for size, count in sorted(counts.items()):
        label = f"{size}+" if size == _LONG else str(size)
        tokens = [token for token in plain if min(token.size, _LONG) == size]
        head = f"{_INDENT}{label:>{width}}  {count:>6,}  "
        yield head + _fitting(_spread(tokens, columns), columns - len(head))


def _spread(tokens: Sequence[Token], columns: int) -> list[Token]:
    """As many tokens as could fill a line, from all over the vocabulary."""
    step = max(1, len(tokens) * 4 // columns)
    return list(tokens[::step])


def _fitting(tokens: Sequence[Token], columns: int) -> str:
    """The first of ``tokens``, as many as fit."""
    line = ""
    for token in tokens:
        longer = f"{line}{_GAP if line else ''}{token.shown}"
        if display_width(longer) > columns:
            break
        line = longer
    return line


def cut_lines(cut: Cut, text: str, columns: int, *, color: bool) -> Iterator[str]:
    """The tokens of ``text`` with their ids below, and how many there are."""
    for index, row in enumerate(_rows(cut.tokens, columns)):
        if index:
            yield ""
        yield from _row(row, color=color)
    yield ""
    plain = sum(not token.special for token in cut.tokens)
    special = len(cut.tokens) - plain
    counts = _count(plain, "token") + (f" and {special:,} special" if special else "")
    size, words = len(text.encode(errors="surrogateescape")), len(text.split())
    each = f"{size / plain:.2f} bytes, {words / plain:.2f} words a token" if plain else "no token"
    yield f"{_INDENT}{counts} for {_count(size, 'byte')} and {_count(words, 'word')}: {each}"
    if cut.decoded != text:
        yield f"{_INDENT}decoded, it is another text: {cut.decoded!r}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _rows(tokens: Sequence[Token], columns: int) -> Iterator[list[Token]]:
    """Rows that fit; the end of a line of the text ends one."""
    row: list[Token] = []
    width = len(_INDENT)
    for token in tokens:
        needed = _cell_width(token) + len(_GAP)
        if row and width + needed > columns:
            yield row
            row, width = [], len(_INDENT)
        row.append(token)
        width += needed
        if token.shown.endswith("↵"):
            yield row
            row, width = [], len(_INDENT)
    if row:
        yield row


def _row(row: Sequence[Token], *, color: bool) -> Iterator[str]:
    tokens, ids = _INDENT, _INDENT
    for index, token in enumerate(row):
        width = _cell_width(token)
        padding = " " * (width - display_width(token.shown)) + _GAP
        number = f"{token.id:<{width}}" + _GAP
        tokens += (_painted(token, index) if color else token.shown) + padding
        ids += click.style(number, dim=True) if color else number
    yield tokens.rstrip()
    yield ids.rstrip()


def _painted(token: Token, index: int) -> str:
    if token.special:
        return click.style(token.shown, fg="magenta", bold=True)
    return click.style(token.shown, fg="cyan" if index % 2 else "green")


def _cell_width(token: Token) -> int:
    return max(display_width(token.shown), len(str(token.id)))


def display_width(text: str) -> int:
    """Columns that ``text`` takes on a terminal.

    >>> display_width("·God"), display_width("上帝"), display_width("e\\u0301")
    (4, 4, 1)
    """
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) != 0 for character in text)
