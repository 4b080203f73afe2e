"""A graph together with what its calls name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fgc.compiler.ir.graph import Call, Graph
from fgc.compiler.symbols.symbol import Symbol


@dataclass(frozen=True, slots=True)
class Resolution:
    """A graph and what its calls name. A call whose spec is wrong has no symbol.

    ``modules`` are the project's own source files that were read for that, each with the folder
    from which it is named. ``files`` are the local files that the graph names, whether they were
    read for it or not.
    """

    graph: Graph
    symbols: Mapping[Call, Symbol]
    modules: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Mapping[str, bool] = field(default_factory=dict[str, bool])
