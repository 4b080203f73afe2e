"""Where the thing under the cursor is defined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain as chained
from pathlib import Path, PurePosixPath

from fgc.compiler.frontend.template.inline import split_inline
from fgc.compiler.ir.graph import Call, Mapping, walk
from fgc.compiler.ir.knobs import Setting
from fgc.compiler.ir.span import Span
from fgc.compiler.lsp import blocks
from fgc.compiler.lsp.analysis import Analysis
from fgc.compiler.lsp.cursor import Thing, What, thing_at
from fgc.compiler.lsp.linked import linked_config
from fgc.compiler.lsp.snapshot import Snapshot
from fgc.compiler.symbols.spec import Malformed
from fgc.compiler.symbols.spec import parse as parse_spec


def definition(snapshot: Snapshot, line: int, column: int) -> tuple[Span, ...]:
    """The places where what stands at a position is defined; the first one counts.

    A block leads to the one that it overrides, an assignment of a knob to the one before it.
    """
    thing = thing_at(snapshot.line(line), line, column)
    linked = None if thing is not None and thing.what is not What.SPEC else _linked(snapshot, line)
    if linked is not None:
        return (Span.point(linked.as_posix(), 1),)
    if thing is None:
        return ()
    match thing.what:
        case What.TEMPLATE:
            found: Sequence[Span] = _templates(snapshot, thing)
        case What.BLOCK | What.SUPER:
            found = _block(snapshot, thing)
        case What.ANCHOR | What.ALIAS:
            found = _anchor(snapshot, thing)
        case What.KNOB:
            found = _knob(snapshot, thing)
        case What.SPEC:
            found = _symbol(snapshot, thing.name)
        case What.VAR:
            found = list(chained.from_iterable(variable(a, thing.name) for a in snapshot.analyses))
    return tuple(dict.fromkeys(found))


def _linked(snapshot: Snapshot, line: int) -> Path | None:
    for analysis in snapshot.analyses:
        path = linked_config(analysis, snapshot.file, line)
        if path is not None:
            return path
    return None


def _templates(snapshot: Snapshot, thing: Thing) -> list[Span]:
    for part in split_inline(snapshot.text):
        if part.name == thing.name:
            return [Span.point(snapshot.file, part.first_line)]
    for analysis in snapshot.analyses:
        if analysis.source is None:
            continue
        path = PurePosixPath(thing.name)
        if not path.parts or path.is_absolute() or ".." in path.parts:
            continue
        unsaved = analysis.source.project.folders.unsaved
        for folder in analysis.source.search_path:
            file = folder / path
            if file.as_posix() in unsaved or file.is_file():
                return [Span.point(file.as_posix(), 1)]
        templates = () if analysis.rendered is None else analysis.rendered.templates.templates
        for key in templates:
            if key.endswith(f"#{thing.name}") and analysis.rendered is not None:
                used = analysis.rendered.templates.templates[key]
                return [Span.point(used.file, used.line)]
    return []


def _block(snapshot: Snapshot, thing: Thing) -> list[Span]:
    name = thing.name
    if thing.what is What.SUPER:
        block = blocks.block_at(snapshot.lines, thing.line)
        if block is None:
            return []
        name = block[0]
    place = blocks.overridden(snapshot, name)
    if place is not None:
        return [blocks.header_span(place, snapshot.text_of(place.file))]
    if thing.what is What.SUPER:
        return []
    return [Span(snapshot.file, thing.line, thing.column, thing.line, thing.end)]


def _anchor(snapshot: Snapshot, thing: Thing) -> list[Span]:
    """The anchor that an alias means, as far as it is rendered; else the last one of that name."""
    if thing.what is What.ANCHOR:
        return [Span(snapshot.file, thing.line, thing.column, thing.line, thing.end)]
    found: list[Span] = []
    for analysis in snapshot.analyses:
        uses = [use for use in analysis.anchors if use.name == thing.name]
        here = [
            use.means.span
            for use in uses
            if use.means and (use.span.file, use.span.line) == (snapshot.file, thing.line)
        ]
        found += here or [use.span for use in uses if not use.is_alias][-1:]
    return found


def settings(analysis: Analysis, name: str) -> tuple[Setting, ...]:
    """Who gave the knob ``name`` its values in the configuration itself, pins aside."""
    if analysis.rendered is None:
        return ()
    return tuple(setting for setting in analysis.rendered.knobs.chain(name) if not setting.pin)


def _knob(snapshot: Snapshot, thing: Thing) -> list[Span]:
    found: list[Span] = []
    for analysis in snapshot.analyses:
        given = settings(analysis, thing.name)
        at = [(setting.file, setting.line) for setting in given]
        here = (snapshot.file, thing.line)
        index = max(at.index(here) - 1, 0) if here in at else -1
        found += [s.named_in(snapshot.text_of(s.file)) for s in given[index:][:1]]
    return found


def _symbol(snapshot: Snapshot, spec: str) -> list[Span]:
    """The source line of what a spec names; where it names nothing, that of its module."""
    parsed = parse_spec(spec)
    if isinstance(parsed, Malformed):
        return []
    for analysis in snapshot.analyses:
        symbol = analysis.symbol(spec)
        if symbol is not None and symbol.file is not None:
            return [Span.point(Path(symbol.file).as_posix(), symbol.line or 1)]
    return []


def variable(analysis: Analysis, name: str) -> Iterator[Span]:
    """The keys that give `!var name` its value: of models' configs, and of launch arguments."""
    if analysis.graph is None:
        return
    for node in walk(*(entry.value for entry in analysis.graph.roots)):
        if isinstance(node, Call):
            config = node.kwarg("config")
            if isinstance(config, Mapping):
                yield from (e.key_span for e in config.entries if e.key == name)
    launch = analysis.graph.root("launch_args")
    if isinstance(launch, Mapping):
        yield from (entry.key_span for entry in launch.entries if entry.key == name)
