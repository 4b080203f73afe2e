"""The graph as text, for ``--print-after`` and for golden tests."""

from __future__ import annotations

from collections.abc import Iterator

from fgc.compiler.ir.graph import Call, Entry, File, Graph, List, Literal, Mapping, Node, Tuple, Var

INDENT = "  "


def dump(graph: Graph) -> str:
    """One line a node, indented by depth; a node met again is printed as a reference to its path.

    The text names no file, so it is the same on every machine.

    >>> from fgc.compiler.ir.span import Span
    >>> one = Literal(1, ("a",), Span.point("x.yaml", 1))
    >>> print(dump(Graph((Entry("a", one.span, one), Entry("b", one.span, one)))), end="")
    a: 1  # 1:1
    b: *a
    """
    seen: set[int] = set()
    lines: list[str] = []
    for name, value in sorted(graph.bindings.items()):
        lines.append(f"--set {name}={value!r}")
    for entry in graph.roots:
        lines.extend(_lines(f"{entry.key}: ", entry.value, "", seen))
    return "".join(f"{line}\n" for line in lines)


def _lines(label: str, node: Node, indent: str, seen: set[int]) -> Iterator[str]:
    if id(node) in seen:
        yield f"{indent}{label}*{'.'.join(node.path) or '<root>'}"
        return
    seen.add(id(node))
    yield f"{indent}{label}{_head(node)}  # {node.span.line}:{node.span.column}"
    for below, child in _below(node):
        yield from _lines(below, child, indent + INDENT, seen)


def _head(node: Node) -> str:
    match node:
        case Literal(value=value):
            return repr(value)
        case Var(var=name):
            return f"!var {name}"
        case File(written=written):
            return f"file {written!r}"
        case Call(kind=kind, target=target):
            head = f"!{kind.value}:{target}"
            head += "".join(f" in {folder}" for folder in node.search_path)
        case List():
            head = "list"
        case Tuple():
            head = "tuple"
        case Mapping():
            head = "mapping"
    return head if node.name is None else f"{head} @{node.name}"


def _below(node: Node) -> Iterator[tuple[str, Node]]:
    match node:
        case List(items=items) | Tuple(items=items):
            yield from (("- ", item) for item in items)
        case Mapping(entries=entries):
            yield from _labelled(entries)
        case Call(args=args, kwargs=kwargs, latent_args=latent):
            yield from (("- ", item) for item in args)
            yield from _labelled(kwargs)
            if latent is not None:
                yield "latent: ", latent
        case Var(default=default) if default is not None:
            yield "default: ", default
        case _:
            return


def _labelled(entries: tuple[Entry, ...]) -> Iterator[tuple[str, Node]]:
    return ((f"{entry.key}: ", entry.value) for entry in entries)
