"""The pass that reads YAML: rendered text becomes a graph."""

from __future__ import annotations

from collections.abc import Mapping

from yaml.error import MarkedYAMLError

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.frontend.composer import Composer
from fgc.compiler.frontend.events import parse_events
from fgc.compiler.frontend.graph_builder import GraphBuilder
from fgc.compiler.frontend.places import Places
from fgc.compiler.frontend.positions import Positions
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.frontend.yaml_errors import explain, unprintable_character
from fgc.compiler.ir.graph import Graph, Scalar


def parse(rendered: Rendered, bindings: Mapping[str, Scalar] | None = None) -> Graph:
    """The graph that ``rendered`` describes; ``bindings`` are kept in it for its `!var` nodes.

    Raises:
        BuildError: FGC010 to FGC014, FGC025 or FGC031, as many at once as can be told.

    >>> from fgc.compiler.frontend.rendered import Piece
    >>> text = "lr: &lr 3e-4\\noptimizer: !partial:torch.optim:AdamW {lr: *lr}"
    >>> lines = tuple((Piece(1, "a.yaml", n, 1),) for n in (1, 2))
    >>> graph = parse(Rendered(text, lines, {"a.yaml": text}, ("a.yaml",)))
    >>> [entry.key for entry in graph.roots], graph.root("optimizer").kwarg("lr").value
    (['lr', 'optimizer'], 0.0003)
    >>> graph.root("optimizer").kwarg("lr") is graph.root("lr")
    True
    """
    places = Places(rendered)
    positions = Positions(rendered.text)
    unprintable = unprintable_character(positions, places)
    if unprintable is not None:
        raise BuildError(unprintable)
    try:
        events = parse_events(rendered.text)
    except MarkedYAMLError as error:
        raise BuildError(explain(error, positions, places)) from error
    composer = Composer(positions, places)
    builder = GraphBuilder(places)
    roots = builder.roots(composer.document(events))
    diagnostics: list[Diagnostic] = [*composer.diagnostics, *builder.diagnostics]
    if diagnostics:
        raise BuildError(sorted(diagnostics, key=lambda found: _place(found, rendered)))
    return Graph(roots, dict(rendered.sources), dict(bindings or {}))


def _place(diagnostic: Diagnostic, rendered: Rendered) -> tuple[int, int, int]:
    """For sorting: the configuration's own file first, then those that it is made of."""
    span = diagnostic.span
    if span is None or span.file not in rendered.chain:
        return len(rendered.chain), 0, 0
    return rendered.chain.index(span.file), span.line, span.column
