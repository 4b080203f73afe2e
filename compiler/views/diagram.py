"""The graph as boxes and edges, folded so that a person can read it.

Each call has a box with its scalar arguments inside; an edge leads from a box to each other box
that it refers to. Targets that are plain values share one box. Folding shortens long values, draws
equal neighbours in a list as one box, and writes a small call as a value where nothing else refers
to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from fgc.compiler.ir.graph import (
    Call,
    Entry,
    Graph,
    Kind,
    List,
    Literal,
    Mapping,
    Node,
    Tuple,
    Var,
    children,
    walk,
)
from fgc.compiler.views.places import one_line, shortened
from fgc.compiler.views.selection import ids, shared
from fgc.compiler.views.values import title_of, value_text

VALUES = "values"
_WIDTH = 38
_MOST_ROWS = 24
_MOST_ITEMS = 8
_MOST_LABELS = 2


@dataclass(frozen=True, slots=True)
class Box:
    """A call, a mapping or a list; or, where ``kind`` is `VALUES`, the targets that are values.

    ``target`` is its top-level key, ``rows`` are its scalar arguments, ``count`` how many equal
    neighbours it stands for. ``group`` is the only target that it belongs to, if there is one.
    """

    id: str
    title: str
    kind: str
    target: str | None = None
    rows: tuple[tuple[str, str], ...] = ()
    count: int = 1
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """``source`` refers to ``to`` by the arguments that ``label`` names."""

    source: str
    to: str
    label: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes, those of targets before what they refer to, and edges.

    ``between`` stands between the two columns of a row where they are not drawn as columns.
    """

    title: str
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    between: str = " = "

    def groups(self) -> tuple[list[list[Box]], list[Box]]:
        """The boxes of each target that has several of its own, and all other boxes."""
        members: dict[str | None, list[Box]] = {}
        for box in self.boxes:
            members.setdefault(box.group, []).append(box)
        groups = [m for group, m in members.items() if group is not None and len(m) > 1]
        grouped = {box.id for group in groups for box in group}
        return groups, [box for box in self.boxes if box.id not in grouped]


def diagram(graph: Graph, title: str, *, whole: bool = False, depth: int | None = None) -> Diagram:
    """The boxes and edges of ``graph``.

    ``whole`` folds nothing. What lies more than ``depth`` edges below the targets is left out.
    """
    return _Drawing(graph, whole, depth).diagram(title)


@dataclass(slots=True)
class _Open:
    """A box that is being filled. ``order`` is its place among the others."""

    box: Box
    depth: int
    rows: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


