"""A family: a definition with a structural binding, which is one emitted class or function."""

from __future__ import annotations

import ast
from collections.abc import Container, Mapping
from dataclasses import dataclass, field

import libcst as cst

from fgc.compiler.ir.graph import Call, Node
from fgc.compiler.specialiser.bindings import Constant, Kept
from fgc.compiler.specialiser.scope import bound_names
from fgc.compiler.specialiser.source import Definition

Hole = tuple[str, ...]  # the parameters from a use down to the number
Tree = cst.ClassDef | cst.FunctionDef


@dataclass(eq=False, slots=True)
class Use:
    """One call of the graph that needs ``family``.

    ``parts`` are its factories by parameter, ``lists`` its lists of them, ``instances`` the objects
    that it is given, or lists and mappings of objects.
    """

    node: Call
    definition: Definition
    family: Family
    holes: dict[Hole, cst.BaseExpression]
    parts: dict[str, Part]
    lists: dict[str, tuple[Part, ...]]
    instances: dict[str, Node]
    top: bool


@dataclass(frozen=True, eq=False, slots=True)
class Foreign:
    """A call of something that is not specialised."""

    node: Call


Part = Use | Foreign


@dataclass(eq=False)
class Family:
    """A definition with a structural binding, and the calls that need it."""

    definition: Definition
    tree: Tree
    fixed: Mapping[str, Constant | Kept]
    shared: tuple[Call, ...]  # singletons that are handed on to parts
    uses: list[Use] = field(default_factory=list[Use])
    name: str = ""

    @property
    def first(self) -> Use:
        """The first use in the configuration; all others have the same structure."""
        return self.uses[0]

    def closed(self, hole: Hole) -> cst.BaseExpression | None:
        """The code of a hole that is the same in every use; None where it is a parameter.

        The numbers of a call that the program itself writes out stand in the program.
        """
        if len(hole) == 1 and any(use.top for use in self.uses):
            return None
        code = self.first.holes[hole]
        same = all(use.holes[hole].deep_equals(code) for use in self.uses[1:])
        return code if same else None

    def open_holes(self) -> list[Hole]:
        """The holes that are parameters."""
        return [hole for hole in self.first.holes if self.closed(hole) is None]

    def parameter(self, hole: Hole) -> str:
        """An open hole's parameter: the number's own name, or its path where that is taken."""
        return self._parameters()[hole]

    def shared_name(self, name: str) -> str:
        """What the singleton ``name`` is called in the body, where it may mean something else."""
        return _free(name, self._identifiers() | set(self._parameters().values()))

    def _parameters(self) -> dict[Hole, str]:
        holes = self.open_holes()
        names: dict[Hole, str] = {hole: hole[0] for hole in holes if len(hole) == 1}
        lasts = [hole[-1] for hole in holes]
        for hole in holes:
            if hole not in names:
                wanted = hole[-1] if lasts.count(hole[-1]) == 1 else "_".join(hole)
                taken = self._identifiers() | set(names.values())
                names[hole] = _free("_".join(hole) if wanted in taken else wanted, taken)
        return names

    def _identifiers(self) -> set[str]:
        """Every name in the definition."""
        tree = self.definition.syntax
        return bound_names(tree) | {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}


def _free(name: str, taken: Container[str]) -> str:
    while name in taken:
        name += "_"
    return name
