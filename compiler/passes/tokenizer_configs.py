"""The configurations of a project that describe tokenizers, for a mistake to name them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.frontend.project import config_by_name, config_names, load_project
from fgc.compiler.ir.graph import Graph, Literal
from fgc.compiler.ir.metadata import metadata
from fgc.compiler.passes.load import from_config
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.render import render

TOKENIZER = "type.tokenizer"


def config_class(graph: Graph) -> str:
    """The ``config_class`` of a configuration's metadata; empty where it does not say."""
    return metadata(graph, "config_class") or ""


def is_tokenizer(graph: Graph) -> bool:
    """Whether a configuration says that it describes a tokenizer."""
    return f"{config_class(graph)}.".startswith(f"{TOKENIZER}.")


def command_for(project_root: Path, file: Path | None = None) -> str | None:
    """The command that makes the tokenizer ``file`` of a project, or any; None if there is none."""
    for config, made in _tokenizers(project_root):
        if file is None or os.path.normpath(project_root / made) == os.path.normpath(file):
            return f"fgc tokenizer build {shlex.quote(config.as_posix())}"
    return None


def _tokenizers(project_root: Path) -> Iterator[tuple[Path, str]]:
    """The project's configurations of tokenizers, and the file that each names."""
    try:
        project = load_project(project_root)
    except BuildError:
        return
    for name in config_names(project):
        try:
            config = config_by_name(project, name)
            graph = parse(render(from_config(config, {})))
        except BuildError:
            continue  # whatever is wrong with it, it is not what is built
        made = graph.root("tokenizer_file")
        if is_tokenizer(graph) and isinstance(made, Literal) and isinstance(made.value, str):
            yield config.path, made.value
