"""A configuration as a flat table, to see what differs between two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fgc.compiler.ir.graph import (
    Call,
    Entry,
    Graph,
    List,
    Literal,
    Mapping,
    Node,
    Scalar,
    Tuple,
    Var,
)
from fgc.compiler.passes.load import load
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.render import render

Settings = dict[str, Scalar]


def read(config: Path, **pins: Scalar) -> Settings:
    """The settings of a configuration, with what `--set` pins."""
    return settings(parse(render(load(config, overrides=pins))))


def settings(graph: Graph) -> Settings:
    """Scalars, targets of calls and names of variables by their place; what is shared, once."""
    found: Settings = {}
    seen: set[int] = set()
    stack = list(_reversed(graph.roots, ""))
    while stack:
        place, node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        match node:
            case Literal(value=value):
                found[place] = value
            case Var(var=name):
                found[place] = f"!var {name}"
            case Call(target=target):
                found[place] = target
                stack += _reversed(node.kwargs, f"{place}.")
                stack += _numbered(node.args, place)
            case Mapping(entries=entries):
                stack += _reversed(entries, f"{place}.")
            case List(items=items) | Tuple(items=items):
                stack += _numbered(items, place)
            case _:
                raise TypeError(node)
    return found


def changes(before: Settings, after: Settings) -> Settings:
    """What `after` has anew or otherwise, and `"gone"` for what it does not have."""
    changed = {place: value for place, value in after.items() if not _same(before, place, value)}
    return changed | {place: "gone" for place in before if place not in after}


def _same(before: Settings, place: str, value: Scalar) -> bool:
    old = before.get(place, "gone")
    return type(old) is type(value) and old == value


def _reversed(entries: tuple[Entry, ...], prefix: str) -> Iterator[tuple[str, Node]]:
    return ((f"{prefix}{entry.key}", entry.value) for entry in reversed(entries))


def _numbered(items: tuple[Node, ...], place: str) -> Iterator[tuple[str, Node]]:
    numbered = enumerate(items)
    return ((f"{place}.{index}", item) for index, item in reversed(list(numbered)))
