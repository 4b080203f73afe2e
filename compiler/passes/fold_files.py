"""Local files that a configuration names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.frontend.folders import Folders
from fgc.compiler.ir.graph import File, Kind, List, Literal, Node, Tuple
from fgc.compiler.passes.annotations import path_form
from fgc.compiler.passes.check_arguments import bound
from fgc.compiler.passes.fold_tokenizer import LOAD, TOKENIZER
from fgc.compiler.passes.resolve import calls
from fgc.compiler.passes.tokenizer_configs import command_for
from fgc.compiler.symbols.nearest import nearest
from fgc.compiler.symbols.resolution import Resolution


@dataclass(frozen=True, slots=True)
class NamedFile:
    """That a text is the path of a file, and whether of a tokenizer."""

    is_tokenizer: bool


def named_files(resolution: Resolution) -> dict[Literal, NamedFile]:
    """The texts that are given where the runtime or the project's code takes a path.

    Third-party code takes its paths as they are written.
    """
    found: dict[Literal, NamedFile] = {}
    for call in calls(resolution.graph):
        symbol = resolution.symbols.get(call)
        if symbol is None or symbol.signature is None or call.kind is Kind.META:
            continue
        if symbol.origin not in ("runtime", "project"):
            continue
        definition = (symbol.definition_module, symbol.definition_name)
        named = NamedFile(is_tokenizer=definition == (TOKENIZER, LOAD))
        for parameter, value, _ in bound(call, symbol.signature):
            form = path_form(parameter.annotation or "")
            found.update((text, named) for text in _texts(value, form))
    return found


def _texts(value: Node, form: str | None) -> Iterator[Literal]:
    match value:
        case Literal(value=str()) if form == "one":
            yield value
        case List(items=items) | Tuple(items=items) if form == "many":
            for item in items:
                yield from _texts(item, "one")
        case _:
            return


def file_node(
    node: Literal, written: str, root: Path, folders: Folders, *, is_tokenizer: bool
) -> File:
    """The file that ``written`` names below the project's folder ``root``.

    Raises:
        BuildError: FGC026 where there is none.
    """
    path = folders.place(root, written)
    source = str(path)
    if folders.has_file(path):
        return File(source.replace(os.sep, "/"), written, node.path, node.span)
    message = f"there is no file `{written}` in the project"
    if os.path.isdir(source):
        message = f"`{written}` is a folder, and a file is needed"
    remedy = f"a path is taken from the project's folder `{root.name}`"
    command = command_for(root, path) if is_tokenizer else None
    if command is not None:
        remedy = f"`{command}` makes it"
        raise BuildError(Diagnostic("FGC026", message, node.span, help=remedy))
    if is_tokenizer:
        remedy = f"a configuration that extends `tokenizers/bpe.yaml` describes one; {remedy}"
    meant = nearest(os.path.basename(source), _files_in(os.path.dirname(source)))
    if meant is not None:
        similar = os.path.join(os.path.dirname(written), meant).replace(os.sep, "/")
        remedy = f"a file with a similar name exists: `{similar}`"
    raise BuildError(Diagnostic("FGC026", message, node.span, help=remedy))


def _files_in(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_file()]
    except OSError:
        return []
