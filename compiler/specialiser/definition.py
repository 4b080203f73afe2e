"""Specialises one class or function for its bindings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import dedent
from typing import TypeVar

import libcst as cst

from fgc.compiler.specialiser.bindings import (
    Binding,
    Constant,
    Construct,
    ConstructEach,
    Inline,
    Kept,
)
from fgc.compiler.specialiser.calls import Unspecialisable
from fgc.compiler.specialiser.dataclass_fields import specialise_dataclass
from fgc.compiler.specialiser.fold import fold, fold_statement, knows_anything
from fgc.compiler.specialiser.scope import bound_names, parsed
from fgc.compiler.specialiser.signature import Parameter, rewrite_signature
from fgc.compiler.specialiser.static import UNKNOWN, Environment, Known, Static, evaluate

Tree = TypeVar("Tree", cst.ClassDef, cst.FunctionDef)


@dataclass(frozen=True, slots=True)
class Request:
    """What to make of a definition.

    ``bindings`` are those of the constructor's or function's keyword-only parameters. ``config``
    is the name of the generated config class that a constructor takes as its first parameter,
    None where it takes none. ``extra`` parameters are passed through to parts; ``prologue``
    statements stand first in the constructor, after ``super().__init__``. ``protected`` attributes
    are never removed: others read them. ``flatten`` makes keyword-only parameters ordinary ones.
    ``local`` are names that bindings mean as the body itself does, and ``torch_nn`` is the one that
    means `torch.nn` there. ``droppable`` methods go where nothing is left of them: whoever calls
    them looks first whether they are there.
    """

    name: str
    bindings: Mapping[str, Binding]
    config: str | None = None
    extra: tuple[Parameter, ...] = ()
    prologue: tuple[cst.BaseStatement, ...] = ()
    protected: frozenset[str] = frozenset()
    flatten: bool = False
    local: frozenset[str] = frozenset()
    torch_nn: str | None = None
    droppable: frozenset[str] = frozenset()

    @property
    def changes_anything(self) -> bool:
        """Whether there is anything to do: what nothing is known of stays as it is."""
        known = knows_anything(Environment(self.bindings, {}))
        given = any(isinstance(b, Kept) and b.given for b in self.bindings.values())
        rest = self.config is not None or self.extra or self.prologue or self.flatten
        return known or given or bool(rest)


def specialise_class(source: cst.ClassDef, request: Request) -> cst.ClassDef:
    """The class for its binding.

    Raises `Unspecialisable` where the class leaves the subset in a way that shows only here.
    """
    init = _method(source, "__init__")
    if init is None and request.changes_anything:
        source = specialise_dataclass(source, request.bindings)
    if init is None or not request.changes_anything:
        return _checked(source.with_changes(name=cst.Name(request.name)))
    _check_names(init, request)
    in_init = Environment(request.bindings, {}, _torch_nn(init, request))
    attributes = {name: evaluate(value, in_init) for name, value in finals(source).items()}
    removed = {
        name
        for name, value in attributes.items()
        if _structural(value) and name not in request.protected
    }
    in_class = Environment({}, attributes)
    body: list[cst.BaseStatement] = []
    for statement in _statements(source.body):
        match statement:
            case cst.FunctionDef(name=cst.Name(value="__init__")):
                body.append(_specialised_init(statement, request, attributes, removed))
            case cst.FunctionDef():
                folded = fold(statement.body, in_class)
                gone = _does_nothing(folded) and not _does_nothing(statement.body)
                if not gone or statement.name.value not in request.droppable:
                    body.append(statement.with_changes(body=folded))
            case cst.ClassDef():
                body.append(statement)  # it has a `self` of its own
            case _:
                declared = _declared_final(statement)
                if declared is None:
                    body.append(fold_statement(statement, in_class))
                elif attributes.get(declared, UNKNOWN) == UNKNOWN:
                    body.append(statement)
    return _checked(
        source.with_changes(name=cst.Name(request.name), body=source.body.with_changes(body=body))
    )


def specialise_function(source: cst.FunctionDef, request: Request) -> cst.FunctionDef:
    """The function for its bindings. Raises `Unspecialisable` as `specialise_class` does."""
    if not request.changes_anything:
        return source.with_changes(name=cst.Name(request.name))
    _check_names(source, request)
    signed = rewrite_signature(
        source,
        request.bindings,
        config=request.config,
        extra=request.extra,
        flatten=request.flatten,
    )
    body = fold(source.body, Environment(request.bindings, {}))
    return _checked(signed.with_changes(name=cst.Name(request.name), body=body))


def _checked(made: Tree) -> Tree:
    """``made``, which must be Python."""
    try:
        compile(cst.Module([]).code_for_node(made), "<fgc>", "exec", dont_inherit=True)
    except SyntaxError as error:
        raise Unspecialisable(f"folding it gives no Python: {error.msg}", made) from error
    return made


def _check_names(function: cst.FunctionDef, request: Request) -> None:
    """What is written into the body means there what it means outside."""
    written = _Names()
    for binding in request.bindings.values():
        for code in _codes(binding):
            code.visit(written)
    if request.config is not None:
        written.names.add("config")
    handed_on = {parameter.name for parameter in request.extra}
    own = {param.name.value for param in parameters(function)}
    foreign = written.names - handed_on - own - request.local
    if not foreign:
        return
    tree = parsed(dedent(cst.Module([]).code_for_node(function))).tree
    taken = foreign & (bound_names(tree) - {function.name.value})
    if taken:
        raise Unspecialisable(f"`{min(taken)}` has a meaning of its own in the body", function)


def _torch_nn(init: cst.FunctionDef, request: Request) -> str | None:
    """What `torch.nn` is called in a constructor, unless the name means something else there."""
    if request.torch_nn is None:
        return None
    tree = parsed(dedent(cst.Module([]).code_for_node(init))).tree
    return None if request.torch_nn in bound_names(tree) else request.torch_nn


def _codes(binding: Binding) -> Iterator[cst.BaseExpression]:
    match binding:
        case Inline(code=code):
            yield code
        case Construct(construction=construction):
            yield from (construction.callee, *(arg.value for arg in construction.args))
        case ConstructEach(constructions=constructions):
            for each in constructions:
                yield from (each.callee, *(arg.value for arg in each.args))
        case Constant() | Kept():
            pass


class _Names(cst.CSTVisitor):
    """The names that an expression reads."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_Name(self, node: cst.Name) -> None:
        self.names.add(node.value)

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        node.value.visit(self)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:
        node.value.visit(self)
        return False


