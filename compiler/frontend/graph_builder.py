"""From the syntax tree to the graph: what tags mean.

A syntax node becomes one graph node, however many aliases lead to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic, Label, Severity
from fgc.compiler.frontend.arguments import split_arguments
from fgc.compiler.frontend.lookalikes import lookalike
from fgc.compiler.frontend.merge import Item, Merger
from fgc.compiler.frontend.places import Places
from fgc.compiler.frontend.scalars import ScalarError, resolve_plain, resolve_tagged
from fgc.compiler.frontend.syntax import (
    MappingSyntax,
    Region,
    ScalarSyntax,
    SequenceSyntax,
    Syntax,
)
from fgc.compiler.frontend.tags import (
    CALLABLES,
    STANDARD,
    STANDARD_PREFIX,
    OwnTag,
    is_standard,
    parse_tag,
    unknown_tag,
)
from fgc.compiler.ir.graph import (
    Call,
    Entry,
    List,
    Literal,
    Mapping,
    Node,
    Scalar,
    Tuple,
    Var,
    walk,
)
from fgc.compiler.ir.span import Span
from fgc.compiler.symbols.nearest import nearest

_VARIABLE = re.compile(r"[^\W\d][\w.-]*")
_CONTAINERS = (List, Tuple, Mapping)  # those whose names Forgather loses
_VAR_HELP = "write `!var name`, `!var [name, default]` or `!var {name: name, default: value}`"


class GraphBuilder:
    """Builds nodes. Problems are left in ``diagnostics``, and building goes on."""

    def __init__(self, places: Places):
        self._places = places
        self._merger = Merger(places)
        self._nodes: dict[int, Node] = {}
        self._diagnostics: list[Diagnostic] = []

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What was found wrong so far."""
        return [*self._merger.diagnostics, *self._diagnostics]

    def roots(self, root: Syntax | None) -> tuple[Entry, ...]:
        """The top-level entries, without those whose key starts with a dot."""
        if root is None:
            return ()
        if not isinstance(root, MappingSyntax) or (root.tag and not is_standard(root.tag)):
            message = "a configuration is a mapping of names to nodes"
            self._diagnostics.append(Diagnostic("FGC012", message, self._span(root.region)))
            return ()
        entries = tuple(self._entry(item) for item in self._merger.items(root))
        kept = tuple(entry for entry in entries if self._is_target(entry))
        self._check_names(kept)
        return kept

    def node(self, syntax: Syntax) -> Node:
        """The node for ``syntax``."""
        node = self._nodes.get(id(syntax))
        if node is None:
            try:
                node = self._build(syntax)
            except BuildError as error:
                self._diagnostics.extend(error.diagnostics)
                node = Literal(None, syntax.path, self._span(syntax.region))
            self._nodes[id(syntax)] = node
        return node

    def _build(self, syntax: Syntax) -> Node:
        if syntax.tag is None or is_standard(syntax.tag):
            return self._plain(syntax)
        tag = parse_tag(syntax.tag, self._places)
        if tag.finding is not None:
            self._diagnostics.append(tag.finding)
        span = self._span(syntax.tag.region)
        if tag.word in CALLABLES:
            return self._call(syntax, tag, span)
        build: Callable[[Syntax, OwnTag, Span], Node] = {
            "var": self._var,
            "list": self._list,
            "tuple": self._tuple,
            "dict": self._dict,
            "dlist": self._dlist,
        }[tag.word]
        return build(syntax, tag, span)

    def _plain(self, syntax: Syntax) -> Node:
        kind = syntax.tag.text.removeprefix(STANDARD_PREFIX) if syntax.tag else "!"
        span = self._span(syntax.region)
        if syntax.tag and kind not in ("!", *STANDARD):
            raise BuildError(unknown_tag(syntax.tag, self._places))
        if isinstance(syntax, ScalarSyntax) and kind not in ("seq", "map"):
            return Literal(self._scalar(syntax), syntax.path, span)
        if isinstance(syntax, SequenceSyntax) and kind in ("!", "seq"):
            return List(self._nodes_of(syntax), syntax.path, span)
        if isinstance(syntax, MappingSyntax) and kind in ("!", "map"):
            return Mapping(self._entries(syntax), syntax.path, span)
        assert syntax.tag is not None
        message = f"`{syntax.tag.written}` stands before {_form(syntax)}"
        raise self._malformed(syntax.tag.region, message, None)

    def _scalar(self, syntax: ScalarSyntax) -> Scalar:
        try:
            if syntax.tag is None:
                if syntax.plain:
                    self._check_lookalike(syntax)
                return resolve_plain(syntax.text) if syntax.plain else syntax.text
            return resolve_tagged(syntax.text, syntax.tag.text)
        except ScalarError as error:
            raise self._malformed(syntax.region, str(error), None) from error

    def _check_lookalike(self, syntax: ScalarSyntax) -> None:
        """FGC207; what an expression writes, it means."""
        found = lookalike(syntax.text)
        if found is None or not self._places.is_copied(syntax.region):
            return
        what, meant = found
        self._diagnostics.append(
            Diagnostic(
                "FGC207",
                f"`{syntax.text}` is {what}",
                self._span(syntax.region),
                severity=Severity.WARNING,
                help=f"{meant}; in quotes it is surely text",
            )
        )

    def _call(self, syntax: Syntax, tag: OwnTag, span: Span) -> Call:
        arguments = split_arguments(syntax, tag, self._merger, self._places)
        self._diagnostics += arguments.findings
        latent = arguments.latent_args
        return Call(
            kind=CALLABLES[tag.word],
            target=tag.spec,
            target_span=self._span(tag.spec_region),
            args=tuple(map(self.node, arguments.args)),
            kwargs=tuple(map(self._entry, arguments.kwargs)),
            path=syntax.path,
            span=span,
            latent_args=None if latent is None else self.node(latent),
            name=tag.name,
            search_path=arguments.search_path,
        )

    def _var(self, syntax: Syntax, tag: OwnTag, span: Span) -> Var:
        name, default = self._var_parts(syntax)
        variable = name.text if isinstance(name, ScalarSyntax) and not name.tag else ""
        if name is syntax and isinstance(name, ScalarSyntax):
            variable = name.text
            span = self._span(_joined(tag.spec_region, name.region))
        is_missing = isinstance(name, ScalarSyntax) and name.missing
        if not is_missing and not _VARIABLE.fullmatch(variable):
            message = f"`{variable}` is not the name of a variable" if variable else "no variable"
            region = syntax.region if name is None else name.region
            raise self._malformed(region, message, _VAR_HELP)
        return Var(variable, None if default is None else self.node(default), syntax.path, span)

    def _var_parts(self, syntax: Syntax) -> tuple[Syntax | None, Syntax | None]:
        """The name and the default of a variable, as written."""
        if isinstance(syntax, ScalarSyntax):
            return syntax, None
        if isinstance(syntax, SequenceSyntax):
            if not 1 <= len(syntax.items) <= 2:
                raise self._malformed(syntax.region, "`!var` takes a name and a default", _VAR_HELP)
            return syntax.items[0], syntax.items[1] if len(syntax.items) == 2 else None
        items = {item.key: item for item in self._merger.items(syntax)}
        for key in items:
            if key in ("name", "default"):
                continue
            near = nearest(str(key), ("name", "default"))
            remedy = f"a key with a similar name exists: `{near}`" if near else _VAR_HELP
            raise self._malformed(items[key].key_region, f"`!var` has no key `{key}`", remedy)
        name, default = items.get("name"), items.get("default")
        return name.value if name else None, default.value if default else None

    def _list(self, syntax: Syntax, tag: OwnTag, span: Span) -> List:
        return List(self._items(syntax, tag), syntax.path, span, tag.name)

    def _tuple(self, syntax: Syntax, tag: OwnTag, span: Span) -> Tuple:
        return Tuple(self._items(syntax, tag), syntax.path, span, tag.name)

    def _dict(self, syntax: Syntax, tag: OwnTag, span: Span) -> Mapping:
        return Mapping(self._entries_of(syntax, tag), syntax.path, span, tag.name)

    def _dlist(self, syntax: Syntax, tag: OwnTag, span: Span) -> List:
        values = (entry.value for entry in self._entries_of(syntax, tag))
        kept = (v for v in values if not (isinstance(v, Literal) and v.value is None))
        return List(tuple(kept), syntax.path, span, tag.name)

    def _items(self, syntax: Syntax, tag: OwnTag) -> tuple[Node, ...]:
        if isinstance(syntax, SequenceSyntax):
            return self._nodes_of(syntax)
        if isinstance(syntax, ScalarSyntax) and not syntax.text:
            return ()
        message = f"`!{tag.word}` takes a list, not {_form(syntax)}"
        raise self._malformed(tag.spec_region, message, f"one item is written `!{tag.word} [item]`")

    def _entries_of(self, syntax: Syntax, tag: OwnTag) -> tuple[Entry, ...]:
        if isinstance(syntax, MappingSyntax):
            return self._entries(syntax)
        if isinstance(syntax, ScalarSyntax) and not syntax.text:
            return ()
        message = f"`!{tag.word}` takes a mapping, not {_form(syntax)}"
        remedy = None
        if isinstance(syntax, SequenceSyntax):
            remedy = "a list with an identity is written `!list`"
        raise self._malformed(tag.spec_region, message, remedy)

    def _nodes_of(self, syntax: SequenceSyntax) -> tuple[Node, ...]:
        return tuple(map(self.node, syntax.items))

    def _entries(self, syntax: MappingSyntax) -> tuple[Entry, ...]:
        return tuple(map(self._entry, self._merger.items(syntax)))

    def _entry(self, item: Item) -> Entry:
        previous = tuple(map(self._span, item.previous))
        return Entry(item.key, self._span(item.key_region), self.node(item.value), previous)

    def _is_target(self, entry: Entry) -> bool:
        if isinstance(entry.key, str):
            return not entry.key.startswith(".")
        message = f"the name of a target is text, and `{entry.key}` is not"
        self._diagnostics.append(
            Diagnostic("FGC012", message, entry.key_span, help="write it in quotes, or as a word")
        )
        return False

    def _check_names(self, roots: tuple[Entry, ...]) -> None:
        """FGC014 where two nodes that are in use have one name."""
        first: dict[str, Node] = {}
        for node in walk(*(entry.value for entry in roots)):
            name = getattr(node, "name", None)
            if name is None:
                continue
            if name not in first:
                first[name] = node
                continue
            label = Label(first[name].span, "the first one")
            self._diagnostics.append(
                Diagnostic(
                    "FGC014",
                    f"a second node is named `{name}`",
                    node.span,
                    labels=(label,),
                    help="an alias refers to the same node again; two nodes take two names",
                    tolerable=isinstance(node, _CONTAINERS) or isinstance(first[name], _CONTAINERS),
                )
            )

    def _malformed(self, region: Region, message: str, remedy: str | None) -> BuildError:
        return BuildError(Diagnostic("FGC012", message, self._span(region), help=remedy))

    def _span(self, region: Region) -> Span:
        return self._places.span(region)


def _form(syntax: Syntax) -> str:
    if isinstance(syntax, ScalarSyntax):
        return "a scalar"
    return "a list" if isinstance(syntax, SequenceSyntax) else "a mapping"


def _joined(first: Region, second: Region) -> Region:
    """From ``first`` to the end of ``second`` where both are on one line, else ``first``."""
    if first.line != second.line or second.end_line != second.line:
        return first
    return Region(*first[:2], *second[2:])