class _Drawing:
    def __init__(self, graph: Graph, whole: bool, depth: int | None):
        self._roots = graph.roots
        self._whole = whole
        self._depth = depth
        self._ids = ids(graph.roots)
        self._shared = shared(graph.roots)
        self._keys = {entry.value: str(entry.key) for entry in reversed(graph.roots)}
        self._groups = _groups(graph.roots)
        self._boxes: dict[Node, _Open] = {}
        self._labels: dict[tuple[str, str], list[str]] = {}

    def diagram(self, title: str) -> Diagram:
        values: list[tuple[str, str]] = []
        waiting: list[Node] = []
        for entry in self._roots:
            if self._is_value(entry.value):
                values.append((str(entry.key), self._text(entry.value)))
            else:
                waiting.append(entry.value)
        for node in waiting:
            self._boxes[node] = _Open(self._box(node), 0)
        for node in waiting:
            self._fill(node)
        boxes = [replace(o.box, rows=self._folded_rows(o.rows)) for o in self._boxes.values()]
        if values:
            rows = tuple((one_line(name), text) for name, text in values)
            boxes.append(Box(self._free_id(VALUES), VALUES, VALUES, rows=rows))
        edges = [Edge(*ends, _joined(labels)) for ends, labels in self._labels.items()]
        return Diagram(one_line(title), tuple(boxes), tuple(edges))

    # Boxes.

    def _is_value(self, node: Node) -> bool:
        """Whether a target is no more than a value on one line."""
        if isinstance(node, Call | Mapping):
            return False
        return not _holds_call(node)

    def _box(self, node: Node, count: int = 1) -> Box:
        key = self._keys.get(node)
        group = self._groups.get(node)
        target = None if key is None else one_line(key)
        own = getattr(node, "name", None) or node.path[-1]
        title = one_line(title_of(node)) or one_line(str(own))
        return Box(self._ids[node], title, _kind(node), target, (), count, group)

    def _fill(self, node: Node) -> None:
        opened = self._boxes[node]
        for label, child, count in self._runs("", _positional(node)):
            self._argument(opened, label, child, count)
        for name, child in _named(node):
            self._argument(opened, name, child)

    def _argument(self, opened: _Open, name: str, node: Node, count: int = 1) -> None:
        if self._has_box(node):
            self._refer(opened, name, node, count)
        elif isinstance(node, List | Tuple) and _holds_call(node):
            for label, item, number in self._runs(name, node.items):
                self._argument(opened, label, item, number)
        else:
            is_namesake = isinstance(node, Var) and node.var == name and node.default is None
            text = "!var" if is_namesake else self._text(node)
            opened.rows.append((one_line(name), text))
            for target in self._named_in(node):
                self._link(opened, name, target)

    def _refer(self, opened: _Open, label: str, node: Node, count: int) -> None:
        if node not in self._boxes:
            if self._depth is not None and opened.depth >= self._depth:
                opened.rows.append((one_line(label), f"{one_line(title_of(node))} …"))
                return
            same = node in self._shared
            self._boxes[node] = _Open(self._box(node, 1 if same else count), opened.depth + 1)
            self._link(opened, label, node)
            self._fill(node)
        else:
            self._link(opened, label, node)

    def _link(self, opened: _Open, label: str, node: Node) -> None:
        ends = (opened.box.id, self._boxes[node].box.id)
        self._labels.setdefault(ends, []).append(one_line(label))

    def _has_box(self, node: Node) -> bool:
        if node in self._boxes:
            return True
        if isinstance(node, Call):
            return not self._is_small(node)
        if not isinstance(node, Mapping | List | Tuple):
            return False
        if node in self._shared and _holds_call(node):
            return True
        return isinstance(node, Mapping) and (
            _holds_call(node) or len(self._text(node, limit=None)) > _WIDTH
        )

    def _is_small(self, call: Call) -> bool:
        """Whether a call is written as a value: a short one that is nobody else's."""
        if self._whole or call in self._shared or call.kind is Kind.META:
            return False
        if any(isinstance(below, Call | Mapping) for below in self._below(call)):
            return False
        return len(self._text(call, limit=None)) <= _WIDTH

    def _below(self, call: Call) -> Iterator[Node]:
        """What lies below a call, targets aside, which are named there."""
        for child in children(call):
            if child not in self._boxes:
                yield from (node for node in walk(child) if node not in self._boxes)

    def _named_in(self, node: Node) -> list[Node]:
        """The boxes that the text of a value names."""
        if not isinstance(node, Call):
            return []
        return [child for child in children(node) if child in self._boxes]

    def _runs(self, name: str, items: Sequence[Node]) -> Iterator[tuple[str, Node, int]]:
        """Items of a list under a label, with how many there are; unless whole, equal neighbours
        as one."""
        numbered = list(enumerate(items))
        if self._whole:
            yield from ((f"{name}[{number}]", item, 1) for number, item in numbered)
            return
        for _, run in groupby(numbered, key=lambda pair: self._likeness(pair[1])):
            first, *rest = run
            last = rest[-1][0] if rest else first[0]
            label = f"{name}[{first[0]}]" if not rest else f"{name}[{first[0]}–{last}]"
            yield label, first[1], 1 + len(rest)

    def _likeness(self, node: Node) -> object:
        """Equal for calls that say the same, and referred to from nowhere else."""
        if node in self._shared:
            return id(node)
        own: tuple[object, ...]
        match node:
            case Literal(value=value):
                own = (type(value), repr(value))
            case Var(var=var):
                own = (var,)
            case Call():
                own = (node.kind, node.target, node.search_path, len(node.args))
                own += tuple(str(entry.key) for entry in node.kwargs)
            case Mapping(entries=entries):
                own = tuple(repr(entry.key) for entry in entries)
            case _:
                own = ()
        return (type(node), own, tuple(map(self._likeness, children(node))))

    def _free_id(self, name: str) -> str:
        taken = {opened.box.id for opened in self._boxes.values()}
        while name in taken:
            name += "_"
        return name

    # Text.

    def _folded_rows(self, rows: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        if self._whole or len(rows) <= _MOST_ROWS:
            return tuple(rows)
        return (*rows[: _MOST_ROWS - 1], ("…", f"{len(rows) - _MOST_ROWS + 1} more"))

    def _text(self, node: Node, limit: int | None = _WIDTH) -> str:
        if limit is None or self._whole:
            return one_line(value_text(node, self._name))
        return shortened(one_line(value_text(node, self._name, _MOST_ITEMS)), limit)

    def _name(self, node: Node) -> str | None:
        """What a value calls a node that has a box."""
        return (self._keys.get(node) or node.path[-1]) if node in self._boxes else None


def _groups(roots: Sequence[Entry]) -> dict[Node, str]:
    """For each node that lies below one target alone, the key of that target."""
    keys = {entry.value for entry in roots}
    owners: dict[Node, set[str]] = {}
    for entry in roots:
        for node in _own(entry.value, keys):
            owners.setdefault(node, set()).add(str(entry.key))
    return {node: next(iter(found)) for node, found in owners.items() if len(found) == 1}


def _own(root: Node, targets: set[Node]) -> Iterator[Node]:
    """``root`` and what lies below it, other targets and what lies below them aside."""
    seen: set[Node] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if node in seen or (node in targets and node is not root):
            continue
        seen.add(node)
        yield node
        stack += children(node)


def _positional(node: Node) -> Sequence[Node]:
    match node:
        case List(items=items) | Tuple(items=items):
            return items
        case Call(args=args):
            return args
        case _:
            return ()


def _named(node: Node) -> Iterator[tuple[str, Node]]:
    match node:
        case Mapping(entries=entries):
            yield from ((str(entry.key), entry.value) for entry in entries)
        case Call(kwargs=kwargs, latent_args=latent):
            yield from ((str(entry.key), entry.value) for entry in kwargs)
            if latent is not None:
                yield "latent_args", latent
        case Var(default=default) if default is not None:
            yield "default", default
        case _:
            return


def _holds_call(node: Node) -> bool:
    return any(isinstance(below, Call) for below in walk(node))


def _kind(node: Node) -> str:
    return node.kind.value if isinstance(node, Call) else type(node).__name__.lower()


def _joined(labels: Sequence[str]) -> str:
    names = list(dict.fromkeys(labels))
    more = ", …" if len(names) > _MOST_LABELS else ""
    return ", ".join(names[:_MOST_LABELS]) + more
