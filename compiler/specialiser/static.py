"""What an expression is known to be at build.

Only tests of the documented subset have a known value: ``is None``, the truth of a bool, equality
with a text, and ``and``, ``or``, ``not`` of these. A number never has one: it decides no structure.
An expression whose value is known has no effect, so that the value may stand in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import libcst as cst

from fgc.compiler.specialiser.bindings import (
    Binding,
    Constant,
    Construct,
    ConstructEach,
    Inline,
    Kept,
)


@dataclass(frozen=True, slots=True)
class Known:
    """The value itself."""

    value: bool | str | None


@dataclass(frozen=True, slots=True)
class NotNone:
    """Some value that is not None."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is known."""


Static = Known | NotNone | Unknown
NOT_NONE: Final = NotNone()
UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Environment:
    """What names and attributes of ``self`` stand for in the body at hand.

    ``torch_nn`` is what `torch.nn` is called there.
    """

    parameters: Mapping[str, Binding]
    attributes: Mapping[str, Static]
    torch_nn: str | None = None


def of_binding(binding: Binding) -> Static:
    """What a parameter with this binding is known to be."""
    match binding:
        case Constant(value=value):
            return Known(value)
        case Kept(not_none=not_none):
            return NOT_NONE if not_none else UNKNOWN
        case Inline() | Construct() | ConstructEach():
            return NOT_NONE


def evaluate(node: cst.BaseExpression, env: Environment) -> Static:
    """What ``node`` is known to be, without running anything.

    >>> env = Environment({"window": Constant(None), "bias": Constant(True)}, {})
    >>> evaluate(cst.parse_expression("window is None and bias"), env)
    Known(value=True)
    >>> evaluate(cst.parse_expression("other is None"), env)
    Unknown()
    """
    match node:
        case cst.Name(value="None"):
            return Known(None)
        case cst.Name(value="True"):
            return Known(True)
        case cst.Name(value="False"):
            return Known(False)
        case cst.Name(value=name):
            return of_binding(env.parameters[name]) if name in env.parameters else UNKNOWN
        case cst.Attribute(value=cst.Name(value="self"), attr=cst.Name(value=name)):
            return env.attributes.get(name, UNKNOWN)
        case cst.SimpleString():
            text = node.evaluated_value
            return Known(text) if isinstance(text, str) else NOT_NONE
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            value = decided(inner, env)
            return UNKNOWN if value is None else Known(not value)
        case cst.BooleanOperation():
            return _boolean(node, env)
        case cst.Comparison():
            return _comparison(node, env)
        case cst.IfExp():
            return _conditional(node, env)
        case cst.Call(func=cst.Name(value=name)):
            match env.parameters.get(name):
                case Construct(makes_none=False):
                    return NOT_NONE
                case _:
                    return UNKNOWN
        case cst.Call(func=cst.Attribute(value=cst.Name(value=module), attr=cst.Name(value=name))):
            return NOT_NONE if module == env.torch_nn and name[:1].isupper() else UNKNOWN
        case (
            cst.Integer()
            | cst.Float()
            | cst.FormattedString()
            | cst.BinaryOperation()
            | cst.List()
            | cst.Tuple()
            | cst.Dict()
            | cst.ListComp()
        ):
            return NOT_NONE
        case _:
            return UNKNOWN


def truth(value: Static) -> bool | None:
    """The truth of a value; None where it is not known. Only None and bools count (no text)."""
    match value:
        case Known(value=None):
            return False
        case Known(value=bool() as known):
            return known
        case _:
            return None


def decided(test: cst.BaseExpression, env: Environment) -> bool | None:
    """The truth of a test; None where it is not known.

    More is known than of a value: ``x and False`` is x where x is falsy, but never true.
    """
    known = truth(evaluate(test, env))
    if known is not None or not isinstance(test, cst.BooleanOperation):
        return known
    stops = isinstance(test.operator, cst.Or)
    left, right = decided(test.left, env), decided(test.right, env)
    if left is stops or (right is stops and is_pure(test.left)):
        return stops
    return right if left is not None else None


def _boolean(node: cst.BooleanOperation, env: Environment) -> Static:
    left = evaluate(node.left, env)
    left_truth = truth(left)
    stops = isinstance(node.operator, cst.Or)  # the truth of the left side that ends it
    if left_truth is not None:
        return left if left_truth is stops else evaluate(node.right, env)
    right = evaluate(node.right, env)
    # `x and False` is falsy whatever x is, but only its truth is known: bools alone may use that.
    if isinstance(right, Known) and right.value is stops and is_test(node.left):
        return right
    return UNKNOWN


def is_test(node: cst.BaseExpression) -> bool:
    """Whether an expression can only be a bool and has no effect, so that it may be dropped."""
    match node:
        case cst.Name(value="True" | "False"):
            return True
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return is_pure(inner)
        case cst.Comparison(
            left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=right)]
        ):
            return isinstance(operator, cst.Is | cst.IsNot) and is_pure(left) and is_pure(right)
        case cst.BooleanOperation(left=left, right=right):
            return is_test(left) and is_test(right)
        case _:
            return False


def is_pure(node: cst.BaseExpression) -> bool:
    """Whether evaluating an expression does nothing but read names and attributes."""
    match node:
        case cst.Name() | cst.Integer() | cst.Float() | cst.SimpleString():
            return True
        case cst.Attribute(value=value):
            return is_pure(value)
        case cst.BooleanOperation(left=left, right=right):
            return is_pure(left) and is_pure(right)
        case cst.IfExp(test=test, body=body, orelse=orelse):
            return is_pure(test) and is_pure(body) and is_pure(orelse)
        case _:
            return is_test(node)


def _comparison(node: cst.Comparison, env: Environment) -> Static:
    if len(node.comparisons) != 1:
        return UNKNOWN
    target = node.comparisons[0]
    if not (is_pure(node.left) and is_pure(target.comparator)):
        return UNKNOWN
    left, right = evaluate(node.left, env), evaluate(target.comparator, env)
    if isinstance(target.operator, cst.Is | cst.IsNot):
        same = _identical(left, right)
        if same is None:
            return UNKNOWN
        return Known(same is isinstance(target.operator, cst.Is))
    if isinstance(target.operator, cst.Equal | cst.NotEqual):
        if not (isinstance(left, Known) and isinstance(right, Known)):
            return UNKNOWN
        if not (isinstance(left.value, str) or isinstance(right.value, str)):
            return UNKNOWN  # only texts are compared for equality in the subset
        return Known((left.value == right.value) is isinstance(target.operator, cst.Equal))
    return UNKNOWN


def _identical(left: Static, right: Static) -> bool | None:
    if isinstance(right, Known) and right.value is None:
        left, right = right, left
    if not (isinstance(left, Known) and left.value is None):
        return None  # `is` with anything but None is outside the subset
    match right:
        case Known(value=value):
            return value is None
        case NotNone():
            return False
        case Unknown():
            return None


def _conditional(node: cst.IfExp, env: Environment) -> Static:
    test = truth(evaluate(node.test, env))
    if test is not None:
        return evaluate(node.body if test else node.orelse, env)
    one, other = evaluate(node.body, env), evaluate(node.orelse, env)
    if isinstance(one, Known) and one == other and is_pure(node.test):
        return one
    none_possible = any(isinstance(v, Unknown) or v == Known(None) for v in (one, other))
    return UNKNOWN if none_possible else NOT_NONE
