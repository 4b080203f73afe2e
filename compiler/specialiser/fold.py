"""Rewrites one body for what is known of its parameters and of the attributes of ``self``.

A single bottom-up walk: a branch whose test is known is replaced by what it takes, a bound
parameter by what it stands for, a factory's call by the construction. Statements keep their
comments; a branch that goes takes its comments along.
"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from fgc.compiler.specialiser.calls import Unspecialisable
from fgc.compiler.specialiser.contexts import without_nullcontexts
from fgc.compiler.specialiser.fold_expressions import ExpressionFolder, folded_by, knows_anything
from fgc.compiler.specialiser.generators import still_a_generator
from fgc.compiler.specialiser.static import Environment, decided, is_pure

__all__ = ["Unspecialisable", "fold", "fold_statement", "knows_anything"]


def fold(body: cst.BaseSuite, env: Environment) -> cst.BaseSuite:
    """``body`` with everything that ``env`` knows written out.

    Raises `Unspecialisable` where a factory is used in a way that cannot be written out.

    >>> from fgc.compiler.specialiser.bindings import Constant
    >>> module = cst.parse_module("def f():\\n    if bias is None:\\n        a()\\n    b(bias)\\n")
    >>> function = cst.ensure_type(module.body[0], cst.FunctionDef)
    >>> folded = fold(function.body, Environment({"bias": Constant(None)}, {}))
    >>> print(module.with_changes(body=[function.with_changes(body=folded)]).code)
    def f():
        a()
        b(None)
    <BLANKLINE>
    """
    if not knows_anything(env):
        return body
    return still_a_generator(body, folded_by(_Folder, body, env))


def fold_statement(node: cst.BaseStatement, env: Environment) -> cst.BaseStatement:
    """As `fold`, for a statement that stands alone."""
    return folded_by(_Folder, node, env) if knows_anything(env) else node


class _Folder(ExpressionFolder):
    def __init__(self, env: Environment, *, keep_parentheses: bool = False):
        super().__init__(env, keep_parentheses=keep_parentheses)
        self.elifs: set[int] = set()
        self.spliced: set[int] = set()  # last statements of branches that took their `if`'s place
        self.footers: dict[int, Sequence[cst.EmptyLine]] = {}  # comments below those statements

    def visit_If(self, node: cst.If) -> None:
        self.note_test(node.test)
        if isinstance(node.orelse, cst.If):
            self.elifs.add(id(node.orelse))

    def visit_While(self, node: cst.While) -> None:
        self.note_test(node.test)

    def visit_Assert(self, node: cst.Assert) -> None:
        self.note_test(node.test)

    def visit_CompIf(self, node: cst.CompIf) -> None:
        self.note_test(node.test)

    def leave_If(
        self, original_node: cst.If, updated_node: cst.If
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement] | cst.RemovalSentinel:
        test = decided(original_node.test, self.env)
        if test is None:
            return self._without_empty_branches(original_node, updated_node)
        if id(original_node) in self.elifs:
            return _folded_elif(updated_node, test)
        if test:
            return self._spliced(updated_node.body, updated_node.leading_lines)
        match updated_node.orelse:
            case None:
                return cst.RemoveFromParent()
            case cst.If() as following:
                lines = [*updated_node.leading_lines, *following.leading_lines]
                return following.with_changes(leading_lines=lines)
            case cst.Else(body=body, leading_lines=lines):
                return self._spliced(body, [*updated_node.leading_lines, *lines])

    def _without_empty_branches(
        self, original: cst.If, updated: cst.If
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        """``updated`` without branches of which nothing is left."""
        if isinstance(updated.orelse, cst.Else) and _is_empty(updated.orelse.body):
            updated = updated.with_changes(orelse=None)
        emptied = _is_empty(updated.body) and not _is_empty(original.body)
        if emptied and updated.orelse is None and is_pure(updated.test):
            return cst.RemoveFromParent()
        return updated

    def _spliced(
        self, body: cst.BaseSuite, leading_lines: Sequence[cst.EmptyLine]
    ) -> cst.FlattenSentinel[cst.BaseStatement]:
        """The statements of a branch, the comment above the branch moved to the first of them."""
        statements = [s for s in _statements(body) if not _is_pass(s)]
        if statements:
            first = statements[0]
            lines = [*leading_lines, *getattr(first, "leading_lines", ())]
            statements[0] = first.with_changes(leading_lines=lines)
            self.spliced.add(id(statements[-1]))
            if isinstance(body, cst.IndentedBlock) and body.footer:
                self.footers[id(statements[-1])] = body.footer
        return cst.FlattenSentinel(statements)

    def leave_With(
        self, original_node: cst.With, updated_node: cst.With
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        node = without_nullcontexts(original_node, updated_node)
        if node is not None:
            return node
        return self._spliced(updated_node.body, updated_node.leading_lines)

    def leave_Expr(
        self, original_node: cst.Expr, updated_node: cst.Expr
    ) -> cst.BaseSmallStatement | cst.RemovalSentinel:
        folded = not isinstance(original_node.value, cst.Name)
        match updated_node.value:
            case cst.Name(value="None" | "True" | "False") if folded:
                return cst.RemoveFromParent()
            case _:
                return updated_node

    def leave_Assert(
        self, original_node: cst.Assert, updated_node: cst.Assert
    ) -> cst.BaseSmallStatement | cst.RemovalSentinel:
        return cst.RemoveFromParent() if decided(original_node.test, self.env) else updated_node

    def leave_SimpleStatementLine(
        self,
        original_node: cst.SimpleStatementLine,
        updated_node: cst.SimpleStatementLine,
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        return updated_node if updated_node.body else cst.RemoveFromParent()

    def leave_SimpleStatementSuite(
        self,
        original_node: cst.SimpleStatementSuite,
        updated_node: cst.SimpleStatementSuite,
    ) -> cst.BaseSuite:
        return updated_node if updated_node.body else updated_node.with_changes(body=[cst.Pass()])

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        body: list[cst.BaseStatement] = []
        comments: Sequence[cst.EmptyLine] = ()  # below the statement before
        for statement in _statements(updated_node):
            if comments:
                lines = [*comments, *getattr(statement, "leading_lines", ())]
                body.append(statement.with_changes(leading_lines=lines))
            else:
                body.append(statement)
            comments = self.footers.get(id(statement), ())
            if id(statement) in self.spliced and _ends(statement):
                break  # what follows a branch that returns was for the other branch
        footer = [*comments, *updated_node.footer]
        return updated_node.with_changes(body=body or [_pass()], footer=footer)


def _folded_elif(node: cst.If, test: bool) -> cst.BaseStatement | cst.RemovalSentinel:
    """An ``elif`` whose test is known: an ``else``, what follows it, or nothing."""
    if test:
        return cst.Else(body=node.body, leading_lines=node.leading_lines)  # type: ignore[return-value]
    return node.orelse if node.orelse is not None else cst.RemoveFromParent()  # type: ignore[return-value]


def _statements(body: cst.BaseSuite) -> list[cst.BaseStatement]:
    if isinstance(body, cst.SimpleStatementSuite):
        return [cst.SimpleStatementLine(body.body, trailing_whitespace=body.trailing_whitespace)]
    return [s for s in body.body if isinstance(s, cst.BaseStatement)]


def _is_pass(statement: cst.BaseStatement) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and all(
        isinstance(small, cst.Pass) for small in statement.body
    )


def _is_empty(body: cst.BaseSuite) -> bool:
    return all(_is_pass(statement) for statement in _statements(body))


def _ends(statement: cst.BaseStatement) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and any(
        isinstance(small, cst.Return | cst.Raise) for small in statement.body
    )


def _pass() -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine([cst.Pass()])
