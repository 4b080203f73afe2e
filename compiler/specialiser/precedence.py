"""Puts parentheses where an expression that took the place of another one needs them."""

from __future__ import annotations

from typing import Final, TypeVar

import libcst as cst

ExpressionT = TypeVar("ExpressionT", bound=cst.BaseExpression)

# How tightly operators bind, from Python's grammar.
ANY, LAMBDA, CONDITION, OR, AND, NOT, COMPARISON, BIT_OR, BIT_XOR, BIT_AND, SHIFT = range(11)
SUM, PRODUCT, SIGN, POWER, AWAIT, PRIMARY = range(11, 17)

_BINARY: Final[dict[type[cst.BaseBinaryOp], int]] = {
    cst.BitOr: BIT_OR,
    cst.BitXor: BIT_XOR,
    cst.BitAnd: BIT_AND,
    cst.LeftShift: SHIFT,
    cst.RightShift: SHIFT,
    cst.Add: SUM,
    cst.Subtract: SUM,
    cst.Power: POWER,
}


def strength(node: cst.BaseExpression) -> int:
    """How tightly the outermost operator of ``node`` binds."""
    if node.lpar:
        return PRIMARY
    match node:
        case cst.NamedExpr() | cst.Yield() | cst.Tuple():
            return ANY
        case cst.Lambda():
            return LAMBDA
        case cst.IfExp():
            return CONDITION
        case cst.BooleanOperation(operator=operator):
            return OR if isinstance(operator, cst.Or) else AND
        case cst.UnaryOperation(operator=operator):
            return NOT if isinstance(operator, cst.Not) else SIGN
        case cst.Comparison():
            return COMPARISON
        case cst.BinaryOperation(operator=operator):
            return _BINARY.get(type(operator), PRODUCT)
        case cst.Await():
            return AWAIT
        case _:
            return PRIMARY


def at_least(node: ExpressionT, minimum: int) -> ExpressionT:
    """``node``, in parentheses if it binds less tightly than ``minimum``."""
    return node if strength(node) >= minimum else parenthesised(node)


def parenthesised(node: ExpressionT) -> ExpressionT:
    """``node`` in parentheses of its own."""
    return node.with_changes(
        lpar=[cst.LeftParen(), *node.lpar], rpar=[*node.rpar, cst.RightParen()]
    )


class Parentheses(cst.CSTTransformer):
    """Adds the parentheses that are missing; a tree that was parsed has none missing."""

    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        own = _BINARY.get(type(updated_node.operator), PRODUCT)
        left, right = (AWAIT, SIGN) if own == POWER else (own, own + 1)
        return updated_node.with_changes(
            left=at_least(updated_node.left, left), right=at_least(updated_node.right, right)
        )

    def leave_UnaryOperation(
        self, original_node: cst.UnaryOperation, updated_node: cst.UnaryOperation
    ) -> cst.BaseExpression:
        minimum = NOT if isinstance(updated_node.operator, cst.Not) else SIGN
        return updated_node.with_changes(expression=at_least(updated_node.expression, minimum))

    def leave_BooleanOperation(
        self, original_node: cst.BooleanOperation, updated_node: cst.BooleanOperation
    ) -> cst.BaseExpression:
        own = OR if isinstance(updated_node.operator, cst.Or) else AND
        return updated_node.with_changes(
            left=at_least(updated_node.left, own), right=at_least(updated_node.right, own)
        )

    def leave_Comparison(
        self, original_node: cst.Comparison, updated_node: cst.Comparison
    ) -> cst.BaseExpression:
        return updated_node.with_changes(left=at_least(updated_node.left, BIT_OR))

    def leave_ComparisonTarget(
        self, original_node: cst.ComparisonTarget, updated_node: cst.ComparisonTarget
    ) -> cst.ComparisonTarget:
        return updated_node.with_changes(comparator=at_least(updated_node.comparator, BIT_OR))

    def leave_IfExp(self, original_node: cst.IfExp, updated_node: cst.IfExp) -> cst.BaseExpression:
        return updated_node.with_changes(
            body=at_least(updated_node.body, OR),
            test=at_least(updated_node.test, OR),
            orelse=at_least(updated_node.orelse, LAMBDA),
        )

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        value = at_least(updated_node.value, PRIMARY)
        if isinstance(value, cst.Integer) and not value.lpar:
            value = parenthesised(value)
        return updated_node.with_changes(value=value)

    def leave_Subscript(
        self, original_node: cst.Subscript, updated_node: cst.Subscript
    ) -> cst.BaseExpression:
        return updated_node.with_changes(value=at_least(updated_node.value, PRIMARY))

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        return updated_node.with_changes(func=at_least(updated_node.func, PRIMARY))

    def leave_Await(self, original_node: cst.Await, updated_node: cst.Await) -> cst.BaseExpression:
        return updated_node.with_changes(expression=at_least(updated_node.expression, PRIMARY))

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        minimum = BIT_OR if updated_node.star == "*" else LAMBDA
        if not updated_node.star and isinstance(updated_node.value, cst.NamedExpr):
            return updated_node
        return updated_node.with_changes(value=at_least(updated_node.value, minimum))

    def leave_StarredElement(
        self, original_node: cst.StarredElement, updated_node: cst.StarredElement
    ) -> cst.BaseExpression:
        return updated_node.with_changes(value=at_least(updated_node.value, BIT_OR))

    def leave_StarredDictElement(
        self, original_node: cst.StarredDictElement, updated_node: cst.StarredDictElement
    ) -> cst.BaseDictElement:
        return updated_node.with_changes(value=at_least(updated_node.value, BIT_OR))

    def leave_CompFor(self, original_node: cst.CompFor, updated_node: cst.CompFor) -> cst.CompFor:
        return updated_node.with_changes(iter=at_least(updated_node.iter, OR))

    def leave_CompIf(self, original_node: cst.CompIf, updated_node: cst.CompIf) -> cst.CompIf:
        return updated_node.with_changes(test=at_least(updated_node.test, OR))

    def leave_FormattedStringExpression(
        self,
        original_node: cst.FormattedStringExpression,
        updated_node: cst.FormattedStringExpression,
    ) -> cst.BaseFormattedStringContent:
        value = updated_node.expression
        braces = cst.Dict | cst.Set | cst.DictComp | cst.SetComp | cst.Lambda
        if isinstance(value, braces) and not value.lpar:
            return updated_node.with_changes(expression=parenthesised(value))
        return updated_node
