"""Find where each part of a rendered text was written.

The marked rendering says it, but filters may have treated its white space differently, since they
saw the marks. So the marked text is laid beside the plain one by what is not white space, and the
places go to the plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from fgc.compiler.frontend.rendered import Piece
from fgc.compiler.frontend.template.codegen import Chunk
from fgc.compiler.frontend.template.marks import has_mark_characters, segments

Origins = tuple[tuple[Piece, ...], ...]

_YAML_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_VISIBLE = re.compile(r"\S")


class _Run(NamedTuple):
    """Text without a line break or outer blanks, and where it was written."""

    text: str
    file: str
    line: int
    column: int | None


def align(
    text: str, marked: str, chunk_of: Callable[[int], tuple[str, Chunk]], root: str
) -> Origins:
    """The pieces of each line of ``text``, by YAML's idea of a line.

    ``marked`` is the same text with marks; ``chunk_of`` gives the file and the chunk of a mark's
    number. Where the two texts do not agree, every line is said to come from line 1 of ``root``:
    coarse, but not wrong.
    """
    pieces: list[list[Piece]] = [[] for _ in _YAML_BREAK.split(text)]
    if not has_mark_characters(text):
        try:
            _lay(text, _runs(marked, chunk_of), pieces)
        except ValueError:
            pieces = [[] for _ in pieces]
    return _complete(pieces, root)


def is_coarse(origins: Origins, root: str) -> bool:
    """Whether all that ``origins`` say is that the text comes from ``root``."""
    whole = Piece(1, root, 1, None)
    return all(pieces == (whole,) for pieces in origins)


def _runs(marked: str, chunk_of: Callable[[int], tuple[str, Chunk]]) -> Iterator[_Run]:
    for part, number in segments(marked):
        file, chunk = chunk_of(number)
        literal = chunk.literal
        if literal is not None and (part == literal or part.split() == literal.split()):
            yield from _literal_runs(file, chunk, literal)
            continue
        for line in _YAML_BREAK.split(part):
            if run := line.strip():
                yield _Run(run, file, int(chunk.place), None)


def _literal_runs(file: str, chunk: Chunk, literal: str) -> Iterator[_Run]:
    column = chunk.place.column
    for number, line in enumerate(literal.split("\n"), int(chunk.place)):
        start = 0
        for part in _YAML_BREAK.split(line):
            if run := part.strip():
                yield _Run(run, file, number, column + start + part.index(run))
            start += len(part) + 1
        column = 1


def _lay(text: str, runs: Iterator[_Run], pieces: list[list[Piece]]) -> None:
    """Walk through ``text`` and ``runs`` side by side. Raises ValueError where they differ."""
    at = line = line_start = 0
    breaks = _YAML_BREAK.finditer(text)
    following = next(breaks, None)
    for run in runs:
        for offset, word in _words(run.text, text, at):
            found = _VISIBLE.search(text, at)
            if found is None or not text.startswith(word, found.start()):
                raise ValueError("the renderings differ")
            while following is not None and following.end() <= found.start():
                line, line_start = line + 1, following.end()
                following = next(breaks, None)
            column = None if run.column is None else run.column + offset
            _add(pieces[line], Piece(found.start() - line_start + 1, run.file, run.line, column))
            at = found.start() + len(word)
    if _VISIBLE.search(text, at):
        raise ValueError("the renderings differ")


def _words(run: str, text: str, at: int) -> Iterator[tuple[int, str]]:
    """The run as a whole if it stands so in the text, else its words, with their offsets."""
    found = _VISIBLE.search(text, at)
    if found is not None and text.startswith(run, found.start()):
        yield 0, run
    else:
        for word in re.finditer(r"\S+", run):
            yield word.start(), word[0]


def _add(line: list[Piece], piece: Piece) -> None:
    if line:
        last = line[-1]
        same_line = (last.file, last.line) == (piece.file, piece.line)
        if same_line and _distance(last) == _distance(piece):
            return
    line.append(piece)


def _distance(piece: Piece) -> int | None:
    return None if piece.source_column is None else piece.source_column - piece.column


def _complete(pieces: list[list[Piece]], root: str) -> Origins:
    """Let the first piece of each line begin in column 1, and give blank lines the last place."""
    place = next(((line[0].file, line[0].line) for line in pieces if line), (root, 1))
    origins: list[tuple[Piece, ...]] = []
    for line in pieces:
        if not line:
            origins.append((Piece(1, *place, None),))
            continue
        first = line[0]
        if first.column > 1:
            distance = _distance(first)
            if distance is None or distance >= 0:
                column = None if distance is None else 1 + distance
                line[0] = Piece(1, first.file, first.line, column)
            else:
                line.insert(0, Piece(1, first.file, first.line, None))
        origins.append(tuple(line))
        place = (line[-1].file, line[-1].line)
    return tuple(origins)
