"""Who overrides whose block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fgc.compiler.frontend.template_chain import TemplateChain, TemplateUse
from fgc.compiler.ir.span import Span
from fgc.compiler.lsp.analysis import Analysis
from fgc.compiler.lsp.snapshot import Snapshot, split_lines, whole_line

_HEADER = re.compile(r"^[ \t]*\[([^\W\d]\w*)!?\][ \t]*(?:##.*)?$")


@dataclass(frozen=True, slots=True)
class Place:
    """A block of a template: where its header stands, and whether it calls `super()`."""

    name: str
    file: str
    line: int
    calls_super: bool
    title: str


def chain(analysis: Analysis, file: str, name: str) -> tuple[Place, ...]:
    """The blocks ``name`` of the templates that are rendered together with ``file``: the one that
    counts first, then what it overrides."""
    if analysis.rendered is None:
        return ()
    templates = analysis.rendered.templates
    if templates.root not in templates.templates:
        return ()
    for lineage in _lineages(templates):
        if any(used.file == file for used in lineage):
            return tuple(
                Place(name, used.file, block.line, block.calls_super, _title(used))
                for used in lineage
                for block in used.blocks
                if block.name == name
            )
    return ()


def names(analysis: Analysis, file: str) -> tuple[str, ...]:
    """The blocks that the templates which ``file`` extends have, in their order."""
    if analysis.rendered is None:
        return ()
    found: dict[str, None] = {}
    for lineage in _lineages(analysis.rendered.templates):
        at = next((i for i, used in enumerate(lineage) if used.file == file), None)
        if at is not None:
            for used in lineage[at + 1 :]:
                found |= dict.fromkeys(block.name for block in used.blocks)
    return tuple(found)


def overridden(snapshot: Snapshot, name: str) -> Place | None:
    """The block that the block ``name`` of this file overrides."""
    for analysis in snapshot.analyses:
        places = chain(analysis, snapshot.file, name)
        at = max((i for i, place in enumerate(places) if place.file == snapshot.file), default=-1)
        if at < 0:  # it is being written: not known yet
            known = analysis.rendered.templates.templates.values() if analysis.rendered else ()
            if not any(used.file == snapshot.file for used in known):
                continue
        if at + 1 < len(places):
            return places[at + 1]
    return None


def header_span(place: Place, text: str) -> Span:
    """Where a block's header stands."""
    lines = split_lines(text)
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    return whole_line(place.file, place.line, line)


def block_at(lines: tuple[str, ...], line: int) -> tuple[str, int] | None:
    """The innermost block that a line stands in, and the line of its header.

    Only a header ends a block, so it is the nearest one above.
    """
    for number in range(min(line, len(lines)), 0, -1):
        header = _HEADER.match(lines[number - 1])
        if header is not None:
            return header[1], number
    return None


def _lineages(templates: TemplateChain) -> Iterator[list[TemplateUse]]:
    """For each template that nothing extends: it, and those that it extends, the nearest first."""
    extended = {r.to for r in templates.references if r.kind == "extends"}
    for key in templates.templates:
        if key in extended:
            continue
        lineage = [key]
        for source in lineage:
            bases = (
                r.to for r in templates.references if (r.source, r.kind) == (source, "extends")
            )
            lineage += (base for base in bases if base not in lineage)
        yield [templates.templates[each] for each in lineage]


def _title(used: TemplateUse) -> str:
    name = used.file.rpartition("/")[2]
    return name if used.inline is None else f"{used.inline} in {name}"
