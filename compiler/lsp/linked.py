"""Which configuration a ``from_project`` node links."""

from __future__ import annotations

from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.frontend.from_project import is_from_project, read_project_call
from fgc.compiler.frontend.project import config_by_name, load_project
from fgc.compiler.ir.graph import Call, walk
from fgc.compiler.lsp.analysis import Analysis
from fgc.compiler.passes.parse import parse

_NAMING = ("project_dir", "config_template")


def linked_config(analysis: Analysis, file: str, line: int) -> Path | None:
    """The configuration that is named on a line, by a call or by one of its keys."""
    if analysis.rendered is None or analysis.source is None:
        return None
    try:
        graph = parse(analysis.rendered)
        for node in walk(*(entry.value for entry in graph.roots)):
            if not isinstance(node, Call) or not is_from_project(node):
                continue
            keys = [entry.key_span for entry in node.kwargs if entry.key in _NAMING]
            if any((at.file, at.line) == (file, line) for at in (node.target_span, *keys)):
                call = read_project_call(node, graph.bindings)
                folders = analysis.source.project.folders
                root = folders.place(analysis.source.project_root, call.project_dir)
                return config_by_name(load_project(root, folders), call.config).path
    except BuildError:
        return None  # it is among the findings
    return None
