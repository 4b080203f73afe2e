"""From rendered text to a graph: the stages of reading YAML, in their order."""

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


def read_graph(rendered: Rendered, bindings: Mapping[str, Scalar]) -> Graph:
    """The graph that ``rendered`` describes; raises as the pass `parse` does."""
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
    return Graph(roots, dict(rendered.sources), dict(bindings))


def _place(diagnostic: Diagnostic, rendered: Rendered) -> tuple[int, int, int]:
    """For sorting: the configuration's own file first, then those that it is made of."""
    span = diagnostic.span
    if span is None or span.file not in rendered.chain:
        return len(rendered.chain), 0, 0
    return rendered.chain.index(span.file), span.line, span.column
