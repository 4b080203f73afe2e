"""From rendered text to a graph: the stages of reading YAML, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from yaml.error import MarkedYAMLError

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic, Severity
from fgc.compiler.diagnostics.strictness import Strictness
from fgc.compiler.frontend.composer import Composer
from fgc.compiler.frontend.elsewhere import differing
from fgc.compiler.frontend.events import parse_events
from fgc.compiler.frontend.graph_builder import GraphBuilder
from fgc.compiler.frontend.places import Places
from fgc.compiler.frontend.positions import Positions
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.frontend.unprintable import unprintable_character
from fgc.compiler.ir.graph import Graph, Path, Scalar
from fgc.compiler.ir.knobs import Knob


class Reading(NamedTuple):
    """A graph, and what is odd about its text without being wrong."""

    graph: Graph
    findings: tuple[Diagnostic, ...]


def read_graph(rendered: Rendered, bindings: Mapping[str, Scalar]) -> Graph:
    """The graph that ``rendered`` describes; raises as the pass `parse` does."""
    return read(rendered, bindings).graph


def read(
    rendered: Rendered,
    bindings: Mapping[str, Scalar],
    strictness: Strictness = Strictness.STRICT,
) -> Reading:
    """As `read_graph`, with what is odd about the text."""
    places = Places(rendered)
    positions = Positions(rendered.text)
    unprintable = unprintable_character(positions, places)
    if unprintable is not None:
        raise BuildError(unprintable)
    try:
        events = parse_events(rendered.text)
    except MarkedYAMLError as error:
        from fgc.compiler.frontend.yaml_errors import explain

        raise BuildError(explain(error, positions, places)) from error
    composer = Composer(positions, places)
    builder = GraphBuilder(places)
    roots = builder.roots(composer.document(events))
    diagnostics = list(strictness.weighed((*composer.diagnostics, *builder.diagnostics)))
    wrong = any(found.severity is Severity.ERROR for found in diagnostics)
    if not wrong:
        diagnostics += _idle(composer, places, rendered)
    diagnostics.sort(key=lambda found: _place(found, rendered))
    if wrong:
        raise BuildError(diagnostics)
    decided = _decided(rendered, composer.written)
    graph = Graph(
        roots,
        dict(rendered.sources),
        dict(bindings),
        {(): rendered.knobs},
        decided,
        aliased=frozenset(node.path for node in composer.aliased),
    )
    if rendered.elsewhere:
        graph = replace(graph, local=_local(graph, rendered, strictness))
    return Reading(graph, tuple(diagnostics))


def _local(graph: Graph, rendered: Rendered, strictness: Strictness) -> dict[Path, frozenset[str]]:
    """Which nodes would be others elsewhere, by path, and the names that they follow."""
    found: dict[Path, frozenset[str]] = {}
    for name, text in rendered.elsewhere.items():
        # places do not matter, and the lines are others
        moved = replace(rendered, text=text or "", elsewhere={}, blocks={})
        try:
            other = read(moved, {}, strictness).graph if text is not None else Graph(())
        except BuildError:
            other = Graph(())
        for node in differing(graph, other):
            found[node.path] = found.get(node.path, frozenset()) | {name}
    return found


def _idle(composer: Composer, places: Places, rendered: Rendered) -> Iterator[Diagnostic]:
    """FGC206 for each key of the configuration's own file that only holds anchors, if none is used.

    A template holds what those that extend it may use.
    """
    for pair, named in composer.holders:
        span = places.span(pair.key_region)
        if span.file not in rendered.chain[:1] or not composer.aliased.isdisjoint(named):
            continue
        yield Diagnostic(
            "FGC206",
            f"nothing refers to what stands below `{pair.key.text}`",
            span,
            severity=Severity.WARNING,
            help="a key that starts with a dot only holds anchors: `*name` refers to one",
        )


def _decided(
    rendered: Rendered, written: Sequence[tuple[int, Path]]
) -> dict[Path, frozenset[Knob]]:
    """The knobs behind the lines of each node, by its path.

    A line belongs to each node that begins on it, or else to the last one that begins above.
    """
    behind = [
        frozenset(Knob((), name) for name in rendered.knobs_of(line))
        for line in range(1, len(rendered.origins) + 1)
    ]
    decided: dict[Path, frozenset[Knob]] = {}
    ends = [*(line for line, _ in written), len(behind) + 1][1:]
    for (line, path), end in zip(written, ends, strict=True):
        knobs = frozenset[Knob]().union(*behind[line - 1 : max(end - 1, line)])
        if knobs:
            decided[path] = decided.get(path, frozenset()) | knobs
    return decided


def _place(diagnostic: Diagnostic, rendered: Rendered) -> tuple[int, int, int]:
    """For sorting: the configuration's own file first, then those that it is made of."""
    span = diagnostic.span
    if span is None or span.file not in rendered.chain:
        return len(rendered.chain), 0, 0
    return rendered.chain.index(span.file), span.line, span.column
