"""Keys for the files of a configuration: names short enough to stand in a margin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from fgc.compiler.backend.sourcemap import Place
from fgc.compiler.ir.knobs import COMMAND_LINE
from fgc.compiler.views.places import one_line

_WORDS = re.compile(r"[^\W_]+")
_PIN = "--set"


class Keys:
    """A key for each of ``files``, and places by it.

    >>> keys = Keys(["project/configs/baseline.yaml", "projects/lm_training.yaml", "lm_data.yaml"])
    >>> [keys.key(file) for file in keys.files], keys.short(Place("projects/lm_training.yaml", 7))
    (['baseline', 'lm_training', 'lm_data'], 'lm_training:7')
    """

    def __init__(self, files: Iterable[str]):
        self.files = tuple(dict.fromkeys(file for file in files if file != COMMAND_LINE))
        self._keys = _keys(self.files)

    def key(self, file: str) -> str:
        """The key of ``file``; its name where it has none."""
        if file == COMMAND_LINE:
            return _PIN
        return self._keys.get(file) or one_line(file)

    def short(self, place: Place) -> str:
        """``key:line``."""
        return _PIN if place.file == COMMAND_LINE else f"{self.key(place.file)}:{place.line}"

    def all(self, places: Sequence[Place]) -> str:
        """Several places, the lines of one file together.

        >>> Keys(["a.yaml"]).all([Place("a.yaml", 3), Place("a.yaml", 5)])
        'a:3,5'
        """
        texts: list[str] = []
        for before, place in zip((None, *places), places, strict=False):
            if before is not None and before.file == place.file:
                texts[-1] += f",{place.line}"
            else:
                texts.append(self.short(place))
        return " ".join(texts)


def _keys(files: Sequence[str]) -> dict[str, str]:
    """The fewest words of each file's name, from its beginning, that no other file begins with."""
    candidates = {file: _candidates(file) for file in files}
    chosen = dict.fromkeys(files, 0)
    while True:
        keys = {file: candidates[file][chosen[file]] for file in files}
        counts = Counter(keys.values())
        longer = [
            file
            for file, key in keys.items()
            if counts[key] > 1 and chosen[file] + 1 < len(candidates[file])
        ]
        if not longer:
            return keys
        for file in longer:
            chosen[file] += 1


def _candidates(file: str) -> list[str]:
    """What a file may be called, short names first; the last one is its own."""
    path = PurePosixPath(file)
    stem = one_line(path.stem)
    ends = [word.end() for word in _WORDS.finditer(stem)]
    folders = [
        one_line("/".join((*path.parts[-n:-1], stem))) for n in range(2, len(path.parts) + 1)
    ]
    return list(dict.fromkeys([*(stem[:end] for end in ends), stem, *folders, one_line(file)]))
