"""Keeps what was read from a source file, by the hash of its text."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from fgc.compiler.store import Store, cache_folder, digest
from fgc.compiler.symbols import codec, declarations, read_forwarding, reader, symbol
from fgc.compiler.symbols.declarations import Declarations

__all__ = ["SymbolCache", "cache_folder"]


class SymbolCache:
    """Facts derived from source text, by that text's hash. ``folder`` None keeps nothing."""

    def __init__(self, folder: Path | None):
        self._keeps = folder is not None
        self._store = Store(folder, _reader_digest() if folder is not None else "")

    @classmethod
    def default(cls) -> SymbolCache:
        """The one in the user's cache folder."""
        return cls(cache_folder() / "symbols")

    def declarations(self, text: str) -> Declarations:
        """What a file with this text declares."""
        if not self._keeps:
            return reader.read(text)
        return codec.decode(
            self.derive("declarations", text, lambda: codec.encode(reader.read(text)))
        )

    def derive(self, what: str, text: str, make: Callable[[], Any], fresh: bool = False) -> Any:
        """The JSON value that ``make()`` derives from ``text``, remembered from an earlier call
        unless it is to be ``fresh``."""
        return self._store.derive(what, text, make, fresh=fresh)


@lru_cache(maxsize=1)
def _reader_digest() -> str:
    """Of the code that makes the entries: another reader has other entries."""
    modules = (codec, declarations, read_forwarding, reader, symbol)
    return digest(*(Path(module.__file__ or "").read_text("utf-8") for module in modules))
