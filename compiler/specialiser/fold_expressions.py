"""Rewrites one expression for what is known of its names.

A bound parameter is replaced by what it stands for, a factory's call by the construction, a test
that is known by the branch that it takes.
"""

from __future__ import annotations

from typing import TypeVar

import libcst as cst

from fgc.compiler.backend.literal import literal
from fgc.compiler.specialiser.bindings import (
    Binding,
    Constant,
    Construct,
    ConstructEach,
    Construction,
    Inline,
    Kept,
)
from fgc.compiler.specialiser.calls import as_callable, construct
from fgc.compiler.specialiser.fstring import interpolated
from fgc.compiler.specialiser.iteration import Comprehension, iteration, takes_all, written_out
from fgc.compiler.specialiser.precedence import Parentheses
from fgc.compiler.specialiser.spreads import entries_written_out, keywords_written_out
from fgc.compiler.specialiser.static import (
    UNKNOWN,
    Environment,
    Known,
    decided,
    evaluate,
    is_test,
)

NodeT = TypeVar("NodeT", cst.BaseSuite, cst.BaseExpression, cst.BaseStatement)


def knows_anything(env: Environment) -> bool:
    """Whether ``env`` knows anything that a body could be folded for."""
    bindings = (b for b in env.parameters.values() if b != Kept() and b != Kept(given=True))
    return any(bindings) or any(value != UNKNOWN for value in env.attributes.values())


def fold_expression(node: cst.BaseExpression, env: Environment) -> cst.BaseExpression:
    """As `fold`, for an expression that stands alone."""
    return folded_by(ExpressionFolder, node, env) if knows_anything(env) else node


def folded_by(folder: type[ExpressionFolder], node: NodeT, env: Environment) -> NodeT:
    """``node``, visited by a ``folder``, with the parentheses that it then needs."""
    try:
        folded = node.visit(folder(env))
    except cst.CSTValidationError:  # `if(x):` cannot lose its parentheses
        folded = node.visit(folder(env, keep_parentheses=True))
    assert isinstance(folded, cst.CSTNode)
    return folded.visit(Parentheses())  # type: ignore[return-value]


_BRACKETED = (cst.Call, cst.Subscript, cst.List, cst.Dict, cst.Set, cst.ListComp, cst.DictComp)
_ATOMS = (cst.Name, cst.Attribute, cst.Integer, cst.Float, cst.SimpleString, *_BRACKETED)


