"""What may be called of Python's own: functions of numbers, and methods of its types.

The lists are closed. What a call costs is counted before it is made, so that no call runs long.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from fgc.compiler.evaluate.limits import Meter, NotKnown
from fgc.compiler.evaluate.operators import MUTABLE, NUMBERS, length
from fgc.compiler.evaluate.values import Builtin, Object, Unknown, Value, is_plain

MATH_CONSTANTS = ("e", "inf", "nan", "pi", "tau")
MATH_FUNCTIONS = """
    acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh degrees erf erfc exp exp2
    expm1 fabs floor fmod frexp gamma gcd hypot isclose isfinite isinf isnan isqrt lcm ldexp lgamma
    log log10 log1p log2 modf pow radians remainder sin sinh sqrt tan tanh trunc
"""
STR = """
    count endswith find index isalpha isdigit isidentifier islower isupper join lower lstrip
    partition removeprefix removesuffix rfind rpartition rsplit rstrip split startswith strip upper
"""
LIST = "append clear copy count extend index insert pop remove reverse"
TUPLE = "count index"
DICT = "clear copy get items keys pop setdefault update values"
SET = "add clear copy difference discard intersection issubset union update"
FROZENSET = "difference intersection issubset union"
INT = "bit_length conjugate is_integer"
FLOAT = "conjugate is_integer"

METHODS: Mapping[type, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in (
        (str, STR),
        (list, LIST),
        (tuple, TUPLE),
        (dict, DICT),
        (set, SET),
        (frozenset, FROZENSET),
        (int, INT),
        (float, FLOAT),
    )
}
"""Methods that call nothing of what they are given."""

MOST_NUMBERS = 8  # that a function of numbers is called with
MOST_DIGITS = 400  # that `round` keeps or drops


def math_functions() -> dict[str, Value]:
    """The names of `math`, dotted."""
    names: dict[str, Value] = {f"math.{name}": getattr(math, name) for name in MATH_CONSTANTS}
    for name in MATH_FUNCTIONS.split():
        names[f"math.{name}"] = of_numbers(f"math.{name}", getattr(math, name))
    return names


def of_numbers(name: str, function: Callable[..., Any]) -> Builtin:
    """``function`` of numbers, none of which is large; of anything else its value is not known."""

    def run(*args: Value, **kwargs: Value) -> Value:
        given = [*args, *kwargs.values()]
        if len(given) > MOST_NUMBERS or not all(isinstance(value, NUMBERS) for value in given):
            return unknown_of(name, given)
        return function(*args, **kwargs)

    return Builtin(name, run)


def rounded(number: float, ndigits: int | None = None) -> float:
    """``round``, but not to so many digits that it takes long."""
    if ndigits is not None and abs(ndigits) > MOST_DIGITS:
        raise NotKnown(f"it rounds to {ndigits:,} digits")
    return round(number, ndigits)


def unknown_of(name: str, given: Iterable[Value]) -> Unknown:
    """The result of a pure function: not known, for the reason of what it was given."""
    reasons = (value.reason for value in given if isinstance(value, Unknown))
    return Unknown(next(reasons, f"`{name}` of objects"), inert=True)


def iterate(value: Value, meter: Meter) -> Iterator[Value]:
    """The items of ``value``, each counted. Raises `NotKnown` where they are not known in order."""
    match value:
        case Unknown(reason=reason):
            raise NotKnown(f"it iterates over something that is not known: {reason}")
        case set() | frozenset() if len(cast("set[Value]", value)) > 1:
            raise NotKnown("it iterates over a set, whose order is not defined")
        case Object():
            items = value.items()
        case _ if isinstance(value, Iterable):
            items = cast("Iterable[Value]", value)
        case _:
            raise NotKnown(f"it iterates over a value of the type `{type(value).__name__}`")
    for item in items:
        meter.spend()
        yield item


def method(value: Value, name: str, meter: Meter) -> Value:
    """The method ``name`` of one of Python's own values."""
    kind = next((kind for kind in METHODS if type(value) is kind), None)
    if kind is None or name not in METHODS[kind]:
        return Unknown(f"`{name}` of a value of the type `{type(value).__name__}`")

    def run(*args: Value, **kwargs: Value) -> Value:
        if name == "join":
            return _join(cast("str", value), list(iterate(args[0], meter)), meter)
        _count(value, name, args, meter)
        _check(value, name, args, meter)
        if name in ("extend", "update"):
            args = tuple(_container(given, meter) for given in args)
        return getattr(value, name)(*args, **kwargs)

    return Builtin(f"{kind.__name__}.{name}", run, pure=not isinstance(value, MUTABLE))


def _container(value: Value, meter: Meter) -> Value:
    return cast("Value", value) if isinstance(value, dict) else list(iterate(value, meter))


def _join(separator: str, items: list[Value], meter: Meter) -> Value:
    texts = [item for item in items if isinstance(item, str)]
    if len(texts) < len(items):
        return unknown_of("str.join", items)
    meter.hold(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _count(value: Value, name: str, args: tuple[Value, ...], meter: Meter) -> None:
    """Counts what a call costs."""
    if name in ("add", "append", "insert", "setdefault"):
        meter.grow(length(value))
    else:
        meter.hold(sum(length(each) for each in (value, *args)))


def _check(value: Value, name: str, args: tuple[Value, ...], meter: Meter) -> None:
    """Raises `NotKnown` where a method would hash or compare what is no plain data."""
    hashed = args
    if isinstance(value, list):
        hashed = args if name in ("count", "index", "remove") else ()
    elif isinstance(value, dict):
        hashed = () if args and isinstance(args[0], dict) else args[:1]
    if not all(is_plain(each, meter) for each in hashed):
        raise NotKnown(f"it calls `{name}` of a container with an object")
    searched = name in ("count", "index", "remove")
    if searched and not is_plain(cast("Value", value), meter):
        raise NotKnown(f"it calls `{name}` of a container of objects")
