"""Keeps generators what they are: without a ``yield``, a function would run when it is called."""

from __future__ import annotations

import libcst as cst


def still_a_generator(original: cst.BaseSuite, folded: cst.BaseSuite) -> cst.BaseSuite:
    """``folded``, with a ``yield`` that is never reached where folding took all others."""
    if not _yields(original) or _yields(folded) or not isinstance(folded, cst.IndentedBlock):
        return folded
    body = list(folded.body)
    if not _ends(body[-1]):
        body.append(cst.SimpleStatementLine([cst.Return()]))
    body.append(cst.SimpleStatementLine([cst.Expr(cst.Yield())]))
    return folded.with_changes(body=body)


def _ends(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and any(
        isinstance(small, cst.Return | cst.Raise) for small in statement.body
    )


def _yields(body: cst.BaseSuite) -> bool:
    finder = _Yields()
    body.visit(finder)
    return finder.found


class _Yields(cst.CSTVisitor):
    def __init__(self) -> None:
        self.found = False

    def visit_Yield(self, node: cst.Yield) -> None:
        self.found = True

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        return False
