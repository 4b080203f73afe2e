"""The graph as JSON, whole: a list of nodes that refer to each other by id, one a line."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

from fgc.compiler.ir.graph import (
    Call,
    File,
    Graph,
    List,
    Literal,
    Mapping,
    Node,
    Scalar,
    Tuple,
    Var,
)
from fgc.compiler.ir.span import Span
from fgc.compiler.views.selection import ids

FORMAT = "fgc-graph-1"


def graph_json(graph: Graph, name_of: Callable[[str], str], *, config: str, after: str) -> str:
    """``graph`` as JSON text. ``name_of`` gives a file its name on every machine.

    >>> at = Span.point("a.yaml", 1)
    >>> from fgc.compiler.ir.graph import Entry
    >>> graph = Graph((Entry("lr", at, Literal(0.1, ("lr",), at)),))
    >>> made = json.loads(graph_json(graph, str, config="a.yaml", after="link"))
    >>> made["targets"], made["nodes"][0]["kind"], made["nodes"][0]["value"]
    ({'lr': 'lr'}, 'literal', 0.1)
    """
    named = ids(graph.roots)
    writer = _Writer(named, name_of)
    head = {
        "format": FORMAT,
        "config": config,
        "after": after,
        "bindings": {name: _scalar(value) for name, value in sorted(graph.bindings.items())},
        "targets": {str(entry.key): named[entry.value] for entry in graph.roots},
    }
    lines = [f'  "{key}": {_dumped(value)},\n' for key, value in head.items()]
    nodes = ",\n".join(f"    {_dumped(writer.node(node))}" for node in named)
    return f'{{\n{"".join(lines)}  "nodes": [\n{nodes}\n  ]\n}}\n'


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


class _Writer:
    def __init__(self, named: dict[Node, str], name_of: Callable[[str], str]):
        self._named = named
        self._name_of = name_of

    def node(self, node: Node) -> dict[str, object]:
        return {"id": self._named[node], **self._facts(node), "place": self._place(node.span)}

    def _facts(self, node: Node) -> dict[str, object]:
        match node:
            case Literal(value=value):
                return {"kind": "literal", **_scalar(value)}
            case List(items=items, name=name):
                return {"kind": "list", "name": name, "items": self._all(items)}
            case Tuple(items=items, name=name):
                return {"kind": "tuple", "name": name, "items": self._all(items)}
            case Mapping(entries=entries, name=name):
                pairs = [{"key": _scalar(e.key), "value": self._named[e.value]} for e in entries]
                return {"kind": "mapping", "name": name, "entries": pairs}
            case Var(var=var, default=default):
                return {"kind": "var", "var": var, "default": self._maybe(default)}
            case File(source=source, written=written):
                return {"kind": "file", "source": self._name_of(source), "written": written}
            case Call():
                return {
                    "kind": node.kind.value,
                    "target": node.target,
                    "name": node.name,
                    "args": self._all(node.args),
                    "kwargs": {str(entry.key): self._named[entry.value] for entry in node.kwargs},
                    "latent_args": self._maybe(node.latent_args),
                    "search_path": list(node.search_path),
                }

    def _all(self, nodes: tuple[Node, ...]) -> list[str]:
        return [self._named[node] for node in nodes]

    def _maybe(self, node: Node | None) -> str | None:
        return None if node is None else self._named[node]

    def _place(self, span: Span) -> dict[str, object]:
        return {"file": self._name_of(span.file), "line": span.line, "column": span.column}


def _scalar(value: Scalar) -> dict[str, object]:
    """The type and value of a scalar; JSON has no infinity and no NaN, which are texts here."""
    kind = "null" if value is None else type(value).__name__
    finite = not isinstance(value, float) or math.isfinite(value)
    return {"type": kind, "value": value if finite else str(value)}