class ExpressionFolder(cst.CSTTransformer):
    """Folds what is below a node, as far as it is expressions."""

    def __init__(self, env: Environment, *, keep_parentheses: bool = False):
        self.env = env
        self.keep_parentheses = keep_parentheses
        self.labels: set[int] = set()  # names that are no expressions, and targets
        self.tests: set[int] = set()  # expressions of which only the truth matters
        self.eager: set[int] = set()  # generators that are run to the end at once
        self.strings: list[cst.FormattedString] = []

    # Names that are labels: keywords of calls, attributes, parameters.

    def visit_Arg(self, node: cst.Arg) -> None:
        self.labels.add(id(node.keyword))

    def visit_Param(self, node: cst.Param) -> None:
        self.labels.add(id(node.name))

    def visit_MatchKeywordElement(self, node: cst.MatchKeywordElement) -> None:
        self.labels.add(id(node.key))

    def visit_ImportAlias(self, node: cst.ImportAlias) -> bool:
        return False

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self.labels.add(id(node.attr))

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self.labels.add(id(node.target))

    # Expressions.

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        binding = self.env.parameters.get(original_node.value)
        if id(original_node) in self.labels or binding is None:
            return updated_node
        value = _value(binding)
        return updated_node if value is None else self._in_place_of(original_node, value)

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        known = evaluate(original_node, self.env)
        if isinstance(known, Known) and id(original_node) not in self.labels:
            return self._in_place_of(original_node, literal(known.value))
        return updated_node

    def visit_UnaryOperation(self, node: cst.UnaryOperation) -> None:
        if isinstance(node.operator, cst.Not):
            self.note_test(node.expression)

    def leave_UnaryOperation(
        self, original_node: cst.UnaryOperation, updated_node: cst.UnaryOperation
    ) -> cst.BaseExpression:
        return self._known(original_node) or updated_node

    def leave_Comparison(
        self, original_node: cst.Comparison, updated_node: cst.Comparison
    ) -> cst.BaseExpression:
        return self._known(original_node) or updated_node

    def leave_BooleanOperation(
        self, original_node: cst.BooleanOperation, updated_node: cst.BooleanOperation
    ) -> cst.BaseExpression:
        stops = isinstance(original_node.operator, cst.Or)  # the truth of one side that decides
        left = decided(original_node.left, self.env)
        if left is not None:
            side = updated_node.left if left is stops else updated_node.right
            return self._in_place_of(original_node, side)
        only_truth = id(original_node) in self.tests
        if only_truth and decided(original_node, self.env) is not None:
            return self._in_place_of(original_node, literal(stops))
        known = self._known(original_node)
        if known is not None:
            return known
        right = decided(original_node.right, self.env)
        if right is (not stops) and (only_truth or is_test(original_node.left)):
            return self._in_place_of(original_node, updated_node.left)
        return updated_node.with_changes(
            left=self._bare(original_node.left, updated_node.left),
            right=self._bare(original_node.right, updated_node.right),
        )

    def visit_IfExp(self, node: cst.IfExp) -> None:
        self.note_test(node.test)

    def leave_IfExp(self, original_node: cst.IfExp, updated_node: cst.IfExp) -> cst.BaseExpression:
        test = decided(original_node.test, self.env)
        if test is None:
            return updated_node
        return self._in_place_of(original_node, updated_node.body if test else updated_node.orelse)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        match original_node.func:
            case cst.Name(value=name) if isinstance(
                binding := self.env.parameters.get(name), Construct
            ):
                return construct(binding.construction, updated_node)
            case _:
                return keywords_written_out(original_node, updated_node)

    def leave_Dict(self, original_node: cst.Dict, updated_node: cst.Dict) -> cst.BaseExpression:
        return entries_written_out(original_node, updated_node)

    def _known(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        known = evaluate(node, self.env)
        if not isinstance(known, Known):
            return None
        return self._in_place_of(node, literal(known.value))

    def note_test(self, node: cst.BaseExpression) -> None:
        self.tests.add(id(node))
        if isinstance(node, cst.BooleanOperation):
            self.note_test(node.left)
            self.note_test(node.right)

    def _in_place_of(
        self, replaced: cst.BaseExpression, expression: cst.BaseExpression
    ) -> cst.BaseExpression:
        """``expression`` with the parentheses that ``replaced`` had, where they may be needed."""
        if not replaced.lpar:
            return expression
        if expression.lpar:
            return expression
        keeps = self.keep_parentheses or not isinstance(expression, _ATOMS)
        if keeps or "\n" in cst.Module([]).code_for_node(expression):
            return expression.with_changes(lpar=replaced.lpar, rpar=replaced.rpar)
        return expression

    def _bare(
        self, replaced: cst.BaseExpression, expression: cst.BaseExpression
    ) -> cst.BaseExpression:
        """A side of ``and`` or ``or`` without the parentheses that only what it replaced needed."""
        if (
            isinstance(replaced, cst.BooleanOperation)
            and isinstance(expression, cst.Comparison)
            and not self.keep_parentheses
            and "\n" not in cst.Module([]).code_for_node(expression)
        ):
            return expression.with_changes(lpar=[], rpar=[])
        return expression

    # Formatted strings.

    def visit_FormattedString(self, node: cst.FormattedString) -> None:
        self.strings.append(node)

    def leave_FormattedString(
        self, original_node: cst.FormattedString, updated_node: cst.FormattedString
    ) -> cst.BaseExpression:
        self.strings.pop()
        return updated_node

    def leave_FormattedStringExpression(
        self,
        original_node: cst.FormattedStringExpression,
        updated_node: cst.FormattedStringExpression,
    ) -> cst.FlattenSentinel[cst.BaseFormattedStringContent]:
        return cst.FlattenSentinel(interpolated(original_node, updated_node, self.strings[-1]))

    # Iteration over a list of factories.

    def visit_Call(self, node: cst.Call) -> None:
        for arg in node.args:
            if isinstance(arg.value, cst.GeneratorExp) and (arg.star == "*" or takes_all(node)):
                self.eager.add(id(arg.value))

    def visit_ListComp(self, node: cst.ListComp) -> bool:
        return self._written_out(node) is None

    def leave_ListComp(
        self, original_node: cst.ListComp, updated_node: cst.ListComp
    ) -> cst.BaseExpression:
        return self._written_out(original_node) or updated_node

    def visit_GeneratorExp(self, node: cst.GeneratorExp) -> bool:
        return self._written_out(node) is None

    def leave_GeneratorExp(
        self, original_node: cst.GeneratorExp, updated_node: cst.GeneratorExp
    ) -> cst.BaseExpression:
        return self._written_out(original_node) or updated_node

    def _written_out(self, node: Comprehension) -> cst.BaseExpression | None:
        if isinstance(node, cst.GeneratorExp) and id(node) not in self.eager:
            return None
        over = iteration(node)
        binding = None if over is None else self.env.parameters.get(over.factories)
        if over is None or not isinstance(binding, ConstructEach):
            return None

        def element(construction: Construction, index: int | None) -> cst.BaseExpression:
            names: dict[str, Binding] = {**self.env.parameters, over.item: Construct(construction)}
            if over.index is not None and index is not None:
                names[over.index] = Inline(cst.Integer(str(index)))
            return fold_expression(node.elt, Environment(names, self.env.attributes))

        return written_out(node, over, binding.constructions, element)


def _value(binding: Binding) -> cst.BaseExpression | None:
    """What stands in the place of a bound parameter; None for one that is kept."""
    match binding:
        case Constant(value=value):
            return literal(value)
        case Inline(code=code):
            return code.deep_clone()
        case Construct(construction=construction):
            return as_callable(construction)
        case ConstructEach(constructions=constructions):
            return cst.List([cst.Element(as_callable(each)) for each in constructions])
        case Kept():
            return None
