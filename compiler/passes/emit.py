"""From modules to text, and from text to where each line comes from."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fgc.compiler.backend.module_text import Placed, module_text
from fgc.compiler.backend.relative_paths import RelativePaths
from fgc.compiler.backend.sourcemap import CodeLine, Origins, Place, SourceMap
from fgc.compiler.backend.tree import Content, FileCopy
from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.module import Module
from fgc.compiler.ir.span import Span
from fgc.compiler.program.placement import packages
from fgc.compiler.program.plan import Plan

LARGEST_COPY = 64 << 20  # bytes; what is larger is named at launch


@dataclass(frozen=True)
class Emitted:
    """The files of a tree, by path, and the origins of the lines of its Python files."""

    python: Mapping[str, str]
    files: Mapping[str, Content]
    source_map: SourceMap


def emit(plan: Plan, modules: Sequence[Module], paths: RelativePaths) -> Emitted:
    """Writes the modules' text and takes the local files that they name.

    Raises `BuildError` (FGC040) for a local file that is too large to be copied.
    """
    python: dict[str, str] = {}
    source_map = SourceMap()
    for module in modules:
        text, placed = module_text(module)
        ast.parse(text)  # a text that is not Python is a bug, to be seen here and not at launch
        python[module.path] = text
        _trace(source_map, module.path, placed, paths)
    for path in packages(list(python)):
        python.setdefault(path, "")
    return Emitted(python, _local_files(plan, python.values()), source_map)


def _trace(
    source_map: SourceMap, path: str, pieces: Iterable[Placed], paths: RelativePaths
) -> None:
    for placed in pieces:
        places = tuple(_place(span, paths) for span in placed.piece.spans)
        origin = placed.piece.origin
        for line in range(placed.first, placed.last + 1):
            code = None
            if origin is not None:
                # the text of a specialised definition has lines of its own
                offset = line - placed.first if placed.piece.verbatim else 0
                code = CodeLine(origin.file, origin.line + offset)
            if places or code is not None:
                source_map.add(path, line, Origins(places, code))


def _place(span: Span, paths: RelativePaths) -> Place:
    return Place(paths.name(span.file), span.line, span.column)


def _local_files(plan: Plan, texts: Iterable[str]) -> dict[str, Content]:
    """The local files whose place in the tree the code names."""
    code = "\n".join(texts)
    found: dict[str, Content] = {}
    for source, path in plan.files.items():
        if f'"{path}"' not in code:
            continue
        size = Path(source).stat().st_size
        if size > LARGEST_COPY:
            message = f"`{Path(source).name}` has {size >> 20} MB, too many to be copied"
            raise BuildError(
                Diagnostic("FGC040", message, help="declare its path under `launch_args`")
            )
        found[path] = FileCopy.of(Path(source))
    return found
