"""The modules, files and names that an import spec can go on with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fgc.compiler.lsp.analysis import Analysis
from fgc.compiler.symbols.lookup import Symbols
from fgc.compiler.symbols.spec import LANGUAGE_BUILTINS

_FIRST = ("fgc.runtime", "torch", "transformers")
"""What is offered before anything is written; Python has hundreds of packages."""
_PYTHON = (
    "dict",
    "list",
    "tuple",
    "set",
    "int",
    "float",
    "str",
    "bool",
    "len",
    "min",
    "max",
    "sum",
)
_MOST_LOOKED_UP = 300
_SKIPPED = ("__pycache__", "output", "data")


@dataclass(frozen=True, slots=True)
class Continued:
    """A text that replaces what is written of a spec from the offset ``at`` on."""

    text: str
    at: int
    is_module: bool
    detail: str = ""


def specs(analysis: Analysis, written: str) -> Iterator[Continued]:
    """What an import spec can go on with that begins with ``written``."""
    symbols = analysis.symbols
    if symbols is None:
        return
    head, colon, _ = written.rpartition(":")
    if colon:
        names = sorted(symbols.names_in(head))
        for name in names:
            if len(names) > _MOST_LOOKED_UP:
                yield Continued(name, len(head) + 1, False)
                continue
            symbol = symbols.lookup(f"{head}:{name}").symbol
            kind = "" if symbol is None or symbol.kind == "unknown" else symbol.kind
            if kind != "module":
                yield Continued(name, len(head) + 1, False, kind)
        return
    if "/" not in written:
        yield from _modules(symbols, written)
    if not written.startswith(".") and analysis.source is not None:
        for file in _files(analysis.source.project_root):
            yield Continued(f"{file}:", 0, True, "file")


def _modules(symbols: Symbols, written: str) -> Iterator[Continued]:
    parent, dot, _ = written.rpartition(".")
    if dot and not parent:
        return
    if dot:
        for name in symbols.modules.locator.submodules(parent):
            if not name.startswith("_"):
                yield Continued(name, len(parent) + 1, True, "module")
        return
    for name in (*_PYTHON, *LANGUAGE_BUILTINS):
        yield Continued(name, 0, False, "builtin")
    shown = symbols.modules.locator.submodules("") if written else ()
    for name in dict.fromkeys((*_FIRST, *shown)):
        if not name.startswith("_"):
            yield Continued(name, 0, True, "module")


def _files(root: Path) -> Iterator[str]:
    """The Python files of a project, by their paths in it."""
    for here, folders, files in os.walk(root):
        hidden = (name for name in folders if not name.startswith("."))
        folders[:] = sorted(name for name in hidden if name not in _SKIPPED)
        for file in sorted(files):
            if file.endswith(".py"):
                yield Path(here, file).relative_to(root).as_posix()
