"""Rewrites one body for what is known of its parameters and of the attributes of ``self``.

A single bottom-up walk: a branch whose test is known is replaced by what it takes, a bound
parameter by what it stands for, a factory's call by the construction. Statements keep their
comments; a branch that goes takes its comments along.
"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from fgc.compiler.backend.literal import literal
from fgc.compiler.specialiser.bindings import (
    Constant,
    Construct,
    ConstructEach,
    Construction,
    Inline,
    is_config,
)
from fgc.compiler.specialiser.static import Environment, Known, evaluate, is_test, truth


class Unspecialisable(Exception):
    """A construct outside the subset: ``node`` is where, the message says what."""

    def __init__(self, message: str, node: cst.CSTNode):
        super().__init__(message)
        self.node = node


def fold(body: cst.BaseSuite, env: Environment) -> cst.BaseSuite:
    """``body`` with everything that ``env`` knows written out.

    Raises `Unspecialisable` where a factory is used in a way that cannot be written out.

    >>> module = cst.parse_module("def f():\\n    if bias is None:\\n        a()\\n    b(bias)\\n")
    >>> function = cst.ensure_type(module.body[0], cst.FunctionDef)
    >>> folded = fold(function.body, Environment({"bias": Constant(None)}, {}))
    >>> print(module.with_changes(body=[function.with_changes(body=folded)]).code)
    def f():
        a()
        b(None)
    <BLANKLINE>
    """
    folded = body.visit(_Folder(env))
    assert isinstance(folded, cst.BaseSuite)
    return folded


def fold_expression(node: cst.BaseExpression, env: Environment) -> cst.BaseExpression:
    """As `fold`, for an expression that stands alone."""
    folded = node.visit(_Folder(env))
    assert isinstance(folded, cst.BaseExpression)
    return folded


ATOMS = (
    cst.Name,
    cst.Attribute,
    cst.Call,
    cst.Subscript,
    cst.Integer,
    cst.Float,
    cst.SimpleString,
    cst.List,
    cst.Dict,
    cst.Set,
    cst.ListComp,
    cst.DictComp,
)


def _in_place_of(
    replaced: cst.BaseExpression, expression: cst.BaseExpression
) -> cst.BaseExpression:
    """``expression`` with the parentheses that ``replaced`` had, where it needs them."""
    if isinstance(expression, ATOMS) or expression.lpar:
        return expression
    return expression.with_changes(lpar=replaced.lpar, rpar=replaced.rpar)


def _bare(replaced: cst.BaseExpression, expression: cst.BaseExpression) -> cst.BaseExpression:
    """A side of ``and`` or ``or`` without the parentheses that only what it replaced needed."""
    if isinstance(replaced, cst.BooleanOperation) and isinstance(expression, cst.Comparison):
        return expression.with_changes(lpar=[], rpar=[])
    return expression


class _Folder(cst.CSTTransformer):
    def __init__(self, env: Environment):
        self.env = env
        self.labels = 0  # depth of places where a Name is a label, not an expression
        self.targets = 0  # depth of places that are assigned to
        self.elifs: set[int] = set()

    # Names that are labels: keywords of calls, attributes, parameters.

    def visit_Arg_keyword(self, node: cst.Arg) -> None:
        self.labels += 1

    def leave_Arg_keyword(self, node: cst.Arg) -> None:
        self.labels -= 1

    def visit_Attribute_attr(self, node: cst.Attribute) -> None:
        self.labels += 1

    def leave_Attribute_attr(self, node: cst.Attribute) -> None:
        self.labels -= 1

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self.targets += 1

    def leave_AssignTarget(
        self, original_node: cst.AssignTarget, updated_node: cst.AssignTarget
    ) -> cst.AssignTarget:
        self.targets -= 1
        return updated_node

    def visit_Param_name(self, node: cst.Param) -> None:
        self.labels += 1

    def leave_Param_name(self, node: cst.Param) -> None:
        self.labels -= 1

    # Expressions.

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        if self.labels or original_node.value not in self.env.parameters:
            return updated_node
        match self.env.parameters[original_node.value]:
            case Constant(value=value):
                return literal(value)
            case Inline(code=code):
                return code.deep_clone()
            case _:
                return updated_node

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        known = evaluate(original_node, self.env)
        if isinstance(known, Known) and not self.targets:
            return literal(known.value)
        if isinstance(updated_node.value, cst.UnaryOperation | cst.Integer):
            return updated_node.with_changes(value=_parenthesised(updated_node.value))
        return updated_node

    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        if isinstance(updated_node.operator, cst.Power) and isinstance(
            updated_node.left, cst.UnaryOperation
        ):
            return updated_node.with_changes(left=_parenthesised(updated_node.left))
        return updated_node

    def leave_UnaryOperation(
        self, original_node: cst.UnaryOperation, updated_node: cst.UnaryOperation
    ) -> cst.BaseExpression:
        return self._known(original_node) or updated_node

    def leave_Comparison(
        self, original_node: cst.Comparison, updated_node: cst.Comparison
    ) -> cst.BaseExpression:
        return self._known(original_node) or updated_node

    def _known(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        known = evaluate(node, self.env)
        return literal(known.value) if isinstance(known, Known) else None

    def leave_BooleanOperation(
        self, original_node: cst.BooleanOperation, updated_node: cst.BooleanOperation
    ) -> cst.BaseExpression:
        stops = isinstance(original_node.operator, cst.Or)  # the truth of one side that decides
        left = truth(evaluate(original_node.left, self.env))
        if left is not None:
            side = updated_node.left if left is stops else updated_node.right
            return _in_place_of(original_node, side)
        known = self._known(original_node)
        if known is not None:
            return known
        right = truth(evaluate(original_node.right, self.env))
        if right is (not stops) and is_test(updated_node.left):
            return _in_place_of(original_node, updated_node.left)
        return updated_node.with_changes(
            left=_bare(original_node.left, updated_node.left),
            right=_bare(original_node.right, updated_node.right),
        )

    def leave_IfExp(self, original_node: cst.IfExp, updated_node: cst.IfExp) -> cst.BaseExpression:
        test = truth(evaluate(original_node.test, self.env))
        if test is None:
            return updated_node
        return _in_place_of(original_node, updated_node.body if test else updated_node.orelse)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        match original_node.func:
            case cst.Name(value=name) if isinstance(
                binding := self.env.parameters.get(name), Construct
            ):
                return construct(binding.construction, updated_node)
            case _:
                return updated_node

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        """A factory passed on becomes a callable: the class itself, or a `partial` of it."""
        match original_node.value:
            case cst.Name(value=name) if isinstance(
                binding := self.env.parameters.get(name), Construct
            ):
                return updated_node.with_changes(value=as_callable(binding.construction))
            case _:
                return updated_node

    # Iteration over a list of factories.

    def visit_ListComp(self, node: cst.ListComp) -> bool:
        return self._each(node) is None

    def leave_ListComp(
        self, original_node: cst.ListComp, updated_node: cst.ListComp
    ) -> cst.BaseExpression:
        each = self._each(original_node)
        if each is None:
            return updated_node
        return _written_out(original_node, each, self.env)

    def visit_GeneratorExp(self, node: cst.GeneratorExp) -> bool:
        if self._each(node) is not None:
            raise Unspecialisable("iterate over a list of factories in a list comprehension", node)
        return True

    def visit_For(self, node: cst.For) -> bool:
        match node.iter:
            case cst.Name(value=name) if isinstance(self.env.parameters.get(name), ConstructEach):
                raise Unspecialisable(
                    "iterate over a list of factories in a list comprehension", node
                )
            case _:
                return True

    def _each(self, node: cst.ListComp | cst.GeneratorExp) -> ConstructEach | None:
        name = _iterated(node.for_in.iter)
        binding = self.env.parameters.get(name) if name else None
        return binding if isinstance(binding, ConstructEach) else None

    # Statements.

    def visit_If(self, node: cst.If) -> None:
        if isinstance(node.orelse, cst.If):
            self.elifs.add(id(node.orelse))

    def leave_If(
        self, original_node: cst.If, updated_node: cst.If
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement] | cst.RemovalSentinel:
        test = truth(evaluate(original_node.test, self.env))
        is_elif = id(original_node) in self.elifs
        if test is None:
            return updated_node
        if is_elif:
            return _folded_elif(updated_node, test)
        if test:
            return _flattened(updated_node.body, updated_node.leading_lines)
        match updated_node.orelse:
            case None:
                return cst.RemoveFromParent()
            case cst.If() as following:
                return following.with_changes(leading_lines=updated_node.leading_lines)
            case cst.Else(body=body):
                return _flattened(body, updated_node.leading_lines)

    def leave_Assert(
        self, original_node: cst.Assert, updated_node: cst.Assert
    ) -> cst.BaseSmallStatement | cst.RemovalSentinel:
        if truth(evaluate(original_node.test, self.env)):
            return cst.RemoveFromParent()
        return updated_node

    def leave_SimpleStatementLine(
        self,
        original_node: cst.SimpleStatementLine,
        updated_node: cst.SimpleStatementLine,
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        return updated_node if updated_node.body else cst.RemoveFromParent()

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        return updated_node.with_changes(body=_reachable(updated_node.body) or [PASS])


PASS = cst.SimpleStatementLine([cst.Pass()])


def _folded_elif(node: cst.If, test: bool) -> cst.BaseStatement | cst.RemovalSentinel:
    """An ``elif`` whose test is known: an ``else``, what follows it, or nothing."""
    if test:
        return cst.Else(body=node.body, leading_lines=node.leading_lines)  # type: ignore[return-value]
    return node.orelse if node.orelse is not None else cst.RemoveFromParent()  # type: ignore[return-value]


def _flattened(
    body: cst.BaseSuite, leading_lines: Sequence[cst.EmptyLine]
) -> cst.FlattenSentinel[cst.BaseStatement]:
    """The statements of a branch, the comment above the branch moved to the first of them."""
    if isinstance(body, cst.SimpleStatementSuite):
        statements: list[cst.BaseStatement] = [cst.SimpleStatementLine(body.body)]
    else:
        statements = [s for s in body.body if isinstance(s, cst.BaseStatement)]
    statements = [s for s in statements if not _is_pass(s)]
    if statements:
        first = statements[0]
        lines = [*leading_lines, *getattr(first, "leading_lines", ())]
        statements[0] = first.with_changes(leading_lines=lines)
    return cst.FlattenSentinel(statements)


def _is_pass(statement: cst.BaseStatement) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and all(
        isinstance(small, cst.Pass) for small in statement.body
    )


def _reachable(body: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    """``body`` up to its first unconditional ``return`` or ``raise``."""
    for index, statement in enumerate(body):
        if isinstance(statement, cst.SimpleStatementLine) and any(
            isinstance(small, cst.Return | cst.Raise) for small in statement.body
        ):
            return list(body[: index + 1])
    return list(body)


def _parenthesised(node: cst.BaseExpression) -> cst.BaseExpression:
    if node.lpar:
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


# Constructions.


def construct(construction: Construction, call: cst.Call) -> cst.Call:
    """The construction, with the keywords that the factory's call adds."""
    given: list[cst.Arg] = []
    for arg in call.args:
        if arg.keyword is None:
            raise Unspecialisable("a factory is called with keywords only", call)
        if construction.takes is None or arg.keyword.value in construction.takes:
            given.append(arg)
    first = [arg for arg in construction.args if arg.keyword is None]
    bound = [arg for arg in construction.args if arg.keyword is not None]
    if first and is_config(first[0].value):
        given = [a for a in given if a.keyword is None or a.keyword.value != "config"]
    args = [*first, *by_position([*given, *bound], construction.positional)]
    args = [arg.with_changes(comma=cst.MaybeSentinel.DEFAULT) for arg in args]
    if construction.exploded and args:
        args[-1] = args[-1].with_changes(comma=cst.Comma())
    return cst.Call(construction.callee, args)


