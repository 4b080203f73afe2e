"""Which singletons are made on their own, before the first top-level node that needs them.

A singleton is *promoted* when it stands at top level, is referenced from more than one place, or
lies below a partial, which may be called more than once. Everything else is made where it is
written. The interpreter follows the same rule, so that random numbers are drawn alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from fgc.compiler.ir.graph import Call, Entry, Kind, Node, children


def promoted(roots: Iterable[Entry], also: Collection[Call] = ()) -> dict[Call, None]:
    """The promoted singletons below ``roots``, dependencies first, in configuration order.

    ``also`` are singletons that the program refers to from more than one place.
    """
    entries = tuple(roots)
    references = _references(entries)
    below_partial = _below_partials(entries)
    tops = {entry.value for entry in entries if isinstance(entry.value, Call)}

    def is_promoted(call: Call) -> bool:
        return call in tops or references[call] > 1 or call in below_partial or call in also

    found: dict[Call, None] = {}
    for entry in entries:
        for call in _singletons_first(entry.value):
            if is_promoted(call):
                found.setdefault(call)
    return found


def needed_first(node: Node, is_promoted: Callable[[Call], bool]) -> list[Call]:
    """The promoted singletons directly below ``node``: those that it needs made before it."""
    found: dict[Call, None] = {}
    stack = list(reversed(children(node)))
    while stack:
        below = stack.pop()
        if isinstance(below, Call) and is_promoted(below):
            found.setdefault(below)
            continue
        stack.extend(reversed(children(below)))
    return list(found)


def _references(entries: Iterable[Entry]) -> dict[Call, int]:
    """How many places of the configuration refer to each call."""
    counts: dict[Call, int] = {}
    visits: dict[int, int] = {}
    stack = [entry.value for entry in entries]
    while stack:
        node = stack.pop()
        visits[id(node)] = visits.get(id(node), 0) + 1
        singleton = isinstance(node, Call) and node.kind is Kind.SINGLETON
        if isinstance(node, Call):
            counts[node] = visits[id(node)]
        # what is made anew at each reference refers as often to what is below it
        if visits[id(node)] <= (1 if singleton else 2):
            stack.extend(children(node))
    return counts


def _below_partials(entries: Iterable[Entry]) -> set[Call]:
    found: set[Call] = set()
    seen: set[tuple[int, bool]] = set()
    stack = [(entry.value, False) for entry in entries]
    while stack:
        node, inside = stack.pop()
        if (id(node), inside) in seen:
            continue
        seen.add((id(node), inside))
        if isinstance(node, Call):
            if inside and node.kind is Kind.SINGLETON:
                found.add(node)
            inside = inside or node.kind is Kind.PARTIAL
        stack += [(child, inside) for child in children(node)]
    return found


def _singletons_first(node: Node) -> Iterator[Call]:
    """The singletons below and including ``node``, dependencies first, each once."""
    seen: set[int] = set()
    stack: list[tuple[Node, bool]] = [(node, False)]
    while stack:
        current, done = stack.pop()
        if done:
            if isinstance(current, Call) and current.kind is Kind.SINGLETON:
                yield current
            continue
        if id(current) in seen:
            continue
        seen.add(id(current))
        stack.append((current, True))
        stack += [(child, False) for child in reversed(children(current))]
