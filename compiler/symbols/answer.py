"""What a look-up of an import spec gives."""

from __future__ import annotations

from dataclasses import dataclass

from fgc.compiler.diagnostics.diagnostic import Severity
from fgc.compiler.symbols.symbol import Symbol


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a spec; ``start`` and ``end`` are offsets of the part at fault."""

    code: str
    message: str
    start: int
    end: int
    help: str | None = None
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Answer:
    """A symbol, unless the spec is certainly wrong.

    ``mistake`` may be a warning beside a symbol. ``unchecked`` is the package that is not
    installed and of which fgc ships no signature for this symbol.
    """

    symbol: Symbol | None
    mistake: Mistake | None = None
    unchecked: str | None = None
