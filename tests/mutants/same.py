"""Whether two configurations say the same, wherever their parts are written."""

from __future__ import annotations

from collections.abc import Iterator

from fgc.compiler.ir.graph import Call, Entry, File, Graph, List, Literal, Mapping, Node, Tuple, Var
from fgc.compiler.symbols.resolution import Resolution

Shape = tuple[object, ...]


def shape(graph: Graph, resolution: Resolution) -> Shape:
    """All that a graph says but places: equal for two graphs that mean the same.

    A node that is met again is the number of its first meeting, so that what is shared in one is
    shared in the other. Arguments by place count as those of the parameters that they fill.
    """
    seen: dict[int, int] = {}
    keep: list[Node] = []

    def entries(found: tuple[Entry, ...]) -> Iterator[Shape]:
        return ((entry.key, of(entry.value)) for entry in found)

    def call(node: Call) -> Shape:
        symbol = resolution.symbols.get(node)
        signature = None if symbol is None else symbol.signature
        by_place = signature.positional[: len(node.args)] if signature is not None else ()
        names = [parameter.name for parameter in by_place]
        names += [f"arg{n}" for n in range(len(names), len(node.args))]
        filled = zip(names, map(of, node.args), strict=True)
        latent = None if node.latent_args is None else of(node.latent_args)
        arguments = (*filled, *entries(node.kwargs))
        home = None if node.home is None else node.home.root
        head = (node.kind.value, node.target, node.name, node.search_path, home)
        return (*head, latent, tuple(arguments))

    def of(node: Node) -> Shape:
        if id(node) in seen:
            return ("again", seen[id(node)])
        seen[id(node)] = len(seen)
        keep.append(node)
        match node:
            case Literal(value=value):
                return ("literal", type(value).__name__, repr(value))
            case Var(var=name, default=default):
                return ("var", name, None if default is None else of(default))
            case File(source=source):
                return ("file", source)
            case List(items=items) | Tuple(items=items):
                return (type(node).__name__, node.name, *map(of, items))
            case Mapping(entries=found):
                return ("mapping", node.name, *entries(found))
            case Call():
                return call(node)

    bound = ((name, repr(value)) for name, value in sorted(graph.bindings.items()))
    return (*bound, *entries(graph.roots))
