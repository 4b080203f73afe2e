"""Python's operators on values, as far as the result is known and stays within the limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from fgc.compiler.evaluate.classes import Class
from fgc.compiler.evaluate.limits import Meter, NotKnown, Raised
from fgc.compiler.evaluate.values import Object, Unknown, Value, is_plain

Native = Callable[[Any, Any], Any]

BINARY: Mapping[str, Native] = {
    "Add": lambda left, right: left + right,
    "Sub": lambda left, right: left - right,
    "Mult": lambda left, right: left * right,
    "Div": lambda left, right: left / right,
    "FloorDiv": lambda left, right: left // right,
    "Mod": lambda left, right: left % right,
    "Pow": lambda left, right: left**right,
    "LShift": lambda left, right: left << right,
    "RShift": lambda left, right: left >> right,
    "BitAnd": lambda left, right: left & right,
    "BitOr": lambda left, right: left | right,
    "BitXor": lambda left, right: left ^ right,
}
ARITHMETIC = ("Sub", "Div", "FloorDiv", "Mod", "Pow")  # what gives numbers and tensors only
IN_PLACE: Mapping[str, Native] = {
    "Add": lambda left, right: left.__iadd__(right),
    "Mult": lambda left, right: left.__imul__(right),
    "Sub": lambda left, right: left.__isub__(right),
    "BitAnd": lambda left, right: left.__iand__(right),
    "BitOr": lambda left, right: left.__ior__(right),
    "BitXor": lambda left, right: left.__ixor__(right),
}
"""What changes the left side, where that is a list, a set or a mapping."""
UNARY: Mapping[str, Callable[[Any], Any]] = {
    "USub": lambda operand: -operand,
    "UAdd": lambda operand: +operand,
    "Invert": lambda operand: ~operand,
}
COMPARISONS: Mapping[str, Native] = {
    "Eq": lambda left, right: left == right,
    "NotEq": lambda left, right: left != right,
    "Lt": lambda left, right: left < right,
    "LtE": lambda left, right: left <= right,
    "Gt": lambda left, right: left > right,
    "GtE": lambda left, right: left >= right,
    "In": lambda left, right: left in right,
    "NotIn": lambda left, right: left not in right,
}
CONTAINERS = (str, list, tuple, dict, set, frozenset)
MUTABLE = (list, dict, set)
NUMBERS = (bool, int, float)
ERRORS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def binary(name: str, left: Any, right: Any, meter: Meter, *, in_place: bool = False) -> Value:
    """``left`` and ``right`` under the operator that `ast` calls ``name``.

    With ``in_place`` it is that of an augmented assignment, which changes lists, sets and mappings.
    """
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        if in_place and isinstance(left, MUTABLE):
            raise NotKnown("it adds something that is not known to a container")
        unknown: Unknown = left if isinstance(left, Unknown) else right
        return Unknown(unknown.reason, inert=unknown.inert or name in ARITHMETIC)
    if isinstance(left, Object):
        return left.operate(name, right, swapped=False)
    if isinstance(right, Object):
        return right.operate(name, left, swapped=True)
    if name not in BINARY:
        return Unknown(f"the operator `{name}`")
    _weigh(name, left, right, meter)
    if name == "Mod" and isinstance(left, str):
        return Unknown("a text that is formatted with `%`", inert=True)
    changing = in_place and isinstance(left, MUTABLE)
    if isinstance(right, dict) != isinstance(left, dict):
        raise NotKnown("it joins a mapping and something else")
    table = IN_PLACE if changing and name in IN_PLACE else BINARY
    result = native(lambda: table[name](left, right))
    if isinstance(result, complex):
        return Unknown("a complex number", inert=True)
    if isinstance(result, int):
        meter.fit(result.bit_length())
    return result


def _weigh(name: str, left: Any, right: Any, meter: Meter) -> None:
    """Counts a result before it is made. Raises `NotKnown` where it is too large."""
    match name, left, right:
        case "Pow", int(), int() if right > 0:
            meter.fit(left.bit_length() * right)
        case "LShift", int(), int():
            meter.fit(left.bit_length() + max(right, 0))
        case "Mult", int(), int():
            meter.fit(left.bit_length() + right.bit_length())
        case "Mult", _, int():
            meter.hold(length(left) * max(right, 0))
        case "Mult", int(), _:
            meter.hold(length(right) * max(left, 0))
        case _:
            meter.hold(length(left) + length(right))


def unary(name: str, operand: Value) -> Value:
    """``operand`` under a sign or ``~``."""
    if isinstance(operand, Unknown):
        return operand
    if isinstance(operand, Object):
        return operand.negated() if name == "USub" else Unknown(f"the operator `{name}`")
    return native(lambda: UNARY[name](operand))


def compare(name: str, left: Value, right: Value, meter: Meter) -> Value:
    """One comparison."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        unknown = left if isinstance(left, Unknown) else cast(Unknown, right)
        return Unknown(unknown.reason, inert=True)
    if name in ("Is", "IsNot"):
        same = _identical(left, right)
        return same if isinstance(same, Unknown) or name == "Is" else not same
    if isinstance(left, Class) and isinstance(right, Class) and name in ("Eq", "NotEq"):
        return (left is right) == (name == "Eq")
    if not (is_plain(left, meter) and is_plain(right, meter)):
        return _unlike(name, left, right)
    if isinstance(right, range) and not isinstance(left, int) and name in ("In", "NotIn"):
        return Unknown("whether something that is no integer lies in a range", inert=True)
    return native(lambda: COMPARISONS[name](left, right))


def _unlike(name: str, left: Value, right: Value) -> Value:
    """A comparison of which one side is no plain data. With None, nothing that is read is equal."""
    if name in ("Eq", "NotEq") and (left is None or right is None):
        other = right if left is None else left
        if not isinstance(other, Object):
            return name == "NotEq"
    return Unknown("a comparison of objects", inert=True)


def _identical(left: Value, right: Value) -> bool | Unknown:
    """``left is right``; not known where Python does not promise it."""
    if left is None or right is None or isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Object) or isinstance(right, Object):
        if type(left).__name__ == "Method" or type(right).__name__ == "Method":
            return Unknown("whether two methods are the same object", inert=True)
        return left is right
    if isinstance(left, MUTABLE) or isinstance(right, MUTABLE):
        return left is right
    return Unknown("whether two equal values are the same object", inert=True)


def length(value: Value) -> int:
    """The items of one of Python's own containers; 0 of anything else."""
    return len(cast("list[Value]", value)) if isinstance(value, CONTAINERS) else 0


def native(run: Callable[[], object]) -> Value:
    """What Python's own operation gives. Raises `Raised` for an exception that is Python's."""
    try:
        return run()
    except ERRORS as error:
        raise Raised(f"it raises {type(error).__name__}: {error}") from None
