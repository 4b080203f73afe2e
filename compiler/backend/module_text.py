"""The text of a module: docstring, imports in sections, pieces, formatted."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from fgc.compiler.ir.module import Import, Module, Piece
from fgc.compiler.store import Store, cache_folder

LINE_LENGTH = 100
LOCAL = ("runtime", "model", "user")
# A named number, which the formatter leaves as `literal` writes it: most changes are of one.
NUMBER = re.compile(r"[A-Z][A-Z0-9_]* = -?[0-9][0-9_]*(\.[0-9]+)?(e-[0-9]+)?\n")
# What source may not hold, and what would show it in another order than it is read in.
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece and the lines of the text that it takes, from 1 and inclusive."""

    piece: Piece
    first: int
    last: int


def module_text(module: Module) -> tuple[str, tuple[Placed, ...]]:
    """The text of ``module`` and where its pieces stand in it.

    Pieces that are the runtime's own text stay to the letter; any other is formatted by black.
    """
    blocks: list[str] = []
    if module.docstring is not None:
        blocks.append(docstring(module.docstring))
    head = [f"from __future__ import {name}" for name in module.future]
    sections = ["\n".join(head)] if head else []
    sections += import_sections(module.imports)
    if sections:
        blocks.append("\n\n".join(sections) + "\n")
    text = "\n".join(blocks)
    placed: list[Placed] = []
    previous: Piece | None = None
    for piece in module.pieces:
        settled = piece.verbatim or NUMBER.fullmatch(piece.text) is not None
        body = piece.text.strip("\n") + "\n" if settled else formatted(piece.text)
        if text:
            text += _gap(previous, piece)
        first = text.count("\n") + 1
        text += body
        placed.append(Placed(piece, first, text.count("\n")))
        previous = piece
    return text, tuple(placed)


def _gap(previous: Piece | None, piece: Piece) -> str:
    """Blank lines: none between plain values, one below imports, two around definitions."""
    if previous is None:
        return "\n" if _is_value(piece) else "\n\n"
    if _is_value(previous) and _is_value(piece):
        # a value with a comment of its own stands apart from the one above
        apart = piece.text.startswith("#") or _is_computed(previous) != _is_computed(piece)
        return "\n" if apart else ""
    return "\n\n"


def _is_value(piece: Piece) -> bool:
    first = next((line for line in piece.text.splitlines() if line and line[0] != "#"), "")
    return bool(piece.name) and not first.startswith(("class ", "def ", "@", "async "))


def _is_computed(piece: Piece) -> bool:
    return "(" in piece.text


def docstring(text: str) -> str:
    """A module's docstring; what source may not hold is written as an escape."""
    safe = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    safe = _UNWRITABLE.sub(lambda match: repr(match[0])[1:-1], safe)
    if safe.endswith('"'):
        safe = safe[:-1] + '\\"'
    return f'"""{safe}"""\n'


def import_sections(imports: Iterable[Import]) -> list[str]:
    """The import statements, one a line: of Python, of packages, of the tree itself."""
    sections: list[list[Import]] = [[], [], []]
    for imported in imports:
        sections[_section(imported)].append(imported)
    return ["\n".join(i.code() for i in sorted(s, key=_order)) for s in sections if s]


def _section(imported: Import) -> int:
    top = imported.module.split(".")[0]
    if imported.module.startswith(".") or top.split("_")[0] in LOCAL:
        return 2
    return 0 if top in sys.stdlib_module_names else 1


def _order(imported: Import) -> tuple[object, ...]:
    """As isort orders: plain imports first, then by module; constants, classes, functions."""
    if imported.name is None:
        return (0, imported.module.lower(), 0, imported.alias)
    name = imported.name
    rank = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return (1, imported.module.lower(), rank, name)


def formatted(text: str) -> str:
    """``text`` as black writes it; what was formatted once is remembered."""
    store = Store(cache_folder() / "format", f"black {black_version()} {LINE_LENGTH}")
    return store.derive("formatted", text, lambda: _formatted(text))


def _formatted(text: str) -> str:
    import black
    from black.mode import TargetVersion

    mode = black.Mode(line_length=LINE_LENGTH, target_versions={TargetVersion.PY311})
    return black.format_str(text, mode=mode)


@lru_cache(maxsize=1)
def black_version() -> str:
    """The version of the formatter, whose style is part of the output."""
    return importlib.metadata.version("black")
