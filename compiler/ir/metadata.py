"""What a configuration says about itself in its top-level `meta`."""

from __future__ import annotations

from fgc.compiler.ir.graph import Graph, Literal, Mapping


def metadata(graph: Graph, key: str) -> str | None:
    """A text of `meta`, on one line; None where there is none.

    >>> from fgc.compiler.ir.graph import Entry
    >>> from fgc.compiler.ir.span import Span
    >>> at = Span.point("a.yaml", 1)
    >>> name = Entry("config_name", at, Literal("Two\\nlines", ("meta", "config_name"), at))
    >>> metadata(Graph((Entry("meta", at, Mapping((name,), ("meta",), at)),)), "config_name")
    'Two lines'
    """
    meta = graph.root("meta")
    value = meta.get(key) if isinstance(meta, Mapping) else None
    if isinstance(value, Literal) and isinstance(value.value, str):
        return " ".join(value.value.split()) or None
    return None
