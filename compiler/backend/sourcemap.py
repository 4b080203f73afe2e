"""``fgc.map.json``: for each emitted line, the configuration that caused it and the code it was.

The file is JSON, one emitted file a line. A file is a list of runs, in order; a line that no run
covers has no origin::

    {
    "version": 1,
    "sources": ["configs/baseline.yaml", "runtime/nn/attention.py"],
    "files": {
    "train.py": [[12, 3, [0, 14, 5]], [20, 40, [0, 3, 1, 0, 9, 5], 1, 31], ...],
    ...
    }
    }

A run is ``[first line, number of lines, places, source, line]``. ``places`` is flat: source, line
and column of each configuration place behind the lines, the deciding one first: the line that gives
an argument, and then that of the constant that it is given. It holds for the whole run. The last
two numbers are absent where the lines are not from the runtime or a user's module; where they are
there, the k-th line of the run is from the k-th line after ``line``. ``source`` is an index in
``sources``. Lines and columns count from 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, cast

MAP_NAME = "fgc.map.json"
VERSION = 1


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a configuration; ``file`` is relative to its project or to the templates."""

    file: str
    line: int
    column: int = 1


@dataclass(frozen=True, slots=True, order=True)
class CodeLine:
    """A line of the runtime (``runtime/...``) or of a user's module (``config/...``)."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Origins:
    """Where one emitted line comes from.

    ``config`` are the places of the configuration that decided it, the deciding one first.
    """

    config: tuple[Place, ...] = ()
    code: CodeLine | None = None


class SourceMap:
    """Origins by emitted file (a path in the tree) and line.

    >>> source_map = SourceMap()
    >>> source_map.add("train.py", 3, Origins((Place("configs/a.yaml", 14, 5),)))
    >>> source_map.origins("train.py", 3).config[0].line
    14
    """

    def __init__(self) -> None:
        self._files: dict[str, dict[int, Origins]] = {}

    def add(self, file: str, line: int, origins: Origins) -> None:
        """Records where ``line`` of ``file`` comes from; the last word on a line holds.

        Raises:
            ValueError: a line before 1, or an absolute path: the map must not name a machine.
        """
        lines = [line, *(place.line for place in origins.config)]
        paths = [file, *(place.file for place in origins.config)]
        if origins.code is not None:
            lines.append(origins.code.line)
            paths.append(origins.code.file)
        for path in paths:
            if PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute():
                raise ValueError(f"absolute path in the source map: {path}")
        if min(lines) < 1:
            raise ValueError(f"lines count from 1: {file}:{line} from {origins}")
        self._files.setdefault(file, {})[line] = origins

    def origins(self, file: str, line: int) -> Origins | None:
        """Where ``line`` of ``file`` comes from, or None where nothing is known."""
        return self._files.get(file, {}).get(line)

    def __iter__(self) -> Iterator[tuple[str, int, Origins]]:
        for file, lines in sorted(self._files.items()):
            for line, origins in sorted(lines.items()):
                yield file, line, origins

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SourceMap) and self._files == other._files

    __hash__ = None  # type: ignore[assignment]

    def to_json(self) -> str:
        """The text of the file; the same for equal maps, in whatever order they were filled."""
        index = {source: number for number, source in enumerate(sorted(self._sources()))}
        files = [
            f"{json.dumps(file, ensure_ascii=False)}: {json.dumps(list(_runs(lines, index)))}"
            for file, lines in sorted(self._files.items())
        ]
        sources = json.dumps(list(index), ensure_ascii=False)
        body = ",\n".join(files)
        return f'{{\n"version": {VERSION},\n"sources": {sources},\n"files": {{\n{body}\n}}\n}}\n'

    @classmethod
    def from_json(cls, text: str) -> SourceMap:
        """The map that ``text`` holds.

        Raises:
            ValueError: ``text`` is not a source map, or one of another format version.
        """
        read: object = json.loads(text)
        try:
            fields = cast("dict[str, Any]", read)
            if fields["version"] != VERSION:
                raise ValueError(f"format version {fields['version']!r}, this fgc reads {VERSION}")
            result = cls()
            for file, runs in fields["files"].items():
                for run in runs:
                    for line, origins in _expanded(run, fields["sources"]):
                        result.add(file, line, origins)
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise ValueError(f"not a source map: {error!r}") from error
        return result

    def _sources(self) -> set[str]:
        found: set[str] = set()
        for _, _, origins in self:
            found.update(place.file for place in origins.config)
            if origins.code is not None:
                found.add(origins.code.file)
        return found


def _runs(lines: dict[int, Origins], index: dict[str, int]) -> Iterator[list[object]]:
    """Neighbouring lines of one configuration place and of neighbouring code lines, as one run."""
    numbers = sorted(lines)
    start = 0
    for end in range(1, len(numbers) + 1):
        if end < len(numbers) and _continues(lines, numbers[end - 1], numbers[end]):
            continue
        first = numbers[start]
        origins = lines[first]
        places = [n for p in origins.config for n in (index[p.file], p.line, p.column)]
        run: list[object] = [first, end - start, places]
        if origins.code is not None:
            run += [index[origins.code.file], origins.code.line]
        yield run
        start = end


def _continues(lines: dict[int, Origins], before: int, line: int) -> bool:
    if line != before + 1 or lines[line].config != lines[before].config:
        return False
    code = lines[before].code
    return lines[line].code == (None if code is None else CodeLine(code.file, code.line + 1))


def _expanded(run: list[Any], sources: list[str]) -> Iterable[tuple[int, Origins]]:
    first, count, flat = cast("tuple[int, int, list[int]]", tuple(run[:3]))
    code = cast("list[int]", run[3:])
    places = tuple(
        Place(sources[source], line, column)
        for source, line, column in zip(flat[::3], flat[1::3], flat[2::3], strict=True)
    )
    for offset in range(count):
        origin = CodeLine(sources[code[0]], code[1] + offset) if code else None
        yield first + offset, Origins(places, origin)
