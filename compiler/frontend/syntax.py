"""The YAML syntax tree: what a document says as YAML, before tags mean anything.

An alias is the very node that it names, so the tree is a directed acyclic graph, and everything
made of it keeps that sharing. Regions are in coordinates of the rendered text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from fgc.compiler.ir.graph import Path


class Region(NamedTuple):
    """A half-open region of the rendered text; lines and columns count from 1."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, eq=False, slots=True)
class Tag:
    """A tag: ``text`` as the parser resolved it, ``written`` as it stands in the document."""

    text: str
    written: str
    region: Region


@dataclass(frozen=True, eq=False, slots=True)
class ScalarSyntax:
    """A scalar.

    ``plain`` is false for quoted and block scalars: they are text, whatever they hold. ``missing``
    marks what stands in for an alias of nothing, which has been reported.
    """

    text: str
    plain: bool
    tag: Tag | None
    region: Region
    path: Path
    height: int = 0
    missing: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class SequenceSyntax:
    """A sequence. ``height`` is the number of levels of the tallest branch, aliases followed."""

    items: tuple[Syntax, ...]
    tag: Tag | None
    region: Region
    path: Path
    height: int


@dataclass(frozen=True, eq=False, slots=True)
class PairSyntax:
    """One ``key: value`` as written. ``key_region`` is the place of an alias that stands as key."""

    key: ScalarSyntax
    key_region: Region
    value: Syntax


@dataclass(frozen=True, eq=False, slots=True)
class MappingSyntax:
    """A mapping: all its pairs in their order, merge keys and repeated keys included."""

    pairs: tuple[PairSyntax, ...]
    tag: Tag | None
    region: Region
    path: Path
    height: int


Syntax = ScalarSyntax | SequenceSyntax | MappingSyntax
