"""Configurations of what a program is made with, and which are no program by themselves."""

from __future__ import annotations

import shlex
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.ir.graph import Graph
from fgc.compiler.passes.tokenizer_configs import config_class, is_tokenizer

# Classes of configurations that a training configuration takes parts from.
LINKED = ("type.model", "type.dataset")


def not_a_program(graph: Graph, path: Path) -> Diagnostic | None:
    """FGC040 for such a configuration, in the file ``path``."""
    kind = config_class(graph)
    if is_tokenizer(graph):
        remedy = f"`fgc tokenizer build {shlex.quote(path.as_posix())}` trains it"
    elif is_part(graph):
        remedy = "a training configuration links it, with `!call:from_project`"
    else:
        return None
    what = kind.split(".")[1]
    message = f"`{path.name}` describes a {what}, which is no program by itself"
    return Diagnostic("FGC040", message, graph.roots[0].key_span, help=remedy)


def is_part(graph: Graph) -> bool:
    """Whether a configuration is one that others link, and which may leave variables to them."""
    return config_class(graph) in LINKED and graph.root("trainer") is None