def parameters(source: cst.ClassDef | cst.FunctionDef) -> tuple[cst.Param, ...]:
    """The parameters that can be bound by name, in order: positional, then keyword-only."""
    function = source if isinstance(source, cst.FunctionDef) else _method(source, "__init__")
    if function is None:
        return ()
    positional = [*function.params.posonly_params, *function.params.params]
    if isinstance(source, cst.ClassDef):
        positional = positional[1:]
    return (*positional, *function.params.kwonly_params)


def positional_parameters(source: cst.ClassDef | cst.FunctionDef) -> list[str]:
    """The parameters that can be given by position."""
    function = source if isinstance(source, cst.FunctionDef) else _method(source, "__init__")
    keyword_only = 0 if function is None else len(function.params.kwonly_params)
    names = [param.name.value for param in parameters(source)]
    return names[: len(names) - keyword_only]


def default_binding(param: cst.Param) -> Binding | None:
    """What a parameter is bound to when nobody gives it: its default's value, if structural."""
    if param.default is None:
        return None
    known = evaluate(param.default, Environment({}, {}))
    return Constant(known.value) if isinstance(known, Known) else None


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
    if not removed and not request.prologue:
        return signed.with_changes(body=folded)
    body = _after_super(statements, request.prologue) or [cst.SimpleStatementLine([cst.Pass()])]
    return signed.with_changes(body=folded.with_changes(body=body))


def _statements(body: cst.BaseSuite) -> list[cst.BaseStatement]:
    if isinstance(body, cst.SimpleStatementSuite):
        return [cst.SimpleStatementLine(body.body)]
    return [s for s in body.body if isinstance(s, cst.BaseStatement)]


def _after_super(
    statements: list[cst.BaseStatement], prologue: Sequence[cst.BaseStatement]
) -> list[cst.BaseStatement]:
    """``statements`` with ``prologue`` behind the call of ``super().__init__``, or first."""
    after = 0
    for index, statement in enumerate(statements):
        if _calls_super_init(statement):
            after = index + 1
            break
        if index == 0 and _is_docstring(statement):
            after = 1
    return [*statements[:after], *prologue, *statements[after:]]


def _does_nothing(body: cst.BaseSuite) -> bool:
    return all(
        isinstance(statement, cst.SimpleStatementLine)
        and (_is_docstring(statement) or all(isinstance(s, cst.Pass) for s in statement.body))
        for statement in _statements(body)
    )


def _is_docstring(statement: cst.BaseStatement) -> bool:
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]
        ):
            return True
        case _:
            return False


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


def _declared_final(statement: cst.BaseStatement) -> str | None:
    """``x`` in the statement ``x: Final[T]``."""
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.AnnAssign(target=cst.Name(value=name), annotation=annotation, value=None)]
        ) if _is_final(annotation.annotation):
            return name
        case _:
            return None


def _is_final(annotation: cst.BaseExpression) -> bool:
    match annotation:
        case cst.Name(value="Final") | cst.Attribute(attr=cst.Name(value="Final")):
            return True
        case cst.Subscript(value=value):
            return _is_final(value)
        case _:
            return False


def _structural(value: Static) -> bool:
    return isinstance(value, Known) and not isinstance(value.value, str)


def finals(source: cst.ClassDef) -> dict[str, cst.BaseExpression]:
    """Each attribute declared `Final`, with the one expression that `__init__` assigns to it."""
    init = _method(source, "__init__")
    declared = {_declared_final(statement) for statement in _statements(source.body)}
    values: dict[str, cst.BaseExpression] = {}
    for statement in () if init is None else _statements(init.body):
        name = _assigned_attribute(statement)
        if name is not None and name in declared:
            assign = cst.ensure_type(
                cst.ensure_type(statement, cst.SimpleStatementLine).body[0], cst.Assign
            )
            values[name] = assign.value
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
