"""Signatures of well-known packages, shipped with fgc for machines that lack those packages.

``snapshot.json`` is written by `make_snapshot`, which reads the packages' source with the same
reader that serves where they are installed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import cast

from fgc.compiler.symbols.reader import read_signature
from fgc.compiler.symbols.symbol import Signature, SymbolKind

FILE = Path(__file__).with_name("snapshot.json")

# dotted name -> "class (x: int, y=1) strict: x", or "class" where the source does not tell more
Names = dict[str, str]

_STRICT = " strict: "


@dataclass(frozen=True, slots=True)
class SnapshotEntry:
    """What was read of one symbol."""

    kind: SymbolKind
    signature: Signature | None

    def encoded(self) -> str:
        """As the file holds it."""
        if self.signature is None:
            return self.kind
        strict = f"{_STRICT}{' '.join(sorted(self.signature.strict))}"
        return f"{self.kind} {self.signature.text()}{strict if self.signature.strict else ''}"


def find(module: str, name: str) -> SnapshotEntry | None:
    """The entry for ``module:name``, if the snapshot has one."""
    encoded = _modules().get(module, {}).get(name)
    if encoded is None:
        return None
    kind, _, rest = encoded.partition(" ")
    text, _, strict = rest.partition(_STRICT)
    signature = read_signature(text) if text else None
    if signature is not None and strict:
        signature = replace(signature, strict=frozenset(strict.split()))
    return SnapshotEntry(cast(SymbolKind, kind), signature)


def names(module: str) -> frozenset[str]:
    """The names that the snapshot has in ``module``."""
    return frozenset(_modules().get(module, {}))


def packages() -> frozenset[str]:
    """The top-level packages that the snapshot knows something of."""
    return frozenset(module.partition(".")[0] for module in _modules())


@lru_cache(maxsize=1)
def _modules() -> dict[str, Names]:
    return json.loads(FILE.read_text("utf-8"))["modules"]
