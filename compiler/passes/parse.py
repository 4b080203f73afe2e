"""The pass that reads YAML: rendered text becomes a graph."""

from __future__ import annotations

from collections.abc import Mapping

from fgc.compiler.diagnostics.strictness import Strictness
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.frontend.yaml_graph import Reading, read
from fgc.compiler.ir.graph import Graph, Scalar


def parse(
    rendered: Rendered,
    bindings: Mapping[str, Scalar] | None = None,
    strictness: Strictness = Strictness.STRICT,
) -> Graph:
    """The graph that ``rendered`` describes; ``bindings`` are kept in it for its `!var` nodes.

    Raises:
        BuildError: FGC010 to FGC014, FGC025, FGC031, FGC200 or FGC201, as many at once as can be
            told.

    >>> from fgc.compiler.frontend.rendered import Piece
    >>> text = "lr: &lr 3e-4\\noptimizer: !partial:torch.optim:AdamW {lr: *lr}"
    >>> lines = tuple((Piece(1, "a.yaml", n, 1),) for n in (1, 2))
    >>> graph = parse(Rendered(text, lines, {"a.yaml": text}, ("a.yaml",)))
    >>> [entry.key for entry in graph.roots], graph.root("optimizer").kwarg("lr").value
    (['lr', 'optimizer'], 0.0003)
    >>> graph.root("optimizer").kwarg("lr") is graph.root("lr")
    True
    """
    return parse_report(rendered, bindings, strictness).graph


def parse_report(
    rendered: Rendered,
    bindings: Mapping[str, Scalar] | None = None,
    strictness: Strictness = Strictness.STRICT,
) -> Reading:
    """As `parse`, with what is odd about the text."""
    return read(rendered, bindings or {}, strictness)
