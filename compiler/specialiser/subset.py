"""Checks that a definition keeps to the subset that can be specialised."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from fgc.compiler.specialiser.definition import finals, parameters

FORBIDDEN_CALLS = frozenset(
    {"locals", "vars", "globals", "eval", "exec", "setattr", "hasattr", "dir", "delattr"}
)


@dataclass(frozen=True, slots=True)
class Violation:
    """One construct outside the subset: what it is and where."""

    message: str
    node: cst.CSTNode


def violations(source: cst.ClassDef | cst.FunctionDef) -> list[Violation]:
    """Everything in ``source`` that the specialiser may not touch; empty for the subset.

    >>> code = "def f(*, n: int | None = None):\\n    n = n or 1\\n    return eval('n')\\n"
    >>> function = cst.ensure_type(cst.parse_statement(code), cst.FunctionDef)
    >>> [violation.message for violation in violations(function)]
    ['the parameter `n` is assigned to', '`eval` hides what is read']
    """
    found: list[Violation] = []
    bound = {param.name.value for param in parameters(source)}
    init = source
    if isinstance(source, cst.ClassDef):
        methods = [s for s in source.body.body if isinstance(s, cst.FunctionDef)]
        init = next((m for m in methods if m.name.value == "__init__"), None)
        try:
            finals(source)
        except ValueError as error:
            found.append(Violation(str(error), source))
    if isinstance(init, cst.FunctionDef):
        found += _star_parameters(init, isinstance(source, cst.ClassDef))
        scan = _Parameters(bound, isinstance(source, cst.ClassDef))
        init.body.visit(scan)
        found += scan.found
    calls = _Calls()
    source.visit(calls)
    return found + calls.found


def _star_parameters(function: cst.FunctionDef, constructor: bool) -> list[Violation]:
    star = function.params.star_arg
    if constructor and (isinstance(star, cst.Param) or function.params.star_kwarg is not None):
        return [Violation("a constructor takes `*args` or `**kwargs`", function)]
    return []


class _Parameters(cst.CSTVisitor):
    """Rebinding, shadowing and, in constructors, reading by inner functions."""

    def __init__(self, names: set[str], constructor: bool):
        self.names = names
        self.constructor = constructor
        self.inner = 0
        self.found: list[Violation] = []

    def _assigned(self, node: cst.CSTNode) -> None:
        match node:
            case cst.Name(value=name) if name in self.names:
                self.found.append(Violation(f"the parameter `{name}` is assigned to", node))
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                for element in elements:
                    self._assigned(element.value)
            case cst.StarredElement(value=value):
                self._assigned(value)
            case _:
                pass

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self._assigned(node.target)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._assigned(node.target)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._assigned(node.target)

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
        self._assigned(node.target)

    def visit_For(self, node: cst.For) -> None:
        self._assigned(node.target)

    def visit_CompFor(self, node: cst.CompFor) -> None:
        self._assigned(node.target)

    def visit_Del(self, node: cst.Del) -> None:
        self._assigned(node.target)

    def visit_AsName(self, node: cst.AsName) -> None:
        self._assigned(node.name)

    def visit_Global(self, node: cst.Global) -> None:
        self.found.append(Violation("`global` reaches outside the definition", node))

    def visit_Param(self, node: cst.Param) -> None:
        if node.name.value in self.names:
            self.found.append(Violation(f"the parameter `{node.name.value}` is shadowed", node))

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.inner += 1

    def leave_FunctionDef(self, original_node: cst.FunctionDef) -> None:
        self.inner -= 1

    def visit_Lambda(self, node: cst.Lambda) -> None:
        self.inner += 1

    def leave_Lambda(self, original_node: cst.Lambda) -> None:
        self.inner -= 1

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        node.value.visit(self)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:
        node.value.visit(self)
        return False

    def visit_Name(self, node: cst.Name) -> None:
        if self.inner and self.constructor and node.value in self.names:
            self.found.append(
                Violation(f"the parameter `{node.value}` is read by an inner function", node)
            )


class _Calls(cst.CSTVisitor):
    def __init__(self) -> None:
        self.found: list[Violation] = []

    def visit_Call(self, node: cst.Call) -> None:
        match node:
            case cst.Call(func=cst.Name(value=name)) if name in FORBIDDEN_CALLS:
                self.found.append(Violation(f"`{name}` hides what is read", node))
            case cst.Call(
                func=cst.Name(value="getattr"), args=[cst.Arg(value=cst.Name(value="self")), *_]
            ):
                self.found.append(Violation("`getattr` on `self` hides what is read", node))
            case _:
                pass
