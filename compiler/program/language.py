"""The configuration language's own builtins, and arithmetic, in Python's syntax."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from fgc.compiler.specialiser.precedence import PRODUCT, SUM, at_least

METHODS = ("items", "keys", "values")
CALLABLES = {
    "getitem": "operator.getitem",
    "call": "operator.call",
    "items": 'operator.methodcaller("items")',
    "keys": 'operator.methodcaller("keys")',
    "values": 'operator.methodcaller("values")',
    "named_list": "(lambda *items: list(items))",
    "named_tuple": "(lambda *items: items)",
    "named_dict": "dict",
}

# The functions of the module `operator` that Python has signs for, and how tightly each binds.
SIGNS: dict[str, tuple[cst.BaseBinaryOp, int]] = {
    "add": (cst.Add(), SUM),
    "sub": (cst.Subtract(), SUM),
    "mul": (cst.Multiply(), PRODUCT),
    "truediv": (cst.Divide(), PRODUCT),
    "floordiv": (cst.FloorDivide(), PRODUCT),
}


def arithmetic(name: str, args: Sequence[cst.Arg]) -> cst.BaseExpression | None:
    """A call of ``operator.<name>`` with its sign; None where it has none.

    >>> code = cst.Module([]).code_for_node
    >>> rate = arithmetic("mul", [cst.Arg(cst.Float("0.5")), cst.Arg(cst.Name("LR"))])
    >>> code(arithmetic("sub", [cst.Arg(cst.Name("a")), cst.Arg(rate)]))
    'a - 0.5 * LR'
    """
    values = [arg.value for arg in args if arg.keyword is None and not arg.star]
    if name not in SIGNS or len(args) != 2 or len(values) != 2:
        return None
    sign, strength = SIGNS[name]
    left, right = at_least(values[0], strength), at_least(values[1], strength + 1)
    return cst.BinaryOperation(left, sign, right)


def written(name: str, args: Sequence[cst.Arg]) -> cst.BaseExpression | None:
    """A call of the language's builtin ``name`` as Python writes it; None for Python's own.

    >>> code = cst.Module([]).code_for_node
    >>> given = [cst.Arg(cst.Name("a")), cst.Arg(cst.Integer("0"))]
    >>> code(written("getitem", given)), code(written("keys", given[:1]))
    ('a[0]', 'a.keys()')
    """
    values = [arg.value for arg in args if arg.keyword is None and not arg.star]
    if len(values) != len(args):
        return None
    match name, values:
        case "getitem", [container, key]:
            return cst.Subscript(_atom(container), [cst.SubscriptElement(cst.Index(key))])
        case ("items" | "keys" | "values"), [container]:
            return cst.Call(cst.Attribute(_atom(container), cst.Name(name)))
        case "call", [function, *rest]:
            return cst.Call(_atom(function), [cst.Arg(value) for value in rest])
        case "named_list", items:
            return cst.List([cst.Element(item) for item in items])
        case _:
            return None


def _atom(node: cst.BaseExpression) -> cst.BaseExpression:
    """``node`` with parentheses where a trailer needs them."""
    plain = (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.List, cst.Dict, cst.Tuple)
    if isinstance(node, (*plain, cst.SimpleString)) or node.lpar:
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
