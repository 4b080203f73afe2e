"""Specialises one class or function for its bindings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from fgc.compiler.specialiser.bindings import Binding, Constant
from fgc.compiler.specialiser.fold import fold
from fgc.compiler.specialiser.signature import Parameter, rewrite_signature
from fgc.compiler.specialiser.static import Environment, Known, Static, evaluate


@dataclass(frozen=True, slots=True)
class Request:
    """What to make of a definition.

    ``bindings`` are those of the constructor's or function's keyword-only parameters. ``config``
    is the name of the generated config class that a constructor takes as its first parameter,
    None where it takes none. ``extra`` parameters are passed through to parts; ``prologue``
    statements stand first in the constructor, after ``super().__init__``. ``protected`` attributes
    are never removed: others read them. ``flatten`` makes keyword-only parameters ordinary ones.
    """

    name: str
    bindings: Mapping[str, Binding]
    config: str | None = None
    extra: tuple[Parameter, ...] = ()
    prologue: tuple[cst.BaseStatement, ...] = ()
    protected: frozenset[str] = frozenset()
    flatten: bool = False


def specialise_class(source: cst.ClassDef, request: Request) -> cst.ClassDef:
    """The class for its binding.

    Raises `Unspecialisable` where the class leaves the subset.
    """
    init = _method(source, "__init__")
    if init is None:
        return source.with_changes(name=cst.Name(request.name))
    in_init = Environment(request.bindings, {})
    attributes = {name: evaluate(value, in_init) for name, value in finals(source).items()}
    removed = {
        name
        for name, value in attributes.items()
        if _structural(value) and name not in request.protected
    }
    body: list[cst.BaseStatement] = []
    for statement in _statements(source.body):
        match statement:
            case cst.FunctionDef(name=cst.Name(value="__init__")):
                body.append(_specialised_init(statement, request, attributes, removed))
            case cst.FunctionDef():
                folded = fold(statement.body, Environment({}, attributes))
                body.append(statement.with_changes(body=folded))
            case cst.SimpleStatementLine(body=[cst.AnnAssign(annotation=annotation)]) if _is_final(
                annotation
            ):
                continue
            case _:
                body.append(statement)
    return source.with_changes(
        name=cst.Name(request.name), body=source.body.with_changes(body=body)
    )


def specialise_function(source: cst.FunctionDef, request: Request) -> cst.FunctionDef:
    """The function for its bindings. Raises `Unspecialisable` where it leaves the subset."""
    signed = rewrite_signature(source, request.bindings, flatten=request.flatten)
    return signed.with_changes(
        name=cst.Name(request.name), body=fold(source.body, Environment(request.bindings, {}))
    )


def parameters(source: cst.ClassDef | cst.FunctionDef) -> tuple[cst.Param, ...]:
    """The parameters that can be bound by name, in order: positional, then keyword-only."""
    function = source if isinstance(source, cst.FunctionDef) else _method(source, "__init__")
    if function is None:
        return ()
    positional = [*function.params.posonly_params, *function.params.params]
    if isinstance(source, cst.ClassDef):
        positional = positional[1:]
    return (*positional, *function.params.kwonly_params)


def default_binding(param: cst.Param) -> Binding | None:
    """What a parameter is bound to when nobody gives it: its default's value, if structural."""
    if param.default is None:
        return None
    known = evaluate(param.default, Environment({}, {}))
    return Constant(known.value) if isinstance(known, Known) else None


def call_keywords(source: cst.ClassDef | cst.FunctionDef, parameter: str) -> frozenset[str]:
    """The keywords that a definition gives to the factory ``parameter`` when it calls it."""
    finder = _CallKeywords(_callable_names(source, parameter))
    source.visit(finder)
    return frozenset(finder.keywords)


def _callable_names(source: cst.ClassDef | cst.FunctionDef, parameter: str) -> set[str]:
    """``parameter`` and the loop variables that run over it."""
    loops = _Loops(parameter)
    source.visit(loops)
    return {parameter, *loops.names}


class _CallKeywords(cst.CSTVisitor):
    def __init__(self, names: set[str]):
        self.names = names
        self.keywords: list[str] = []

    def visit_Call(self, node: cst.Call) -> None:
        if isinstance(node.func, cst.Name) and node.func.value in self.names:
            self.keywords += [arg.keyword.value for arg in node.args if arg.keyword is not None]


