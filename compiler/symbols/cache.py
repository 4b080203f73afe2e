"""Keeps what was read from a file, by the hash of its text, in the user's cache folder.

The folder is ``$FGC_CACHE_DIR``, or else ``$XDG_CACHE_HOME/fgc``, or else ``~/.cache/fgc``. Entries
are written whole and renamed into place, and carry a hash of their own: one that is damaged, or
half written by another process, is read from the source again. A folder that cannot be written
costs time and nothing else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from fgc.compiler.symbols import codec, declarations, reader, symbol
from fgc.compiler.symbols.declarations import Declarations


def cache_folder() -> Path:
    """The user's cache folder for fgc; it need not exist."""
    named = os.environ.get("FGC_CACHE_DIR")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "fgc"


class SymbolCache:
    """Facts derived from source text, by that text's hash. ``folder`` None keeps nothing."""

    def __init__(self, folder: Path | None):
        self._folder = folder

    @classmethod
    def default(cls) -> SymbolCache:
        """The one in the user's cache folder."""
        return cls(cache_folder() / "symbols")

    def declarations(self, text: str) -> Declarations:
        """What a file with this text declares."""
        if self._folder is None:
            return reader.read(text)
        return codec.decode(
            self.derive("declarations", text, lambda: codec.encode(reader.read(text)))
        )

    def derive(self, what: str, text: str, make: Callable[[], Any], fresh: bool = False) -> Any:
        """The JSON value that ``make()`` derives from ``text``, remembered from an earlier call
        unless it is to be ``fresh``."""
        if self._folder is None:
            return make()
        entry = self._folder / f"{_digest(what, _reader_digest(), text)}.json"
        kept = None if fresh else _load(entry)
        if kept is not None:
            return kept
        made = make()
        _store(entry, made)
        return made


def _digest(*parts: str) -> str:
    state = blake2b(digest_size=20)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.hexdigest()


@lru_cache(maxsize=1)
def _reader_digest() -> str:
    """Of the code that makes the entries: another reader has other entries."""
    modules = (codec, declarations, reader, symbol)
    return _digest(*(Path(module.__file__ or "").read_text("utf-8") for module in modules))


def _load(entry: Path) -> Any:
    try:
        digest, _, payload = entry.read_text("utf-8").partition("\n")
        return json.loads(payload) if digest == _digest(payload) else None
    except (OSError, ValueError):
        return None


def _store(entry: Path, value: Any) -> None:
    payload = json.dumps(value, separators=(",", ":"))
    partial = entry.with_name(f".{entry.name}.{os.getpid()}")
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(f"{_digest(payload)}\n{payload}", "utf-8")
        os.replace(partial, entry)
    except OSError:
        return  # no place to remember it
