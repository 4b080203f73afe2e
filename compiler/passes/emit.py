"""From modules to text, and from text to where each line comes from."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fgc.compiler.backend.causes import Parts
from fgc.compiler.backend.module_text import Placed, module_text
from fgc.compiler.backend.relative_paths import RelativePaths
from fgc.compiler.backend.sourcemap import CodeLine, Origins, Place, SourceMap
from fgc.compiler.ir.module import Module
from fgc.compiler.ir.span import Span
from fgc.compiler.program.placement import packages


@dataclass(frozen=True)
class Emitted:
    """The Python files of a tree, by path, and the origins of their lines."""

    python: Mapping[str, str]
    source_map: SourceMap


def emit(modules: Sequence[Module], paths: RelativePaths) -> Emitted:
    """Writes the text of ``modules``, and of the `__init__` files of their packages."""
    python: dict[str, str] = {}
    source_map = SourceMap()
    for module in modules:
        text, placed = module_text(module)
        tree = ast.parse(text)  # what is not Python is a bug, to be seen here and not at launch
        python[module.path] = text
        _trace(source_map, module.path, placed, Parts(tree) if _has_causes(module) else None, paths)
    for path in packages(list(python)):
        python.setdefault(path, "")
    return Emitted(python, source_map)


def _has_causes(module: Module) -> bool:
    return any(piece.causes for piece in module.pieces)


def _trace(
    source_map: SourceMap,
    path: str,
    pieces: Iterable[Placed],
    parts: Parts | None,
    paths: RelativePaths,
) -> None:
    for placed in pieces:
        piece, origin = placed.piece, placed.piece.origin
        of_lines: Mapping[int, Sequence[Span]] = {}
        if parts is not None:
            of_lines = parts.places(placed.first, placed.last, piece.causes)
        for line in range(placed.first, placed.last + 1):
            spans = of_lines.get(line, piece.spans)
            places = tuple(dict.fromkeys(_place(span, paths) for span in spans))
            code = None
            if origin is not None:
                # the text of a specialised definition has lines of its own
                offset = line - placed.first if piece.verbatim else 0
                code = CodeLine(origin.file, origin.line + offset)
            if places or code is not None:
                source_map.add(path, line, Origins(places, code))


def _place(span: Span, paths: RelativePaths) -> Place:
    return Place(paths.name(span.file), span.line, span.column)