class _Loops(cst.CSTVisitor):
    def __init__(self, parameter: str):
        self.parameter = parameter
        self.names: list[str] = []

    def visit_CompFor(self, node: cst.CompFor) -> None:
        match node.iter, node.target:
            case cst.Name(value=name), cst.Name(value=item) if name == self.parameter:
                self.names.append(item)
            case (
                cst.Call(
                    func=cst.Name(value="enumerate"), args=[cst.Arg(value=cst.Name(value=name))]
                ),
                cst.Tuple(elements=[_, cst.Element(value=cst.Name(value=item))]),
            ) if (
                name == self.parameter
            ):
                self.names.append(item)
            case _:
                pass


def _specialised_init(
    init: cst.FunctionDef, request: Request, attributes: Mapping[str, Static], removed: set[str]
) -> cst.FunctionDef:
    folded = fold(init.body, Environment(request.bindings, attributes))
    statements = [s for s in _statements(folded) if _assigned_attribute(s) not in removed]
    signed = rewrite_signature(
        init,
        request.bindings,
        config=request.config,
        extra=request.extra,
        flatten=request.flatten,
    )
    return signed.with_changes(
        body=folded.with_changes(body=_after_super(statements, request.prologue))
    )


def _statements(body: cst.BaseSuite) -> list[cst.BaseStatement]:
    return [s for s in body.body if isinstance(s, cst.BaseStatement)]


def _after_super(
    statements: list[cst.BaseStatement], prologue: Sequence[cst.BaseStatement]
) -> list[cst.BaseStatement]:
    """``statements`` with ``prologue`` behind the call of ``super().__init__``, or first."""
    for index, statement in enumerate(statements):
        if _calls_super_init(statement):
            return [*statements[: index + 1], *prologue, *statements[index + 1 :]]
    return [*prologue, *statements]


def _calls_super_init(statement: cst.BaseStatement) -> bool:
    match statement:
        case cst.SimpleStatementLine(
            body=[
                cst.Expr(
                    value=cst.Call(
                        func=cst.Attribute(
                            value=cst.Call(func=cst.Name(value="super")),
                            attr=cst.Name(value="__init__"),
                        )
                    )
                )
            ]
        ):
            return True
        case _:
            return False


def _method(source: cst.ClassDef, name: str) -> cst.FunctionDef | None:
    for statement in source.body.body:
        if isinstance(statement, cst.FunctionDef) and statement.name.value == name:
            return statement
    return None


def _is_final(annotation: cst.Annotation) -> bool:
    match annotation.annotation:
        case cst.Name(value="Final") | cst.Subscript(value=cst.Name(value="Final")):
            return True
        case _:
            return False


def _structural(value: Static) -> bool:
    return isinstance(value, Known) and not isinstance(value.value, str)


def finals(source: cst.ClassDef) -> dict[str, cst.BaseExpression]:
    """Each attribute declared `Final`, with the one expression that `__init__` assigns to it.

    Raises ValueError where one is assigned elsewhere, twice, or under a condition.
    """
    init = _method(source, "__init__")
    declared: set[str] = set()
    for statement in source.body.body:
        match statement:
            case cst.SimpleStatementLine(
                body=[cst.AnnAssign(target=cst.Name(value=name), annotation=annotation)]
            ) if _is_final(annotation):
                declared.add(name)
            case _:
                pass
    values: dict[str, cst.BaseExpression] = {}
    for statement in () if init is None else _statements(init.body):
        name = _assigned_attribute(statement)
        if name in declared:
            assign = cst.ensure_type(
                cst.ensure_type(statement, cst.SimpleStatementLine).body[0], cst.Assign
            )
            values[name] = assign.value
    for name in sorted(declared):
        if name not in values or _assignments(source, name) != 1:
            raise ValueError(f"`self.{name}` is Final but not assigned once, in `__init__` itself")
    return values


def _assigned_attribute(statement: cst.BaseStatement) -> str | None:
    """``x`` in the statement ``self.x = ...``."""
    match statement:
        case cst.SimpleStatementLine(
            body=[
                cst.Assign(
                    targets=[
                        cst.AssignTarget(
                            target=cst.Attribute(
                                value=cst.Name(value="self"), attr=cst.Name(value=name)
                            )
                        )
                    ]
                )
            ]
        ):
            return name
        case _:
            return None


def _assignments(source: cst.ClassDef, name: str) -> int:
    counter = _Assignments(name)
    source.visit(counter)
    return counter.count


class _Assignments(cst.CSTVisitor):
    def __init__(self, name: str):
        self.name = name
        self.count = 0

    def _target(self, node: cst.BaseExpression) -> None:
        match node:
            case cst.Attribute(value=cst.Name(value="self"), attr=cst.Name(value=name)):
                self.count += name == self.name
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                for element in elements:
                    self._target(element.value)
            case _:
                pass

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self._target(node.target)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._target(node.target)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._target(node.target)
