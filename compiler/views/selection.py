"""The part of a graph that was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Entry, Graph, Node, children, walk
from fgc.compiler.symbols.nearest import nearest
from fgc.compiler.views.places import one_line

MOST_NAMED = 10


def select(graph: Graph, names: Sequence[str]) -> Graph:
    """``graph`` with the top-level nodes ``names`` alone; all of it where there are none.

    Raises:
        BuildError: FGC040, for each name that is no target.
    """
    if not names:
        return graph
    known = [str(entry.key) for entry in graph.roots]
    unknown = [name for name in dict.fromkeys(names) if name not in known]
    if unknown:
        raise BuildError(no_target(name, known) for name in unknown)
    return replace(graph, roots=tuple(entry for entry in graph.roots if entry.key in names))


def no_target(name: str, known: Sequence[str]) -> Diagnostic:
    """FGC040 for a target that is not there.

    >>> no_target("optimiser", ["model", "optimizer"]).help
    'a target with a similar name exists: `optimizer`'
    """
    near = nearest(name, known)
    remedy = "it has no targets"
    if near is not None:
        remedy = f"a target with a similar name exists: `{near}`"
    elif known:
        listed = ", ".join(f"`{other}`" for other in known[:MOST_NAMED])
        remedy = f"its targets are {listed}" + (", …" if len(known) > MOST_NAMED else "")
    return Diagnostic("FGC040", f"the configuration has no target `{name}`", help=remedy)


def shared(roots: Iterable[Entry]) -> frozenset[Node]:
    """The nodes below ``roots`` that are referred to from more than one place."""
    tops = [entry.value for entry in roots]
    references = Counter(tops)
    for node in walk(*tops):
        references.update(children(node))
    return frozenset(node for node, count in references.items() if count > 1)


def ids(roots: Iterable[Entry]) -> dict[Node, str]:
    """A name for each node: its path in the configuration, numbered where another has it too.

    A path can come again where an anchor is given a second time.
    """
    found: dict[Node, str] = {}
    taken: set[str] = set()
    for node in walk(*(entry.value for entry in roots)):
        path = one_line(".".join(node.path))
        name, number = path, 1
        while name in taken:
            number += 1
            name = f"{path}~{number}"
        taken.add(name)
        found[node] = name
    return found
