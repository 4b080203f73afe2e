"""Instances of another project's nodes: fresh copies, with our nodes for its variables."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from dataclasses import replace

from fgc.compiler.ir.graph import (
    Call,
    File,
    Home,
    List,
    Literal,
    Mapping,
    Node,
    Path,
    Tuple,
    Var,
    children,
)
from fgc.compiler.ir.rewrite import with_children

_NOTHING: frozenset[str] = frozenset()


class Instance:
    """One instance of a graph.

    ``bindings`` are the nodes put in for variables, as they are. A variable that a model's own
    ``config`` defines is that config's, and stays. Copies have ``prefix`` before their path, and
    the project ``home``; ``main``, where it is given, is the target that stands at the prefix
    itself. A copy keeps its name unless that is among ``names``, to which it is added.
    """

    def __init__(
        self,
        prefix: Path,
        bindings: AbstractMapping[str, Node],
        names: set[str],
        home: Home,
        main: str | None = None,
    ):
        self._prefix = prefix
        self._bindings = bindings
        self._names = names
        self._home = home
        self._main = main
        self._copies: dict[tuple[int, frozenset[str]], Node] = {}
        self._variables: dict[int, frozenset[str]] = {}

    def node(self, node: Node, hidden: frozenset[str] = _NOTHING) -> Node:
        """The copy of ``node``, where the variables ``hidden`` are not ours to bind."""
        # a node that is used below two configs is one node still, unless it reads what they define
        key = (id(node), hidden & self._bound_below(node))
        if key not in self._copies:
            self._copies[key] = self._copy(node, hidden)
        return self._copies[key]

    def _copy(self, node: Node, hidden: frozenset[str]) -> Node:
        if isinstance(node, Var) and node.var in self._bindings and node.var not in hidden:
            return self._bindings[node.var]
        config = node.kwarg("config") if isinstance(node, Call) else None
        inner = hidden
        if isinstance(config, Mapping):
            inner = hidden | {str(entry.key) for entry in config.entries}
        below = tuple(
            self.node(child, hidden if child is config else inner) for child in children(node)
        )
        copy = replace(with_children(node, below), path=self.moved(node.path))
        if isinstance(copy, Literal | Call):
            copy = replace(copy, home=self._home)
        if isinstance(copy, Literal | Var | File):
            return copy
        return self._named(copy)

    def _named(self, copy: List | Tuple | Mapping | Call) -> Node:
        if copy.name is None:
            return copy
        if copy.name in self._names:
            return replace(copy, name=None)
        self._names.add(copy.name)
        return copy

    def moved(self, path: Path) -> Path:
        """The path of the copy of what stands at ``path``."""
        if self._main is not None and path[:1] == (self._main,):
            return (*self._prefix, *path[1:])
        return (*self._prefix, *path)

    def _bound_below(self, node: Node) -> frozenset[str]:
        """The names of the bound variables at and below ``node``."""
        found = self._variables.get(id(node))
        if found is None:
            found = frozenset[str]().union(*map(self._bound_below, children(node)))
            if isinstance(node, Var) and node.var in self._bindings:
                found |= {node.var}
            self._variables[id(node)] = found
        return found