def by_position(args: Sequence[cst.Arg], positional: Sequence[str]) -> list[cst.Arg]:
    """``args`` with the leading ``positional`` ones written without their keywords."""
    named = {arg.keyword.value: arg for arg in args if arg.keyword is not None}
    leading = [arg for arg in args if arg.keyword is None]
    positional = positional[len(leading) :]
    for name in positional:
        if name not in named:
            break
        leading.append(named.pop(name).with_changes(keyword=None, equal=cst.MaybeSentinel.DEFAULT))
    return [*leading, *named.values()]


def as_callable(construction: Construction) -> cst.BaseExpression:
    """The construction as a value: the class itself where nothing is bound, else a `partial`."""
    if not construction.args:
        return construction.callee
    return cst.Call(cst.Name("partial"), [cst.Arg(construction.callee), *construction.args])


def _iterated(node: cst.BaseExpression) -> str | None:
    """The name in ``for x in name`` and ``for i, x in enumerate(name)``."""
    match node:
        case cst.Name(value=name):
            return name
        case cst.Call(func=cst.Name(value="enumerate"), args=[cst.Arg(value=cst.Name(value=name))]):
            return name
        case _:
            return None


def _written_out(node: cst.ListComp, each: ConstructEach, env: Environment) -> cst.BaseExpression:
    """A comprehension over factories, one construction each; equal runs stay a comprehension."""
    index, item = _targets(node)
    runs: list[tuple[Construction, int, int]] = []
    for position, construction in enumerate(each.constructions):
        if runs and _same(runs[-1][0], construction):
            runs[-1] = (runs[-1][0], runs[-1][1], position + 1)
        else:
            runs.append((construction, position, position + 1))
    elements: list[cst.BaseElement] = []
    for construction, start, stop in runs:
        element = _element(node, item, construction, env)
        if stop - start == 1 or (index is None and len(runs) == 1 and stop == 1):
            single = element if index is None else _with_index(element, index, start)
            elements.append(cst.Element(single))
            continue
        span = [cst.Arg(cst.Integer(str(stop)))]
        if start:
            span.insert(0, cst.Arg(cst.Integer(str(start))))
        loop = cst.CompFor(target=cst.Name(index or "_"), iter=cst.Call(cst.Name("range"), span))
        if len(runs) == 1:
            return cst.ListComp(elt=element, for_in=loop)
        elements.append(cst.StarredElement(cst.GeneratorExp(elt=element, for_in=loop)))
    return cst.List(elements)


