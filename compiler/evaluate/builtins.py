"""Python's builtins, as far as an evaluation may use them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from fgc.compiler.evaluate.classes import Class, Instance
from fgc.compiler.evaluate.limits import Meter, NotKnown
from fgc.compiler.evaluate.native import iterate, of_numbers, rounded, unknown_of
from fgc.compiler.evaluate.operators import MUTABLE, NUMBERS, binary, compare
from fgc.compiler.evaluate.values import Builtin, Object, Unknown, Value, Wrapped, is_plain

EXCEPTIONS = """
    ArithmeticError AssertionError AttributeError Exception ImportError IndexError KeyError
    LookupError NotImplementedError OSError OverflowError RuntimeError TypeError ValueError
    ZeroDivisionError
"""
DATA = (*NUMBERS, str)
SETS = (set, frozenset)

Attribute = Callable[[Value, str], Value]
Caller = Callable[[Value, Sequence[Value]], Value]


def truth(value: Value) -> bool | Unknown:
    """``bool(value)``."""
    match value:
        case Unknown():
            return value
        case Object():
            return value.truth()
        case _:
            return bool(value)


def is_instance(value: Value, kind: Value) -> bool | Unknown:
    """``isinstance(value, kind)``."""
    if isinstance(kind, tuple):
        found = [is_instance(value, each) for each in cast("tuple[Value, ...]", kind)]
        if True in found:
            return True
        return next((each for each in found if isinstance(each, Unknown)), False)
    match value, kind:
        case Instance(cls=cls), Class():
            return kind in cls.mro
        case Instance(), Builtin(type=type() as native):
            return native is object
        case Unknown() | Object(), _:
            return Unknown("the type of an object", inert=True)
        case _, Builtin(type=type() as native):
            return isinstance(value, native)
        case _, Class():
            return False
        case _:
            return Unknown("a type that is not read", inert=True)


def one_of(values: Iterable[Value], reason: str) -> Unknown:
    """One of ``values``, but not known which.

    Raises `NotKnown` where one of them can be changed: it would be changed unseen.
    """
    inert = True
    for value in values:
        if isinstance(value, (Instance, *MUTABLE)):
            raise NotKnown(f"it chooses by something that is not known: {reason}")
        data = isinstance(value, DATA) or value is None
        inert = inert and (value.inert if isinstance(value, Unknown) else data)
    return Unknown(reason, inert=inert)


def hashable(key: Value, meter: Meter) -> Value:
    """``key``, which can be that of a mapping. Raises `NotKnown` where it is no plain data."""
    if not is_plain(key, meter):
        reason = f": {key.reason}" if isinstance(key, Unknown) else ""
        raise NotKnown(f"a key is not known{reason}")
    return key


class Builtins:
    """The functions and types of `builtins`, by name.

    ``attribute`` and ``call`` are the evaluator's: some builtins read attributes, or call what they
    are given.
    """

    def __init__(self, meter: Meter, attribute: Attribute, call: Caller):
        self.meter = meter
        self.attribute = attribute
        self.call = call
        self.names: dict[str, Value] = {}
        for name, function in (("abs", abs), ("divmod", divmod), ("round", rounded)):
            self.names[name] = of_numbers(name, cast("Callable[..., Any]", function))
        for name, run in self._functions().items():
            self.names[name] = Builtin(name, run)
        for kind, run in self._types().items():
            self.names[kind.__name__] = Builtin(kind.__name__, run, type=kind)
        for name in EXCEPTIONS.split():
            self.names[name] = Class(name, open=True)

    def _functions(self) -> Mapping[str, Callable[..., Value]]:
        return {
            "all": self._all,
            "any": self._any,
            "classmethod": self._classmethod,
            "enumerate": self._enumerate,
            "getattr": self._getattr,
            "hasattr": self._hasattr,
            "isinstance": is_instance,
            "len": self._len,
            "map": self._map,
            "max": self._max,
            "min": self._min,
            "next": self._next,
            "pow": self._pow,
            "print": self._print,
            "property": self._property,
            "reversed": self._reversed,
            "sorted": self._sorted,
            "staticmethod": self._staticmethod,
            "sum": self._sum,
            "type": self._type,
            "zip": self._zip,
        }

    def _types(self) -> Mapping[type, Callable[..., Value]]:
        return {
            bool: self._bool,
            dict: self._dict,
            float: self._float,
            frozenset: self._frozenset,
            int: self._int,
            list: self.listed,
            object: self._object,
            range: self._range,
            set: self._set,
            str: self._str,
            tuple: self._tuple,
        }

    def listed(self, of: Value = ()) -> list[Value]:
        """``list(of)``."""
        made: list[Value] = []
        for item in iterate(of, self.meter):
            self.meter.grow(len(made))
            made.append(item)
        return made

    def _unordered(self, of: Value) -> list[Value]:
        """The items of ``of``, for a use to which their order is the same."""
        return list(cast("set[Value]", of)) if isinstance(of, SETS) else self.listed(of)

    def _tuple(self, of: Value = ()) -> Value:
        return tuple(self.listed(of))

    def _set(self, of: Value = ()) -> set[Value]:
        return {hashable(item, self.meter) for item in self._unordered(of)}

    def _frozenset(self, of: Value = ()) -> Value:
        return frozenset(self._set(of))

    def _dict(self, of: Value = (), **more: Value) -> Value:
        made: dict[Value, Value] = {}
        if isinstance(of, dict):
            given = cast("dict[Value, Value]", of)
            self.meter.hold(len(given))
            made |= given
        else:
            for pair in iterate(of, self.meter):
                key, value = self.listed(pair)
                made[hashable(key, self.meter)] = value
        return made | cast("dict[Value, Value]", more)

    def _bool(self, of: Value = False) -> Value:
        return truth(of)

    def _float(self, of: Value = 0.0) -> Value:
        return float(of) if isinstance(of, DATA) else unknown_of("float", [of])

    def _int(self, of: Value = 0) -> Value:
        if not isinstance(of, DATA):
            return unknown_of("int", [of])
        made = int(of)
        self.meter.fit(made.bit_length())
        return made

    def _str(self, of: Value = "") -> Value:
        return str(of) if isinstance(of, DATA) or of is None else unknown_of("str", [of])

    def _object(self) -> Value:
        return Unknown("a bare object")

    def _range(self, *of: Value) -> Value:
        if all(isinstance(each, int) for each in of):
            return range(*cast("tuple[int, ...]", of))
        return unknown_of("range", of)

    def _type(self, of: Value) -> Value:
        match of:
            case Instance(cls=cls):
                return cls
            case Unknown() | Object():
                return Unknown("the type of an object", inert=True)
            case _:
                name = type(of).__name__
                return self.names.get(name, Unknown(f"the type `{name}`", inert=True))

    def _len(self, of: Value) -> Value:
        match of:
            case Unknown():
                return unknown_of("len", [of])
            case Object():
                return of.length()
            case _:
                return len(cast("list[Value]", of))

    def _all(self, of: Value) -> Value:
        for item in iterate(of, self.meter):
            found = truth(item)
            if found is not True:
                return found
        return True

    def _any(self, of: Value) -> Value:
        for item in iterate(of, self.meter):
            found = truth(item)
            if found is not False:
                return found
        return False

    def _sum(self, of: Value, start: Value = 0) -> Value:
        total = start
        for item in iterate(of, self.meter):
            total = binary("Add", total, item, self.meter)
        return total

    def _max(self, *of: Value, **how: Value) -> Value:
        return self._extreme("Gt", of, **how)

    def _min(self, *of: Value, **how: Value) -> Value:
        return self._extreme("Lt", of, **how)

    def _extreme(self, better: str, of: tuple[Value, ...], **how: Value) -> Value:
        key = how.pop("key", None)
        if len(of) == 1:
            items = self._unordered(of[0]) if key is None else self.listed(of[0])
        else:
            items = list(of)
        if not items and "default" in how:
            return how["default"]
        if not items or how.keys() - {"default"}:
            raise NotKnown("it takes the largest or smallest of nothing")
        keys = items if key is None else [self.call(key, [item]) for item in items]
        best = 0
        for index in range(1, len(items)):
            found = compare(better, keys[index], keys[best], self.meter)
            if isinstance(found, Unknown):
                return one_of(items, found.reason)
            best = index if found else best
        return items[best]

    def _sorted(self, of: Value, *, key: Value = None, reverse: Value = False) -> Value:
        items = self._unordered(of) if key is None else self.listed(of)
        keys = items if key is None else [self.call(key, [item]) for item in items]
        if not is_plain(keys, self.meter) or not isinstance(reverse, bool):
            raise NotKnown("it sorts what cannot be compared")
        order = sorted(range(len(items)), key=lambda i: cast("int", keys[i]), reverse=reverse)
        return [items[index] for index in order]

    def _reversed(self, of: Value) -> Value:
        return reversed(self.listed(of))

    def _enumerate(self, of: Value, start: Value = 0) -> Value:
        return enumerate(iterate(of, self.meter), cast("int", start))

    def _zip(self, *of: Value, strict: Value = False) -> Value:
        return zip(*(iterate(each, self.meter) for each in of), strict=cast("bool", strict))

    def _map(self, function: Value, *of: Value) -> Value:
        rows = zip(*(iterate(each, self.meter) for each in of), strict=False)
        return (self.call(function, row) for row in rows)

    def _next(self, of: Value, *default: Value) -> Value:
        if not isinstance(of, Iterator):
            raise NotKnown("it calls `next` on something that is not known")
        self.meter.spend()
        return next(cast("Iterator[Value]", of), *default)

    def _pow(self, base: Value, exponent: Value) -> Value:
        return binary("Pow", base, exponent, self.meter)

    def _classmethod(self, function: Value) -> Value:
        return Wrapped("classmethod", function)

    def _property(self, function: Value) -> Value:
        return Wrapped("property", function)

    def _staticmethod(self, function: Value) -> Value:
        return Wrapped("staticmethod", function)

    def _print(self, *_: Value, **__: Value) -> Value:
        return None

    def _getattr(self, of: Value, name: Value, *default: Value) -> Value:
        if not isinstance(name, str):
            owner = of if isinstance(of, Object) else None
            return Unknown("an attribute whose name is not known", owner=owner)
        if default and isinstance(of, Object) and of.lacks(name):
            return default[0]
        return self.attribute(of, name)

    def _hasattr(self, of: Value, name: Value) -> Value:
        if isinstance(of, Object) and isinstance(name, str) and of.lacks(name):
            return False
        found = self._getattr(of, name)
        return found if isinstance(found, Unknown) else True
