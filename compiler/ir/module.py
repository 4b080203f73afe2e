"""The module IR: what a Python file of the tree will say, before it is text.

Pieces are whole statements whose text is final but for formatting. A piece remembers the places of
the configuration that caused it and the definition that it was made from.
"""

from __future__ import annotations

from dataclasses import dataclass

from fgc.compiler.ir.span import Span


@dataclass(frozen=True, slots=True)
class Import:
    """One name bound by an import: ``from module import name as alias``, ``import module``.

    ``name`` is None for ``import module [as alias]``.
    """

    module: str
    name: str | None
    alias: str

    def plain(self) -> Import:
        """The same binding in one form: ``import a.b as c`` is ``from a import b as c``.

        >>> Import("torch.nn", None, "nn").plain() == Import("torch", "nn", "nn")
        True
        """
        parent, _, last = self.module.rpartition(".")
        if self.name is not None or not parent or self.alias == self.module.split(".")[0]:
            return self
        return Import(parent, last, self.alias)

    def code(self) -> str:
        """The statement.

        >>> Import("torch.nn.functional", None, "F").code()
        'import torch.nn.functional as F'
        >>> Import("torch", "nn", "nn").code()
        'from torch import nn'
        """
        if self.name is None:
            plain = self.alias in (self.module, self.module.split(".")[0])
            return f"import {self.module}" + ("" if plain else f" as {self.alias}")
        renamed = "" if self.name == self.alias else f" as {self.alias}"
        return f"from {self.module} import {self.name}{renamed}"


@dataclass(frozen=True, slots=True)
class Origin:
    """The definition that a piece was made from: its file, and the line of its first line."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Cause:
    """The place in the configuration behind a part of a definition.

    ``path`` leads to the part: the dotted name of what is called, and then, from call to call, an
    argument by its keyword or its number, ``("AdamW", "betas", "0")``. A name alone means wherever
    it is read, ``("config.hidden_size",)``.
    """

    path: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Piece:
    """One top-level statement, or a run of them that stand together without blank lines.

    ``spans`` are the places in the configuration that decided it, the deciding one first;
    ``causes`` tell more of parts of it. A cause may name what is not in the text.
    """

    name: str
    text: str
    spans: tuple[Span, ...] = ()
    origin: Origin | None = None
    causes: tuple[Cause, ...] = ()

    @property
    def verbatim(self) -> bool:
        """Whether the text is that of the definition it was made from."""
        return self.origin is not None and self.text.strip("\n") == self.origin.text.strip("\n")


@dataclass(frozen=True, slots=True)
class Module:
    """A Python file of the tree. ``path`` is relative to the tree, with forward slashes."""

    path: str
    docstring: str | None
    imports: tuple[Import, ...]
    pieces: tuple[Piece, ...]
    future: tuple[str, ...] = ()
