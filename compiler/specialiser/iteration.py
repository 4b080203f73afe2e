"""Writes out a comprehension over a list of factories: one construction each, equal runs a loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import libcst as cst

from fgc.compiler.specialiser.bindings import Construction

Comprehension = cst.ListComp | cst.GeneratorExp
# What runs a generator to the end at once; `factories` says the same of the syntax tree.
TAKE_ALL = frozenset({"list", "tuple", "set", "frozenset", "sum", "ModuleList", "ParameterList"})


@dataclass(frozen=True, slots=True)
class Iteration:
    """``element for item in factories``, or ``for index, item in enumerate(factories)``."""

    factories: str
    item: str
    index: str | None


def iteration(node: Comprehension) -> Iteration | None:
    """What ``node`` iterates over, where it can be written out: one ``for``, no ``if``, and no
    inner function, which would see the last factory and index."""
    loop = node.for_in
    if loop.ifs or loop.inner_for_in is not None or loop.asynchronous is not None:
        return None
    found = _iteration(loop)
    if found is None:
        return None
    inner = _Inner({found.item, found.index} - {None})
    node.elt.visit(inner)
    return None if inner.found else found


def _iteration(loop: cst.CompFor) -> Iteration | None:
    match loop.iter, loop.target:
        case cst.Name(value=factories), cst.Name(value=item):
            return Iteration(factories, item, None)
        case (
            cst.Call(
                func=cst.Name(value="enumerate"),
                args=[cst.Arg(value=cst.Name(value=factories), star="", keyword=None)],
            ),
            cst.Tuple(
                elements=[
                    cst.Element(value=cst.Name(value=index)),
                    cst.Element(value=cst.Name(value=item)),
                ]
            ),
        ):
            return Iteration(factories, item, index)
        case _:
            return None


class _Inner(cst.CSTVisitor):
    """Whether an element has a function or comprehension that may be run later, or binds names."""

    def __init__(self, names: set[str | None]):
        self.names = names
        self.found = False

    def visit_Lambda(self, node: cst.Lambda) -> None:
        self.found = True

    def visit_GeneratorExp(self, node: cst.GeneratorExp) -> None:
        self.found = True

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
        self.found = True

    def visit_CompFor(self, node: cst.CompFor) -> None:
        bound = _Names()
        node.target.visit(bound)
        self.found = self.found or bool(bound.names & self.names)


class _Names(cst.CSTVisitor):
    def __init__(self) -> None:
        self.names: set[str | None] = set()

    def visit_Name(self, node: cst.Name) -> None:
        self.names.add(node.value)


def takes_all(call: cst.Call) -> bool:
    """Whether ``call`` runs a generator that is its only argument to the end, at once."""
    match call.func:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name in TAKE_ALL and len(call.args) == 1 and call.args[0].keyword is None
        case _:
            return False


def written_out(
    node: Comprehension,
    over: Iteration,
    constructions: tuple[Construction, ...],
    element: Callable[[Construction, int | None], cst.BaseExpression],
) -> cst.BaseExpression:
    """``node`` with a construction for each factory, equal runs as a comprehension over a range.

    ``element`` gives the element for a factory, its index put in where it is not None.
    """
    runs = _runs(constructions)
    elements: list[cst.BaseElement] = []
    for construction, start, stop in runs:
        if stop - start == 1:
            single = element(construction, None if over.index is None else start)
            elements.append(cst.Element(single))
            continue
        repeated = element(construction, None)
        loop = cst.CompFor(
            target=cst.Name(over.index or _unused(repeated)), iter=_range(start, stop)
        )
        if len(runs) == 1:
            return node.with_changes(elt=repeated, for_in=loop)
        elements.append(cst.StarredElement(cst.GeneratorExp(elt=repeated, for_in=loop)))
    return cst.List(elements)


def _runs(constructions: tuple[Construction, ...]) -> list[tuple[Construction, int, int]]:
    runs: list[tuple[Construction, int, int]] = []
    for position, construction in enumerate(constructions):
        if runs and _same(runs[-1][0], construction):
            runs[-1] = (runs[-1][0], runs[-1][1], position + 1)
        else:
            runs.append((construction, position, position + 1))
    return runs


def _range(start: int, stop: int) -> cst.Call:
    bounds = [cst.Arg(cst.Integer(str(bound))) for bound in ((start, stop) if start else (stop,))]
    return cst.Call(cst.Name("range"), bounds)


def _unused(node: cst.BaseExpression) -> str:
    names = _Names()
    node.visit(names)
    name = "_"
    while name in names.names:
        name += "_"
    return name


def _same(one: Construction, other: Construction) -> bool:
    return (
        one.takes == other.takes
        and one.callee.deep_equals(other.callee)
        and len(one.args) == len(other.args)
        and all(a.deep_equals(b) for a, b in zip(one.args, other.args, strict=True))
    )
