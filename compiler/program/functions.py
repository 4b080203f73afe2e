"""Writes the functions of a program: one that makes each node, and the one that calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import libcst as cst

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Call, Kind, Node, Var, children, walk
from fgc.compiler.program.plan import Plan


def dependencies(node: Node, plan: Plan) -> list[str]:
    """The names that the code of ``node`` takes from outside: made objects and launch values.

    What lies inside a model is the model's own.
    """
    found: dict[str, None] = {}
    seen: set[int] = set()
    stack = [] if node in plan.models else list(reversed(children(node)))
    while stack:
        below = stack.pop()
        if id(below) in seen:
            continue
        seen.add(id(below))
        if isinstance(below, Call) and below in plan.builders and is_made_once(below):
            found.setdefault(plan.builders[below])
            continue
        if isinstance(below, Var):
            value = plan.program.launch.get(below.var) or plan.launch_args.get(below.var)
            if value is not None and value.code is None and below.var not in plan.graph.bindings:
                found.setdefault(below.var)
        if isinstance(below, Call) and below in plan.models:
            continue
        stack += reversed(children(below))
    return list(found)


def check_launch_values(plan: Plan) -> None:
    """Raises `BuildError` (FGC030) for a value that is named, and known in another slot only."""
    slots = {entry.value: entry.key for entry in plan.roots}
    for node in dict.fromkeys((*plan.builders, *slots)):
        for name in dependencies(node, plan):
            launch = plan.program.launch.get(name)
            if launch is None or launch.slot in (None, slots.get(node)):
                continue
            at = next(v for v in walk(node) if isinstance(v, Var) and v.var == name)
            message = f"`{name}` is known only where `{launch.slot}` is made"
            remedy = f"write `!factory` for what `{launch.slot}` makes of it"
            raise BuildError(Diagnostic("FGC030", message, at.span, help=remedy))


def is_made_once(call: Call) -> bool:
    """Whether references to ``call`` mean one object."""
    return call.kind is Kind.SINGLETON


def function(
    name: str,
    parameters: Sequence[tuple[str, str | None]],
    returns: str | None,
    value: cst.BaseExpression,
    before: Sequence[str] = (),
) -> cst.FunctionDef:
    """``def name(parameters) -> returns: return value``, with calls one keyword a line.

    ``before`` are statements in front of the ``return``.
    """
    written = ", ".join(f"{n}: {a}" if a is not None else n for n, a in parameters)
    arrow = "" if returns is None else f" -> {returns}"
    exploded = value.visit(_Exploded())
    assert isinstance(exploded, cst.BaseExpression)
    code = cst.Module([]).code_for_node(exploded)
    body = "".join(f"    {line}\n" for line in (*before, f"return {code}"))
    statement = cst.parse_statement(f"def {name}({written}){arrow}:\n{body}")
    assert isinstance(statement, cst.FunctionDef)
    return statement


class _Exploded(cst.CSTTransformer):
    """A comma behind the last argument, which the formatter takes as one argument a line."""

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        args = list(updated_node.args)
        if len(args) < 2 or args[-1].keyword is None:
            return updated_node
        args[-1] = args[-1].with_changes(comma=cst.Comma())
        return updated_node.with_changes(args=args)


def make_needed_first(
    entry: cst.FunctionDef,
    makers: Mapping[str, Sequence[str]],
    calls: Mapping[str, str],
    given: Mapping[str, str] | None = None,
    order: Sequence[str] = (),
) -> cst.FunctionDef:
    """Has ``entry`` make what its calls of makers need and it does not have.

    ``makers`` gives the dependencies of each function, in the order of its parameters, ``calls``
    the function that makes each name. A name is made in front of the statement that first needs
    it; of those in ``order``, the earlier ones are made before it. ``given`` are expressions for
    what is no variable of the entry.
    """
    given = given or {}
    body = [s for s in entry.body.body if isinstance(s, cst.BaseStatement)]
    made = {param.name.value for param in entry.params.params}
    result: list[cst.BaseStatement] = []

    def make(name: str) -> None:
        if name in made or name not in calls:
            return
        made.add(name)
        needs = makers[calls[name]]
        earlier = order[: order.index(name)] if name in order else ()
        for need in (*earlier, *needs):
            make(need)
        arguments = ", ".join(given.get(need, need) for need in needs)
        result.append(cst.parse_statement(f"{name} = {calls[name]}({arguments})\n"))

    for statement in body:
        read = _Names()
        statement.visit(read)
        targets = _targets(statement)
        if targets and targets <= made and isinstance(statement, cst.SimpleStatementLine):
            continue  # something above needed it already
        for need in read.names:
            if need not in targets:
                make(need)
        made |= targets
        result.append(statement)
    return entry.with_changes(body=entry.body.with_changes(body=result))


class _Names(cst.CSTVisitor):
    """The names that a statement reads, in order; labels are not among them."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        node.value.visit(self)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:
        node.value.visit(self)
        return False

    def visit_Call(self, node: cst.Call) -> bool:
        if not isinstance(node.func, cst.Name):
            node.func.visit(self)
        for arg in node.args:
            arg.visit(self)
        return False

    def visit_Name(self, node: cst.Name) -> None:
        self.names.setdefault(node.value)


def _targets(statement: cst.BaseStatement) -> set[str]:
    """The names that a statement binds, whatever happens."""
    if isinstance(statement, cst.With):
        body = [s for s in statement.body.body if isinstance(s, cst.BaseStatement)]
        return set[str]().union(*map(_targets, body))
    if not isinstance(statement, cst.SimpleStatementLine):
        return set()
    return {
        target.target.value
        for small in statement.body
        if isinstance(small, cst.Assign)
        for target in small.targets
        if isinstance(target.target, cst.Name)
    }
