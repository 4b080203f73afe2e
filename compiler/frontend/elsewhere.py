"""What of a graph comes from where, when or on what it was made."""

from __future__ import annotations

from collections.abc import Iterator

from fgc.compiler.ir.graph import Call, Entry, Graph, Literal, Mapping, Node, Var, children, walk


def differing(graph: Graph, other: Graph) -> Iterator[Node]:
    """The nodes of ``graph`` that are not in ``other``, or are not the same there.

    Where the two have not the same form, all below is taken to differ.
    """
    seen: set[tuple[int, int]] = set()
    stack: list[tuple[Node, Node | None]] = [
        (entry.value, other.root(str(entry.key))) for entry in graph.roots
    ]
    while stack:
        ours, theirs = stack.pop()
        if (id(ours), id(theirs)) in seen:
            continue
        seen.add((id(ours), id(theirs)))
        if theirs is None or _shape(ours) != _shape(theirs):
            yield from walk(ours)
            continue
        if _said(ours) != _said(theirs):
            yield ours
        stack += zip(children(ours), children(theirs), strict=True)


def _shape(node: Node) -> tuple[object, ...]:
    """What two nodes share that can be compared child by child."""
    match node:
        case Mapping(entries=entries):
            return Mapping, _keys(entries)
        case Call(kind=kind, args=args, kwargs=kwargs, latent_args=latent):
            return Call, kind, len(args), _keys(kwargs), latent is None
        case _:
            return type(node), len(children(node))


def _keys(entries: tuple[Entry, ...]) -> tuple[tuple[type, object], ...]:
    return tuple((type(entry.key), entry.key) for entry in entries)


def _said(node: Node) -> object:
    """What a node says itself, its children aside."""
    match node:
        case Literal(value=value):
            return type(value), repr(value)
        case Call(target=target, name=name, search_path=folders):
            return target, name, folders
        case Var(var=var):
            return var
        case _:
            return None
