"""Compose YAML events into a syntax tree: anchors resolved, every node with its exact place.

Anchors may be defined again; an alias means the last definition before it. A node's path is that of
the place where it is written. What lies below a top-level key that starts with a dot (`.define`)
exists for its anchors alone, and its paths start at the outermost anchor's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic, Fix, Label
from fgc.compiler.frontend.events import MAX_DEPTH, Event, EventKind
from fgc.compiler.frontend.places import Places
from fgc.compiler.frontend.positions import Positions
from fgc.compiler.frontend.syntax import (
    MappingSyntax,
    PairSyntax,
    Region,
    ScalarSyntax,
    SequenceSyntax,
    Syntax,
    Tag,
)
from fgc.compiler.ir.graph import Path
from fgc.compiler.symbols.nearest import nearest, only_near

_PROPERTY = re.compile(r"!<[^>\s]*>|![^\s,\[\]{}]*|&[-\w]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Composer:
    """Composes one document. Problems that it can go on after are left in ``diagnostics``.

    ``written`` are the lines on which nodes, keys and aliases begin, in order, each with the path
    of the node that it is a part of: a key is one of the mapping and of its value, an alias one of
    the node in which it stands. ``aliased`` are the nodes that an alias means, and ``holders`` the
    top-level keys that exist for their anchors alone, each with the nodes that have these.
    """

    def __init__(self, positions: Positions, places: Places):
        self.diagnostics: list[Diagnostic] = []
        self.written: list[tuple[int, Path]] = []
        self.aliased: set[Syntax] = set()
        self.holders: list[tuple[PairSyntax, tuple[Syntax, ...]]] = []
        self._named: list[Syntax] = []  # the nodes with anchors that are complete
        self._positions = positions
        self._places = places
        self._anchors: dict[str, Syntax] = {}
        self._anchored: dict[str, Region] = {}  # where each anchor was defined last
        self._open: dict[str, Region] = {}  # anchored collections that are not complete yet

    def document(self, events: list[Event]) -> Syntax | None:
        """The root of the document, None for an empty one.

        Raises:
            BuildError: nesting is too deep.
        """
        root: Syntax | None = None
        stream = iter(events)
        for event in stream:
            if event.kind is not EventKind.DOCUMENT:
                continue
            if root is not None:
                region = self._positions.region(event.start, event.end)
                self._report(
                    "FGC010", "a second document starts", region, "a configuration is one document"
                )
                break
            root = self._node(next(stream), stream, (), 1, floating=False)
        if isinstance(root, ScalarSyntax) and root.plain and not root.text and root.tag is None:
            return None
        return root

    def _node(
        self, event: Event, stream: Iterator[Event], path: Path, depth: int, floating: bool
    ) -> Syntax:
        """``floating`` holds below a `.define` key, down to the first anchor."""
        anchor = event.anchor
        if event.kind is EventKind.ALIAS:
            self.written += ((event.start.line + 1, part_of) for part_of in (path, path[:-1]))
            return self._alias(event, path)
        if anchor is not None:
            self._define(anchor, event)
            if floating:
                path, floating = (anchor,), False
        self.written.append((event.start.line + 1, path))
        if event.kind is EventKind.SCALAR:
            node: Syntax = self._scalar(event, path)
        else:
            if depth > MAX_DEPTH:
                raise BuildError([*self.diagnostics, self._too_deep(event)])
            if anchor is not None:
                self._anchors.pop(anchor, None)
                self._open[anchor] = self._positions.region(event.start, event.start)
            if event.kind is EventKind.SEQUENCE:
                node = self._sequence(event, stream, path, depth, floating)
            else:
                node = self._mapping(event, stream, path, depth, floating)
            if node.height > MAX_DEPTH:
                raise BuildError([*self.diagnostics, self._too_deep(event)])
        if anchor is not None:
            self._open.pop(anchor, None)
            self._anchors[anchor] = node
            self._named.append(node)
        return node

    def _scalar(self, event: Event, path: Path) -> ScalarSyntax:
        tag, end_of_properties, start = self._properties(event)
        text = event.text
        plain = event.style is None
        if plain and not text:
            region = self._empty(end_of_properties)
        else:
            region = self._positions.first_line(start, event.end.index)
        if _SURROGATE.search(text):
            self._report(
                "FGC010",
                "an escape names half of a surrogate pair, which is no character",
                region,
                "write the character itself, or `\\U` and its eight hexadecimal digits",
            )
            text = ""
        return ScalarSyntax(text, plain, tag, region, path)

    def _sequence(
        self,
        event: Event,
        stream: Iterator[Event],
        path: Path,
        depth: int,
        floating: bool,
    ) -> SequenceSyntax:
        tag, _, start = self._properties(event)
        items: list[Syntax] = []
        height = 0
        while (item := next(stream)).kind is not EventKind.END:
            below = (*path, str(len(items)))
            node = self._node(item, stream, below, depth + 1, floating)
            items.append(node)
            height = max(height, node.height)
        region = self._collection(event, start, item, items[0] if items else None)
        return SequenceSyntax(tuple(items), tag, region, path, height + 1)

    def _mapping(
        self,
        event: Event,
        stream: Iterator[Event],
        path: Path,
        depth: int,
        floating: bool,
    ) -> MappingSyntax:
        tag, _, start = self._properties(event)
        pairs: list[PairSyntax] = []
        named = len(self._named)
        height = 0
        while (item := next(stream)).kind is not EventKind.END:
            key = self._node(item, stream, path, depth + 1, floating)
            below, loose = self._below(key, path, depth, floating)
            self.written.append((item.start.line + 1, below))
            value = self._node(next(stream), stream, below, depth + 1, loose)
            height = max(height, value.height - _is_merge_list(key, value))
            region = self._positions.region(item.start, item.end)
            if item.kind is not EventKind.ALIAS:
                region = key.region
            if isinstance(key, ScalarSyntax):
                pairs.append(PairSyntax(key, region, value))
                if depth == 1 and key.text.startswith("."):
                    self.holders.append((pairs[-1], tuple(self._named[named:])))
                named = len(self._named)
            else:
                self._report("FGC012", "a mapping's key must be a scalar", region, None)
        region = self._collection(event, start, item, pairs[0].key if pairs else None)
        return MappingSyntax(tuple(pairs), tag, region, path, height + 1)

    def _below(self, key: Syntax, path: Path, depth: int, floating: bool) -> tuple[Path, bool]:
        """The path of the value at ``key``, and whether it floats."""
        if not isinstance(key, ScalarSyntax):
            return path, floating
        if is_merge_key(key):
            return path, floating
        return (*path, key.text), floating or (depth == 1 and key.text.startswith("."))

    def _alias(self, event: Event, path: Path) -> Syntax:
        name = event.anchor or ""
        region = self._positions.region(event.start, event.end)
        if name in self._anchors:
            self.aliased.add(self._anchors[name])
            return self._anchors[name]
        if name in self._open:
            label = Label(self._places.span(self._open[name]), f"`&{name}` is defined here")
            message = f"`*{name}` stands inside of the node that it names"
            span = self._places.span(region)
            self.diagnostics.append(Diagnostic("FGC031", message, span, labels=(label,)))
        else:
            near = nearest(name, self._anchors)
            remedy = "an anchor is defined before it is used, with `&` and its name"
            if near:
                remedy = f"an anchor with a similar name exists: `&{near}`"
            labels: tuple[Label, ...] = ()
            if near:
                place = self._places.span(self._anchors[near].region)
                labels = (Label(place, f"`&{near}` is defined here"),)
            message = f"no anchor `&{name}` precedes `*{name}`"
            span = self._places.span(region)
            sure = only_near(name, self._anchors)
            fix = None if sure is None else Fix(span, f"*{sure}", f"*{name}")
            self.diagnostics.append(
                Diagnostic("FGC013", message, span, labels=labels, help=remedy, fix=fix)
            )
        return ScalarSyntax("", True, None, region, path, missing=True)

    def _define(self, name: str, event: Event) -> None:
        """Note where an anchor is defined; FGC201 where its own block has defined it already."""
        _, _, start = self._properties(event)
        begin = self._positions.text.find(f"&{name}", event.start.index, start)
        region = self._positions.between(begin, begin + 1 + len(name))
        earlier = self._anchored.get(name)
        if earlier is not None and self._places.written_twice(earlier, region):
            span = self._places.span(region)
            label = Label(self._places.span(earlier), "it is defined here already")
            self.diagnostics.append(
                Diagnostic(
                    "FGC201",
                    f"the anchor `&{name}` is defined twice",
                    span,
                    labels=(label,),
                    help="each of the two takes a name of its own",
                )
            )
        self._anchored[name] = region

    def _properties(self, event: Event) -> tuple[Tag | None, int, int]:
        """The tag of a node, the offset at which its properties end, and that of its content."""
        offset = event.start.index
        expected = (event.anchor is not None) + (event.tag is not None)
        tag: Tag | None = None
        end = offset
        for _ in range(expected):
            match = _PROPERTY.match(self._positions.text, offset)
            if match is None:
                break
            if match[0].startswith("!"):
                region = self._positions.between(match.start(), match.end())
                tag = Tag(event.tag or "", match[0], region)
            end = match.end()
            offset = self._positions.skip_blank(end)
        return tag, end, offset

    def _empty(self, offset: int) -> Region:
        """The place of a value that is not there: the last character before it."""
        text = self._positions.text
        while offset > 1 and text[offset - 1].isspace():
            offset -= 1
        return self._positions.between(max(offset - 1, 0), max(offset, 1))

    def _collection(self, event: Event, start: int, end: Event, first: Syntax | None) -> Region:
        """A collection's place: all of it on one line, else its first item or key."""
        if event.flow:
            return self._positions.first_line(start, end.end.index)
        if first is None:
            return self._positions.first_line(start, start + 1)
        position = self._positions.between(start, start + 1)
        if first.region.line == position.line == first.region.end_line:
            return Region(*position[:2], *first.region[2:])
        return position

    def _report(self, code: str, message: str, region: Region, remedy: str | None) -> None:
        span = self._places.span(region)
        self.diagnostics.append(Diagnostic(code, message, span, help=remedy))

    def _too_deep(self, event: Event) -> Diagnostic:
        region = self._positions.region(event.start, event.start)
        message = f"more than {MAX_DEPTH} levels of nesting, those behind aliases counted"
        return Diagnostic("FGC012", message, self._places.span(region))


def is_merge_key(key: ScalarSyntax) -> bool:
    """Whether a key is YAML's merge key, ``<<``."""
    return key.plain and key.text == "<<" and key.tag is None


def _is_merge_list(key: Syntax, value: Syntax) -> bool:
    """Whether a value is the list of ``<<: [*a, *b]``, which is no level of the result."""
    return isinstance(key, ScalarSyntax) and is_merge_key(key) and isinstance(value, SequenceSyntax)
