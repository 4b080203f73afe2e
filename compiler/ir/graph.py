"""The configuration graph: what a rendered configuration says, before anything is resolved.

Nodes are frozen and compare by identity: two equal ``!singleton`` nodes are two objects, and an
alias (``*name``) is the same node met again. A node's ``path`` is the place in the configuration
where it was first written (``("model", "layer", "attention")``); list items add their index as
text. Below a ``.define`` key, which only holds anchors, the path starts at the anchor's name. A
node's ``home`` is None where it was written in the project that is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from fgc.compiler.ir.knobs import Knob, Knobs, Setting
from fgc.compiler.ir.span import Span

Scalar = None | bool | int | float | str
Path = tuple[str, ...]


class Kind(Enum):
    """How often, and when, a `Call` is made."""

    SINGLETON = "singleton"  # once, wherever it is referenced (`!singleton`, `!call`)
    FACTORY = "factory"  # anew at each reference (`!factory`)
    PARTIAL = "partial"  # not made: the value is a callable (`!partial`, `!lambda`)
    META = "meta"  # called with its unbuilt arguments (`!meta`): parses and prints, never builds


@dataclass(frozen=True, slots=True)
class Home:
    """The project that a node was written in, where that one is linked into another.

    Its paths start at the folder ``root``, and its modules lie there or in ``search_path``, or are
    imported from ``system_path``; ``model_name`` is what its configuration calls its model.
    """

    root: str
    search_path: tuple[str, ...]
    model_name: str | None = None
    system_path: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Literal:
    """A scalar: null, bool, int, float (infinities and NaN too) or text."""

    value: Scalar
    path: Path
    span: Span
    home: Home | None = None


@dataclass(frozen=True, eq=False, slots=True)
class List:
    """A YAML sequence, or `!list`."""

    items: tuple[Node, ...]
    path: Path
    span: Span
    name: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Tuple:
    """`!tuple`."""

    items: tuple[Node, ...]
    path: Path
    span: Span
    name: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """One ``key: value`` of a mapping or of a call's keyword arguments.

    ``previous`` are the places of the key where this entry overrides others, in their order.
    """

    key: Scalar
    key_span: Span
    value: Node
    previous: tuple[Span, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Mapping:
    """A YAML mapping (merge keys applied, the last of equal keys kept), or `!dict`."""

    entries: tuple[Entry, ...]
    path: Path
    span: Span
    name: str | None = None

    def get(self, key: Scalar) -> Node | None:
        """The value at ``key``, or None where there is no such key."""
        return next((entry.value for entry in self.entries if entry.key == key), None)


@dataclass(frozen=True, eq=False, slots=True)
class Var:
    """`!var name`: a value that is bound from outside the place where it is used."""

    var: str
    default: Node | None
    path: Path
    span: Span


@dataclass(frozen=True, eq=False, slots=True)
class File:
    """A local file that the configuration names; `fold` makes it of text bound to a `Path`.

    ``source`` is the absolute path on the machine of the build, ``written`` the text in the
    configuration. The written tree holds a copy, or names it where it is too large.
    """

    source: str
    written: str
    path: Path
    span: Span


@dataclass(frozen=True, eq=False, slots=True)
class Call:
    """A callable node: `!singleton`, `!call`, `!factory`, `!partial`, `!lambda`, `!meta`.

    ``target`` is the import spec as written (``pkg.mod:Sym.attr``, ``pkg.mod.Sym``,
    ``file.py:Sym``, ``.mod:Sym``, or a builtin's name) and ``target_span`` its place.
    ``latent_args`` are merged into the keyword arguments when a partial is called. ``search_path``
    are folders, as written, in which the submodules of a file spec are found.
    """

    kind: Kind
    target: str
    target_span: Span
    args: tuple[Node, ...]
    kwargs: tuple[Entry, ...]
    path: Path
    span: Span
    latent_args: Node | None = None
    name: str | None = None
    search_path: tuple[str, ...] = ()
    home: Home | None = None

    def kwarg(self, name: str) -> Node | None:
        """The keyword argument ``name``, or None where it is not given."""
        return next((entry.value for entry in self.kwargs if entry.key == name), None)


Node = Literal | List | Tuple | Mapping | Var | File | Call


@dataclass(frozen=True, eq=False, slots=True)
class Graph:
    """A whole configuration.

    ``roots`` are the top-level keys in the order of the configuration, ``.define`` keys left out.
    ``sources`` holds the text of each file that contributed, by the name that spans use.
    ``bindings`` are values for `!var` nodes, given from outside (``--set``, a caller project).
    ``knobs`` are those of the configuration, at the empty path, and of each project that it links,
    at the path of the node that does. ``decided`` gives for a node's path the knobs that decide
    what is written there, nodes below it aside. ``folders`` are where the projects were found that
    were linked into it, and their templates. ``aliased`` are paths of nodes that an alias means.
    ``local`` gives for a node's path the names of what it comes from that says where, when or on
    what the build takes place.
    """

    roots: tuple[Entry, ...]
    sources: dict[str, str] = field(default_factory=dict[str, str])
    bindings: dict[str, Scalar] = field(default_factory=dict[str, Scalar])
    knobs: dict[Path, Knobs] = field(default_factory=dict[Path, Knobs])
    decided: dict[Path, frozenset[Knob]] = field(default_factory=dict[Path, frozenset[Knob]])
    folders: tuple[str, ...] = ()
    aliased: frozenset[Path] = frozenset()
    local: dict[Path, frozenset[str]] = field(default_factory=dict[Path, frozenset[str]])

    def root(self, key: str) -> Node | None:
        """The top-level node ``key``, or None."""
        return next((entry.value for entry in self.roots if entry.key == key), None)

    def settings_of(self, node: Node) -> tuple[Setting, ...]:
        """The settings of templates behind what is written at ``node``, each knob's last one."""
        found: list[Setting] = []
        for knob in sorted(self.decided.get(node.path, ())):
            last = self.knobs[knob.rendering].chain(knob.name)[-1:]
            found += [setting for setting in last if not setting.pin]
        return tuple(found)

    def given_at(self, node: Node) -> Span:
        """Where a person gave the value of ``node``: at its knob, if one can be told."""
        settings = self.settings_of(node)
        named = [s for s in settings if s.name == node.path[-1]] or list(settings)
        if len(named) != 1:
            return node.span
        return named[0].named_in(self.sources.get(named[0].file, ""))

    def knobs_behind(self, *keys: str) -> tuple[Knob, ...]:
        """The knobs that decide the top-level nodes ``keys`` and all that is below them."""
        paths = {node.path for key in keys if (root := self.root(key)) for node in walk(root)}
        return self.knobs_at({*paths, *((key,) for key in keys)})

    def knobs_at(self, paths: Iterable[Path]) -> tuple[Knob, ...]:
        """The knobs that decide what is written at any of ``paths``.

        They are in the order in which they got their first value; those of linked projects follow.
        """
        found = frozenset[Knob]().union(*(self.decided.get(path, ()) for path in paths))
        ordered = (Knob(at, name) for at, knobs in self.knobs.items() for name in knobs.names)
        return tuple(knob for knob in ordered if knob in found)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below ``node``, in construction order (positional, keyword, latent)."""
    match node:
        case List(items=items) | Tuple(items=items):
            return items
        case Mapping(entries=entries):
            return tuple(entry.value for entry in entries)
        case Var(default=default):
            return () if default is None else (default,)
        case Call(args=args, kwargs=kwargs, latent_args=latent):
            below = (*args, *(entry.value for entry in kwargs))
            return below if latent is None else (*below, latent)
        case Literal() | File():
            return ()


def walk(*nodes: Node) -> Iterator[Node]:
    """Each node reachable from ``nodes`` once, parents before children, in configuration order."""
    seen: set[int] = set()
    stack = list(reversed(nodes))
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        stack.extend(reversed(children(node)))
