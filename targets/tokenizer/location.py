"""Where the tokenizer of a configuration lies."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Call, File, Graph, Literal
from fgc.compiler.passes.fold import fold
from fgc.compiler.passes.load import Source
from fgc.compiler.passes.resolve import resolve
from fgc.compiler.passes.tokenizer_configs import is_tokenizer


def tokenizer_json(graph: Graph, source: Source) -> Path:
    """The tokenizer.json that a linked configuration names: as what it trains, or as what it loads.

    Nothing else of the configuration needs to be right, or whole.

    Raises:
        BuildError: FGC026 where there is no such file, FGC040 where none is named.
    """
    if is_tokenizer(graph):
        return _trained(graph, source)
    roots = tuple(entry for entry in graph.roots if entry.key == "tokenizer")
    project = source.project
    resolution, _ = resolve(
        replace(graph, roots=roots),
        project_root=project.root,
        search_path=source.search_path,
        place=project.folders.place,
    )
    folded = fold(resolution, project_root=project.root, folders=project.folders)
    node = folded.graph.root("tokenizer")
    file = node.kwarg("file") if isinstance(node, Call) else None
    if isinstance(file, File):
        return Path(file.source)
    place = graph.roots[0].key_span if graph.roots else None
    raise BuildError(Diagnostic("FGC040", "this configuration has no tokenizer", place))


def _trained(graph: Graph, source: Source) -> Path:
    node = graph.root("tokenizer_file")
    if not isinstance(node, Literal) or not isinstance(node.value, str):
        message = "this configuration does not say where its tokenizer is"
        place = graph.roots[0].key_span if node is None else node.span
        raise BuildError(Diagnostic("FGC040", message, place))
    path = source.project_root / node.value
    if path.is_file():
        return path
    remedy = f"`fgc tokenizer build {shlex.quote(source.path.as_posix())}` makes it"
    message = f"there is no `{node.value}` yet"
    raise BuildError(Diagnostic("FGC026", message, node.span, help=remedy))
