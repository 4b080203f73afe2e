"""A graph together with what its calls name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fgc.compiler.ir.graph import Call, Graph
from fgc.compiler.symbols.symbol import Symbol


@dataclass(frozen=True, slots=True)
class Resolution:
    """A graph and what its calls name. A call whose spec is wrong has no symbol."""

    graph: Graph
    symbols: Mapping[Call, Symbol]
