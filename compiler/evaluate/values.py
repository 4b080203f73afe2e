"""The values of an evaluation.

Numbers, texts, None, tuples, lists, mappings, sets, ranges and slices stand for themselves. All
else is an `Unknown` or an `Object`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, cast

from fgc.compiler.evaluate.limits import Meter, NotKnown

if TYPE_CHECKING:
    from fgc.compiler.evaluate.classes import Class

Value: TypeAlias = object


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known, and why.

    ``name`` is the dotted name of what it is, or is made by, where that is code outside of what is
    read. ``inert`` says that it is data for certain: nothing that has weights, nor is to be called.
    ``owner`` is the object whose attribute it is: to call it may change that object.
    """

    reason: str
    name: str = ""
    inert: bool = False
    owner: Object | None = None


class Object:
    """A value that is not one of Python's own. What it does not say of itself is not known."""

    def attribute(self, name: str) -> Value:
        """``self.name``."""
        return Unknown(f"the attribute `{name}` of {self.described()}")

    def lacks(self, name: str) -> bool:
        """Whether it has no attribute of this name for certain."""
        return False

    def set_attribute(self, name: str, value: Value) -> None:
        """``self.name = value``."""
        raise NotKnown(f"it sets the attribute `{name}` of {self.described()}")

    def delete_attribute(self, name: str) -> None:
        """``del self.name``."""
        raise NotKnown(f"it deletes the attribute `{name}` of {self.described()}")

    def operate(self, operator: str, other: Value, *, swapped: bool) -> Value:
        """A binary operator by its name in `ast`; ``other`` is on the left where ``swapped``."""
        return Unknown(f"an operation on {self.described()}")

    def negated(self) -> Value:
        """``-self``."""
        return Unknown(f"an operation on {self.described()}")

    def truth(self) -> bool | Unknown:
        """``bool(self)``."""
        return Unknown(f"whether {self.described()} counts as true")

    def length(self) -> Value:
        """``len(self)``."""
        return Unknown(f"the length of {self.described()}")

    def items(self) -> Iterable[Value]:
        """What an iteration gives."""
        raise NotKnown(f"it iterates over {self.described()}")

    def item(self, key: Value) -> Value:
        """``self[key]``."""
        return Unknown(f"an item of {self.described()}")

    def set_item(self, key: Value, value: Value) -> None:
        """``self[key] = value``."""
        raise NotKnown(f"it sets an item of {self.described()}")

    def held(self) -> Iterable[Value]:
        """The values that whoever has this can reach."""
        return ()

    def escape(self, reason: str) -> None:
        """Notes that this was given to code that is not read, which may have changed it."""

    def give_up(self, reason: str) -> bool:
        """Notes that the constructor could not be followed; False where that cannot be noted."""
        return False

    def described(self) -> str:
        """A few words for people."""
        return "an object"


@dataclass(eq=False, slots=True)
class Builtin(Object):
    """A function that the evaluator knows. With ``pure``, a call changes nothing."""

    name: str
    run: Callable[..., Value]
    pure: bool = True
    type: type | None = None  # where the name is also that of a type

    def attribute(self, name: str) -> Value:
        if name == "__name__" and self.type is not None:
            return self.name
        return Object.attribute(self, name)

    def described(self) -> str:
        return f"`{self.name}`"


@dataclass(eq=False, slots=True)
class Namespace(Object):
    """A module of the tree: the values of its globals."""

    path: str
    names: dict[str, Value] = field(default_factory=dict[str, Value])

    def attribute(self, name: str) -> Value:
        if name in self.names:
            return self.names[name]
        return Unknown(f"`{name}` of {self.path}")

    def described(self) -> str:
        return self.path


@dataclass(eq=False, slots=True)
class Scope:
    """The names of a call, a class body or a comprehension, and where others are looked up.

    ``bound`` are the names that belong to this scope, with a value or not; None where any may be
    added. ``method`` is the function whose call this is, ``first`` its first argument: what
    `super()` needs.
    """

    module: Namespace
    parent: Scope | None = None
    names: dict[str, Value] = field(default_factory=dict[str, Value])
    bound: frozenset[str] | None = None
    of_class: bool = False
    method: Function | None = None
    first: Value = None


@dataclass(eq=False, slots=True)
class Function(Object):
    """A function or lambda of the tree. ``owner`` is the class in whose body it stands."""

    node: ast.FunctionDef | ast.Lambda
    scope: Scope
    defaults: tuple[Value, ...]
    keyword_defaults: Mapping[str, Value]
    owner: Class | None = None

    @property
    def name(self) -> str:
        """Its name in the text."""
        return "<lambda>" if isinstance(self.node, ast.Lambda) else self.node.name

    def truth(self) -> bool | Unknown:
        return True

    def attribute(self, name: str) -> Value:
        return self.name if name == "__name__" else Object.attribute(self, name)

    def held(self) -> Iterable[Value]:
        scope: Scope | None = self.scope
        while scope is not None:
            yield from scope.names.values()
            scope = scope.parent

    def described(self) -> str:
        return f"`{self.name}`"


@dataclass(eq=False, slots=True)
class Method(Object):
    """A function of a class, taken from an instance."""

    function: Function | Builtin
    instance: Value

    def held(self) -> Iterable[Value]:
        yield self.instance

    def described(self) -> str:
        return self.function.described()


@dataclass(frozen=True, slots=True)
class Wrapped:
    """``property``, ``staticmethod`` or ``classmethod`` around a function in a class."""

    kind: str
    function: Value


def is_plain(value: Value, meter: Meter) -> bool:
    """Whether ``value`` is data through and through, so that Python's own operations tell of it."""
    meter.spend()
    match value:
        case None | bool() | int() | float() | str() | range():
            return True
        case list() | tuple() | set() | frozenset():
            return all(is_plain(item, meter) for item in cast(Iterable[Value], value))
        case dict():
            items = cast(dict[Value, Value], value).items()
            return all(is_plain(each, meter) for item in items for each in item)
        case slice():
            part = cast("slice[Value, Value, Value]", value)
            return all(is_plain(each, meter) for each in (part.start, part.stop, part.step))
        case _:
            return False


def objects_in(values: Iterable[Value], meter: Meter) -> Iterator[Object]:
    """The objects that can be reached from ``values``, each once."""
    seen: set[int] = set()
    stack = list(values)
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        meter.spend()
        match value:
            case Object():
                yield value
                stack += value.held()
            case list() | tuple():
                stack += cast(Iterable[Value], value)
            case dict():
                stack += cast(dict[Value, Value], value).values()
            case _:
                pass
