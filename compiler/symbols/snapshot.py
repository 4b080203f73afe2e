"""Signatures of well-known packages, shipped with fgc for machines that lack those packages.

``snapshot.json`` is written by `make_snapshot`, which reads the packages' source with the same
reader that serves where they are installed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

from fgc.compiler.symbols.reader import read_signature
from fgc.compiler.symbols.symbol import Signature, SymbolKind

FILE = Path(__file__).with_name("snapshot.json")

# dotted name -> "class (x, y=1)", or "class" alone where the source does not tell more
Names = dict[str, str]


@dataclass(frozen=True, slots=True)
class SnapshotEntry:
    """What was read of one symbol."""

    kind: SymbolKind
    signature: Signature | None

    def encoded(self) -> str:
        """As the file holds it."""
        return self.kind if self.signature is None else f"{self.kind} {self.signature.text()}"


def find(module: str, name: str) -> SnapshotEntry | None:
    """The entry for ``module:name``, if the snapshot has one."""
    encoded = _modules().get(module, {}).get(name)
    if encoded is None:
        return None
    kind, _, signature = encoded.partition(" ")
    return SnapshotEntry(cast(SymbolKind, kind), read_signature(signature) if signature else None)


def names(module: str) -> frozenset[str]:
    """The names that the snapshot has in ``module``."""
    return frozenset(_modules().get(module, {}))


def packages() -> frozenset[str]:
    """The top-level packages that the snapshot knows something of."""
    return frozenset(module.partition(".")[0] for module in _modules())


@lru_cache(maxsize=1)
def _modules() -> dict[str, Names]:
    return json.loads(FILE.read_text("utf-8"))["modules"]