def _targets(node: cst.ListComp) -> tuple[str | None, str]:
    """The names of the index (None without one) and of the factory in a comprehension."""
    if node.for_in.ifs or node.for_in.inner_for_in is not None:
        raise Unspecialisable("a comprehension over factories has one `for` and no `if`", node)
    match node.for_in.target:
        case cst.Name(value=item):
            return None, item
        case cst.Tuple(
            elements=[
                cst.Element(value=cst.Name(value=index)),
                cst.Element(value=cst.Name(value=item)),
            ]
        ):
            return index, item
        case _:
            raise Unspecialisable("a comprehension over factories names the factory", node)


def _element(
    node: cst.ListComp, item: str, construction: Construction, env: Environment
) -> cst.BaseExpression:
    inner = Environment({**env.parameters, item: Construct(construction)}, env.attributes)
    return fold_expression(node.elt, inner)


def _with_index(node: cst.BaseExpression, index: str, value: int) -> cst.BaseExpression:
    number = Environment({index: Inline(cst.Integer(str(value)))}, {})
    return fold_expression(node, number)


def _same(one: Construction, other: Construction) -> bool:
    return (
        one.takes == other.takes
        and one.callee.deep_equals(other.callee)
        and len(one.args) == len(other.args)
        and all(a.deep_equals(b) for a, b in zip(one.args, other.args, strict=True))
    )
