"""Remembers what was derived from a text, by the text's hash, in the user's cache folder.

The folder is ``$FGC_CACHE_DIR``, or else ``$XDG_CACHE_HOME/fgc``, or else ``~/.cache/fgc``. Entries
are written whole and renamed into place, and carry a hash of their own: one that is damaged, or
half written by another process, is derived again. A folder that cannot be written costs time and
nothing else. What is remembered is a function of the text alone, so the cache never changes a
result.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any


def cache_folder() -> Path:
    """The user's cache folder for fgc; it need not exist."""
    named = os.environ.get("FGC_CACHE_DIR")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "fgc"


class Store:
    """Derived JSON values. ``folder`` None keeps nothing.

    ``maker`` names the code that derives them and its version: another has other entries.
    """

    def __init__(self, folder: Path | None, maker: str):
        self._folder = folder
        self._maker = maker

    def derive(self, what: str, text: str, make: Callable[[], Any], *, fresh: bool = False) -> Any:
        """The JSON value that ``make()`` derives from ``text``, remembered from an earlier call
        unless it is to be ``fresh``."""
        if self._folder is None:
            return make()
        entry = self._folder / f"{digest(what, self._maker, text)}.json"
        kept = None if fresh else _load(entry)
        if kept is not None:
            return kept
        made = make()
        _save(entry, made)
        return made

    def has(self, what: str, text: str) -> bool:
        """Whether a value is remembered."""
        if self._folder is None:
            return False
        return _load(self._folder / f"{digest(what, self._maker, text)}.json") is not None


def digest(*parts: str) -> str:
    """A hash of texts, each told apart from the next."""
    state = blake2b(digest_size=20)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.hexdigest()


@lru_cache(maxsize=1)
def compiler_digest() -> str:
    """Of all of fgc's own source: what any build is a function of, besides its inputs."""
    root = Path(__file__).parent
    files = [
        *root.rglob("*.py"),
        *(root.parent / "targets").rglob("*.py"),
        *(root.parent / "runtime").rglob("*.py"),
    ]
    texts = ((f.relative_to(root.parent).as_posix(), f.read_text("utf-8")) for f in sorted(files))
    return digest(*(part for pair in texts for part in pair))


def _load(entry: Path) -> Any:
    try:
        written, _, payload = entry.read_text("utf-8").partition("\n")
        return json.loads(payload) if written == digest(payload) else None
    except (OSError, ValueError):
        return None


def _save(entry: Path, value: Any) -> None:
    payload = json.dumps(value, separators=(",", ":"))
    partial = entry.with_name(f".{entry.name}.{os.getpid()}")
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(f"{digest(payload)}\n{payload}", "utf-8")
        os.replace(partial, entry)
    except OSError:
        return  # no place to remember it
