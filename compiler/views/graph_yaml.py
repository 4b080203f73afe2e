"""The graph as YAML that is read back as an equal graph.

A shared node is written where it comes first, with an anchor; elsewhere stands its alias. Comments
say where targets and calls are written. A `File` is written as the text that named it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fgc.compiler.backend.names import path_name
from fgc.compiler.frontend.template.toyaml import to_yaml
from fgc.compiler.ir.graph import (
    Call,
    Entry,
    File,
    Graph,
    List,
    Literal,
    Mapping,
    Node,
    Tuple,
    Var,
    walk,
)
from fgc.compiler.ir.span import Span
from fgc.compiler.views.places import ShortPlaces, one_line
from fgc.compiler.views.selection import shared

_INDENT = " " * 4
_WIDTH = 88
_COMMENT_COLUMN = 76
_MOST_IN_LINE = 40
_LONGEST_KEY = 128  # YAML reads keys of up to 1,024 bytes without a sign
_IN_TAG = "/:@+_.~=-"
# Keywords that mean something else unless all arguments are spelled out.
_SPECIAL = re.compile(r"args?|kwargs|arg[0-9]+|latent_args|submodule_searchpath")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    span: Span | None = None


def graph_yaml(graph: Graph, places: ShortPlaces, title: str) -> str:
    """``graph`` as a YAML document, below a comment of its title and files."""
    lines = _Writer(graph).document()
    head = [title, *(f"--set {k}={to_yaml(v)}" for k, v in sorted(graph.bindings.items()))]
    legend = places.legend(line.span for line in lines if line.span is not None)
    width = max((len(short) for short, _ in legend), default=0)
    head += [f"{short:{width}}  {full}" for short, full in legend]
    comments = "".join(f"# {one_line(text)}\n" for text in head)
    widths = (len(line.text) for line in lines if line.span is not None)
    column = max((width for width in widths if width <= _COMMENT_COLUMN), default=0)
    return f"{comments}\n" + "".join(f"{_commented(line, places, column)}\n" for line in lines)


def node_yaml(graph: Graph) -> str:
    """``graph`` as a YAML document without comments."""
    return "".join(f"{line.text}\n" for line in _Writer(graph).document())


def _commented(line: _Line, places: ShortPlaces, column: int) -> str:
    return line.text if line.span is None else f"{line.text:{column}}  # {places.short(line.span)}"


class _Writer:
    def __init__(self, graph: Graph):
        self._roots = graph.roots
        self._anchors = _anchors(graph.roots)
        self._written: set[Node] = set()

    def document(self) -> list[_Line]:
        if not self._roots:
            return [_Line("{}")]
        lines: list[_Line] = []
        for entry in self._roots:
            span = entry.value.span if entry.value not in self._written else entry.key_span
            first, *rest = self._entry(entry)
            if lines and (rest or _is_tall(lines)):
                lines.append(_Line(""))
            lines += [_Line(first.text, span), *rest]
        return lines

    # In blocks: lists of lines without the indent of where they stand.

    def _entry(self, entry: Entry) -> list[_Line]:
        return self._keyed(to_yaml(entry.key), entry.value)

    def _keyed(self, key: str, node: Node) -> list[_Line]:
        if len(key) <= _LONGEST_KEY:
            return self._after(f"{key}:", node)
        return [_Line(f"? {key}"), *self._after(":", node)]

    def _after(self, mark: str, node: Node) -> list[_Line]:
        """``mark``, and ``node`` behind and below it."""
        if node in self._written:
            return [_Line(f"{mark} *{self._anchors[node]}")]
        span = node.span if isinstance(node, Call) else None
        flat = self._try_flat(node, len(mark))
        if flat is not None:
            return [_Line(f"{mark} {flat}", span)]
        head = self._head(node)
        body = self._body(node)
        if isinstance(node, Literal):
            return [_Line(f"{mark} {head} {body[0].text}".replace("  ", " ")), *_indented(body[1:])]
        if not head and mark == "-":
            return [_Line(f"- {body[0].text}", body[0].span), *_indented(body[1:], "  ")]
        return [_Line(f"{mark} {head}".rstrip(), span), *_indented(body)]

    def _body(self, node: Node) -> list[_Line]:
        match node:
            case Literal(value=str(text)):
                return _text_block(text)
            case List(items=items) | Tuple(items=items):
                return self._items(items)
            case Mapping(entries=entries):
                return self._entries(entries)
            case Var(var=name, default=default) if default is not None:
                return [_Line(f"name: {to_yaml(name)}"), *self._keyed("default", default)]
            case Call():
                return self._arguments(node)
            case _:
                raise AssertionError("any other node stands on one line")

    def _items(self, items: Iterable[Node]) -> list[_Line]:
        return [line for item in items for line in self._after("-", item)]

    def _entries(self, entries: Iterable[Entry]) -> list[_Line]:
        return [line for entry in entries for line in self._entry(entry)]

    def _arguments(self, call: Call) -> list[_Line]:
        if _is_positional(call):
            return self._items(call.args)
        lines: list[_Line] = []
        if any(_SPECIAL.fullmatch(str(entry.key)) for entry in call.kwargs):
            if call.args:
                lines += [_Line("args:"), *_indented(self._items(call.args))]
            lines += [_Line("kwargs:"), *_indented(self._entries(call.kwargs))]
        else:
            for number, node in enumerate(call.args):
                lines += self._keyed(f"arg{number}", node)
            lines += self._entries(call.kwargs)
        if call.latent_args is not None:
            lines += self._keyed("latent_args", call.latent_args)
        if call.search_path:
            lines.append(_Line(f"submodule_searchpath: {to_yaml(call.search_path)}"))
        return lines

    # On one line.

    def _try_flat(self, node: Node, offset: int) -> str | None:
        """``node`` on the rest of a line, or None where it does not go there."""
        written = set(self._written)
        flat = self._flat(node, written, in_list=False)
        if flat is None or (len(flat) + offset > _WIDTH and not isinstance(node, _ATOMS)):
            return None
        self._written = written
        return flat

    def _flat(self, node: Node, written: set[Node], *, in_list: bool) -> str | None:
        if node in written:
            return f"*{self._anchors[node]}"
        if isinstance(node, Call) and in_list:
            return None
        body = self._flat_body(node, written)
        if body is None:
            return None
        if node in self._anchors:
            written.add(node)
        return f"{self._properties(node)} {body}".strip()

    def _flat_body(self, node: Node, written: set[Node]) -> str | None:
        match node:
            case Literal(value=value):
                return None if isinstance(value, str) and _is_block(value) else to_yaml(value)
            case File(written=text):
                return to_yaml(text)
            case Var(var=name, default=None):
                return name
            case Var(var=name, default=Literal() as default):
                value = self._flat(default, written, in_list=True)
                return None if value is None else f"[{to_yaml(name)}, {value}]"
            case List(items=items) | Tuple(items=items):
                return self._flat_items(items, written)
            case Mapping(entries=()):
                return "{}"
            case Call(args=args) if _is_positional(node):
                return self._flat_items(args, written) if args else ""
            case _:
                return None

    def _flat_items(self, items: Sequence[Node], written: set[Node]) -> str | None:
        if len(items) > _MOST_IN_LINE:
            return None
        flat = [self._flat(item, written, in_list=True) for item in items]
        known = [text for text in flat if text is not None]
        return f"[{', '.join(known)}]" if len(known) == len(flat) else None

    # Anchors and tags.

    def _head(self, node: Node) -> str:
        if node in self._anchors:
            self._written.add(node)
        return self._properties(node)

    def _properties(self, node: Node) -> str:
        anchor = f"&{self._anchors[node]}" if node in self._anchors else ""
        return f"{anchor} {_tag(node)}".strip()


_ATOMS = (Literal, File, Var)


def _anchors(roots: Sequence[Entry]) -> dict[Node, str]:
    """The anchors of the shared nodes: targets have their key, others as little of their path as
    tells them apart."""
    several = shared(roots)
    keys = {entry.value: str(entry.key) for entry in reversed(roots)}
    anchors: dict[Node, str] = {}
    taken: set[str] = set()
    nodes = [node for node in walk(*(entry.value for entry in roots)) if node in several]
    for node in sorted(nodes, key=lambda node: node not in keys):
        path = (keys[node],) if node in keys else node.path
        own = getattr(node, "name", None)
        anchor = path_name(path, lambda name: name not in taken, own)
        anchors[node] = anchor
        taken.add(anchor)
    return anchors


def _tag(node: Node) -> str:
    match node:
        case Call(kind=kind, target=target):
            word = f"{kind.value}:{target}"
        case Var():
            return "!var"
        case Tuple():
            word = "tuple"
        case List(name=str()):
            word = "list"
        case Mapping(name=str()):
            word = "dict"
        case _:
            return ""
    name = "" if node.name is None else f"@{node.name}"
    return "!" + quote(word + name, safe=_IN_TAG)


def _is_positional(call: Call) -> bool:
    """Whether a call has positional arguments alone, or none."""
    return not call.kwargs and call.latent_args is None and not call.search_path


def _is_block(text: str) -> bool:
    """Whether a text of several lines can stand below its key, line by line."""
    lines = text.split("\n")
    printable = all(line.isprintable() for line in lines)
    return printable and len(lines) > 1 and bool(lines[0]) and not lines[0].startswith(" ")


def _text_block(text: str) -> list[_Line]:
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    sign = "|-" if ends == 0 else "|" if ends == 1 else "|+"
    lines = [*body.split("\n"), *[""] * (ends - 1)]
    return [_Line(sign), *map(_Line, lines)]


def _indented(lines: Iterable[_Line], indent: str = _INDENT) -> list[_Line]:
    return [_Line(indent + line.text if line.text else "", line.span) for line in lines]


def _is_tall(lines: Sequence[_Line]) -> bool:
    """Whether the entry before ended in an indented line."""
    return lines[-1].text.startswith(" ")
