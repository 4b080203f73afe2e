"""Nodes that are nothing but data, as Python values."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping

from fgc.compiler.ir.graph import List, Literal, Mapping, Node, Scalar, Tuple, Var

Data = Scalar | list["Data"] | tuple["Data", ...] | dict[Scalar, "Data"]


class NotPlainError(Exception):
    """A node holds something that is not data; ``node`` is that something."""

    def __init__(self, node: Node):
        super().__init__(".".join(node.path))
        self.node = node


def plain_data(node: Node, bindings: AbstractMapping[str, Scalar]) -> Data:
    """The value of ``node``; a bound variable, or one with a default, is its value.

    A shared node becomes a shared value.

    Raises:
        NotPlainError: there is a call in it, or an unbound variable.
    """
    return _Values(bindings).value(node)


class _Values:
    def __init__(self, bindings: AbstractMapping[str, Scalar]):
        self._bindings = bindings
        self._done: dict[int, Data] = {}

    def value(self, node: Node) -> Data:
        if id(node) not in self._done:
            self._done[id(node)] = self._make(node)
        return self._done[id(node)]

    def _make(self, node: Node) -> Data:
        match node:
            case Literal(value=value):
                return value
            case List(items=items):
                return [self.value(item) for item in items]
            case Tuple(items=items):
                return tuple(self.value(item) for item in items)
            case Mapping(entries=entries):
                return {entry.key: self.value(entry.value) for entry in entries}
            case Var(var=var) if var in self._bindings:
                return self._bindings[var]
            case Var(default=default) if default is not None:
                return self.value(default)
            case _:
                raise NotPlainError(node)
