"""Orders what refers to one another: users first, rings of users together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


def in_rings(starts: Iterable[T], below: Callable[[T], Sequence[T]]) -> list[list[T]]:
    """Everything that ``starts`` lead to, each behind all that lead to it.

    What leads to itself through others stands in one list with them: the strongly connected
    components, after Tarjan (1972).

    >>> graph = {"main": ["a", "c"], "a": ["b"], "b": ["a", "c"], "c": []}
    >>> [sorted(ring) for ring in in_rings(["main"], graph.__getitem__)]
    [['main'], ['a', 'b'], ['c']]
    """
    return list(reversed(_Search(below).run(starts)))


class _Search(Generic[T]):
    def __init__(self, below: Callable[[T], Sequence[T]]):
        self.below = below
        self.number: dict[T, int] = {}
        self.lowest: dict[T, int] = {}
        self.open: list[T] = []
        self.is_open: set[T] = set()
        self.rings: list[list[T]] = []

    def run(self, starts: Iterable[T]) -> list[list[T]]:
        for start in starts:
            if start not in self.number:
                self._visit(start)
        return self.rings

    def _visit(self, node: T) -> None:
        self.number[node] = self.lowest[node] = len(self.number)
        self.open.append(node)
        self.is_open.add(node)
        for below in self.below(node):
            if below not in self.number:
                self._visit(below)
                self.lowest[node] = min(self.lowest[node], self.lowest[below])
            elif below in self.is_open:
                self.lowest[node] = min(self.lowest[node], self.number[below])
        if self.lowest[node] == self.number[node]:
            position = self.open.index(node)
            ring = self.open[position:]
            del self.open[position:]
            self.is_open -= set(ring)
            self.rings.append(ring)
