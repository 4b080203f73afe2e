"""Classes, their instances, and in which order attributes are looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from fgc.compiler.evaluate.limits import NotKnown
from fgc.compiler.evaluate.values import (
    Builtin,
    Function,
    Method,
    Object,
    Unknown,
    Value,
    Wrapped,
)


class Missing:
    """The type of `MISSING`."""


MISSING = Missing()


@dataclass(eq=False)
class Class(Object):
    """A class of the tree, or one that the evaluator knows.

    ``new`` makes an instance that is not initialised yet; a class inherits it. An ``open`` class
    is one of a library, which has attributes that are not in ``names``.
    """

    name: str
    bases: tuple[Class, ...] = ()
    names: dict[str, Value] = field(default_factory=dict[str, Value])
    new: Callable[[Class], Object] | None = None
    open: bool = False
    summary: str = ""

    def __post_init__(self) -> None:
        self.mro: tuple[Class, ...] = (self, *linearised(self.bases))
        if self.new is None:
            self.new = next((base.new for base in self.mro[1:] if base.new is not None), None)

    def defined(self, name: str, after: Class | None = None) -> Value:
        """The attribute in the first class of the order of resolution that is known to have it.

        Only the classes behind ``after`` count, where it is given. `MISSING` where there is none.
        """
        start = 0 if after is None else self.mro.index(after) + 1
        classes = (each for each in self.mro[start:] if name in each.names)
        found = next(classes, None)
        return MISSING if found is None else found.names[name]

    def find(self, name: str, after: Class | None = None) -> Value:
        """As `defined`; not known where a class of a library may have it."""
        found = self.defined(name, after)
        library = next((each for each in self.mro if each.open), None)
        if found is MISSING and library is not None:
            return Unknown(f"`{name}` of `{library.name}`")
        return found

    def attribute(self, name: str) -> Value:
        if name == "__name__":
            return self.name
        found = self.find(name)
        match found:
            case Wrapped(kind="staticmethod", function=function):
                return function
            case Wrapped(kind="classmethod", function=Function() as function):
                return Method(function, self)
            case Wrapped():
                return Object.attribute(self, name)
            case _:
                return Object.attribute(self, name) if found is MISSING else found

    def set_attribute(self, name: str, value: Value) -> None:
        if self.open:
            Object.set_attribute(self, name, value)
        self.names[name] = value

    def truth(self) -> bool | Unknown:
        return True

    def described(self) -> str:
        return f"the class `{self.name}`"


class Instance(Object):
    """An object of a class of the tree."""

    def __init__(self, cls: Class):
        self.cls = cls
        self.attributes: dict[str, Value] = {}

    def attribute(self, name: str) -> Value:
        if name == "__class__":
            return self.cls
        if name in self.attributes:
            return self.attributes[name]
        return self.of_class(name, self.cls.find(name))

    def of_class(self, name: str, found: Value) -> Value:
        """``found`` in the class, as it is on the instance. A property is left to be called."""
        match found:
            case Function() | Builtin():
                return Method(found, self)
            case Wrapped(kind="staticmethod", function=function):
                return function
            case Wrapped(kind="classmethod", function=Function() as function):
                return Method(function, self.cls)
            case Unknown(reason=reason, name=written):
                return Unknown(reason, written, owner=self)
            case _ if found is MISSING:
                return Unknown(f"the attribute `{name}` of {self.described()}", owner=self)
            case _:
                return found

    def set_attribute(self, name: str, value: Value) -> None:
        self.check_free(name)
        self.attributes[name] = value

    def check_free(self, name: str) -> None:
        """Raises `NotKnown` where the class may have an opinion on how ``name`` is set."""
        for each in self.cls.mro:
            if isinstance(each.names.get(name), Wrapped | Unknown):
                raise NotKnown(f"it sets `{name}`, which {each.described()} defines")

    def delete_attribute(self, name: str) -> None:
        if name not in self.attributes:
            raise NotKnown(f"it deletes `{name}`, which {self.described()} may not have")
        del self.attributes[name]

    def held(self) -> Iterable[Value]:
        yield from self.attributes.values()

    def described(self) -> str:
        return f"a `{self.cls.name}`"


@dataclass(eq=False, slots=True)
class Super(Object):
    """``super()`` of ``instance`` in a method of ``owner``."""

    owner: Class
    instance: Instance

    def attribute(self, name: str) -> Value:
        found = self.instance.cls.find(name, after=self.owner)
        return self.instance.of_class(name, found)

    def held(self) -> Iterable[Value]:
        yield self.instance


def linearised(bases: tuple[Class, ...]) -> list[Class]:
    """The bases and theirs, in Python's order of method resolution.

    Raises `NotKnown` where they have none.
    """
    order: list[Class] = []
    rows = [*(list(base.mro) for base in bases), list(bases)]
    while any(rows):
        rows = [row for row in rows if row]
        heads = [row[0] for row in rows if all(row[0] not in other[1:] for other in rows)]
        if not heads:
            raise NotKnown("the bases of a class have no order")
        order.append(heads[0])
        rows = [[each for each in row if each is not heads[0]] for row in rows]
    return order
