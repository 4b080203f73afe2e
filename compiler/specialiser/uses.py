"""How a piece of code uses the globals that it refers to."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from fgc.compiler.specialiser.edits import Source
from fgc.compiler.specialiser.scope import GlobalName, parsed

_TYPE_TESTS = frozenset({"isinstance", "issubclass"})


class Kind(Enum):
    """What is done with a global."""

    CALL = "call"  # called, its arguments in plain sight
    VALUE = "value"  # anything: handed on, called out of sight, inherited from
    MENTION = "mention"  # named in an annotation or a type test, or an attribute of it is read


@dataclass(frozen=True, slots=True)
class Use:
    """A use of the global ``name``, or of the attribute ``attribute`` of it.

    ``node`` is the whole of it. ``call`` is the call for `CALL`, ``test`` whether the mention is
    one in a type test.
    """

    name: str
    attribute: str | None
    kind: Kind
    node: ast.expr
    call: ast.Call | None = None
    test: bool = False
    annotation: bool = False


@dataclass(frozen=True, slots=True)
class Uses:
    """All uses in one piece of code; ``names`` are the globals in them."""

    all: tuple[Use, ...]
    names: frozenset[str]


@lru_cache(maxsize=2048)
def uses_in(text: str) -> Uses:
    """The uses of globals in ``text``, those that it defines itself included."""
    code = parsed(text)
    finder = _Finder(Source(text), {id(found.node): found for found in code.globals})
    quoted = [
        Use(found.name, None, Kind.MENTION, found.node, annotation=True)
        for found in code.globals
        if isinstance(found.node, ast.Constant)
    ]
    found = (*finder.find(code.tree), *quoted)
    return Uses(found, frozenset(use.name for use in found))


class _Finder:
    def __init__(self, source: Source, globals_: dict[int, GlobalName]):
        self.source = source
        self.globals = globals_
        self.calls: dict[int, ast.Call] = {}  # by the callee
        self.tests: set[int] = set()
        self.mentions: set[int] = set()
        self.parts: set[int] = set()  # names that were seen with their attribute
        self.formatted: set[int] = set()  # nodes in formatted strings, whose places are not known

    def find(self, tree: ast.AST) -> Iterator[Use]:
        """The uses in the order of `ast.walk`, where a node comes before what is below it."""
        for node in ast.walk(tree):
            self._mark(node)
            match node:
                case ast.Attribute(value=ast.Name() as owner, attr=attribute):
                    self.parts.add(id(owner))
                    if id(owner) in self.globals:
                        yield self._use(owner, attribute, node)
                case ast.Name() if id(node) in self.globals and id(node) not in self.parts:
                    yield self._use(node, None, node)
                case _:
                    pass

    def _mark(self, node: ast.AST) -> None:
        """Notes what ``node`` does with its children."""
        match node:
            case ast.Call(func=func):
                self.calls[id(func)] = node
                self._mark_test(node)
            case ast.ExceptHandler(type=ast.expr() as caught):
                self.tests.update(map(id, _alternatives(caught)))
            case ast.Compare(left=left, comparators=comparators):
                self.mentions.update(map(id, (left, *comparators)))
            case ast.Attribute(value=ast.Attribute() as owner):
                self.mentions.add(id(owner))
            case ast.JoinedStr():
                self.formatted.update(map(id, ast.walk(node)))
            case _:
                pass

    def _mark_test(self, call: ast.Call) -> None:
        match call:
            case ast.Call(func=ast.Name(id=name), args=[_, classes]) if name in _TYPE_TESTS:
                self.tests.update(map(id, _alternatives(classes)))
            case ast.Call(func=ast.Name(id="super"), args=[owner, *_]):
                self.mentions.add(id(owner))
            case _:
                pass

    def _use(self, name: ast.Name, attribute: str | None, node: ast.expr) -> Use:
        call = self.calls.get(id(node))
        annotation = self.globals[id(name)].annotation
        test = id(node) in self.tests
        if call is not None and self._is_plain(call):
            return Use(name.id, attribute, Kind.CALL, node, call)
        mentioned = annotation or test or id(node) in self.mentions
        kind = Kind.MENTION if mentioned and call is None else Kind.VALUE
        return Use(name.id, attribute, kind, node, None, test, annotation)

    def _is_plain(self, call: ast.Call) -> bool:
        """Whether arguments can be taken out of ``call``."""
        if id(call) in self.formatted or any(k.arg is None for k in call.keywords):
            return False
        return self.source.arguments(call).startswith("(")


def _alternatives(node: ast.expr) -> Iterable[ast.expr]:
    """The classes in a type test."""
    match node:
        case ast.Tuple(elts=elements):
            return [each for element in elements for each in _alternatives(element)]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return [*_alternatives(left), *_alternatives(right)]
        case _:
            return [node]
