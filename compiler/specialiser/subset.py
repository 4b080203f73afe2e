"""Checks that a definition keeps to the subset that can be specialised.

Everything here is syntax: what a name means elsewhere is not looked at.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fgc.compiler.specialiser.annotations import is_factory
from fgc.compiler.specialiser.dataclass_fields import keyword_fields
from fgc.compiler.specialiser.scope import names_bound_by
from fgc.compiler.specialiser.source import Definition

FORBIDDEN_CALLS = frozenset(
    {"locals", "vars", "globals", "eval", "exec", "setattr", "hasattr", "dir", "delattr"}
)
FORBIDDEN_METHODS = frozenset({"__new__", "__setattr__", "__delattr__", "__getattribute__"})
Function = ast.FunctionDef | ast.AsyncFunctionDef
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Violation:
    """One construct outside the subset: what it is, and its line in the module."""

    message: str
    line: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A definition that stays whole, and what keeps it from being specialised."""

    definition: Definition
    violations: tuple[Violation, ...]


def violations(definition: Definition, *, positional: bool = True) -> list[Violation]:
    """What in ``definition`` the specialiser may not touch, each message once.

    Without ``positional``, only the keyword-only parameters of a function are to be bound.

    >>> code = "def f(*, n: int | None = None):\\n    n = n or 1\\n    return eval('n')\\n"
    >>> [found.message for found in violations(Definition("m", "f", code, 1, "function"))]
    ['the parameter `n` is bound again', '`eval` hides what is read']
    """
    found: dict[str, int] = {}
    statement = definition.syntax.body[0]
    if isinstance(statement, ast.ClassDef):
        checks = _class(statement)
    elif isinstance(statement, Function):
        checks = _function(statement, positional=positional)
    else:
        checks = iter([("it is neither a class nor a function", statement)])
    for message, node in checks:
        found.setdefault(message, definition.line + getattr(node, "lineno", 1) - 1)
    return [Violation(message, line) for message, line in found.items()]


Found = Iterator[tuple[str, ast.AST]]


def _class(source: ast.ClassDef) -> Found:
    methods = [s for s in ast.walk(source) if isinstance(s, Function)]
    direct = [s for s in source.body if isinstance(s, Function)]
    constructors = [method for method in direct if method.name == "__init__"]
    if len(constructors) > 1:
        yield "`__init__` is defined twice", constructors[1]
    for method in direct:
        if method.name in FORBIDDEN_METHODS:
            yield f"it defines `{method.name}`", method
    finals = final_names(source)
    yield from _finals(source, constructors[0] if constructors else None, finals)
    fields = {ast.unparse(field.target) for field in keyword_fields(source)}
    yield from _set_again(source, fields)
    if finals or fields:
        yield from _self(source, direct, methods)
    yield from _constructs_itself(source)
    if constructors:
        arguments = constructors[0].args
        if arguments.vararg is not None or arguments.kwarg is not None:
            yield "the constructor takes `*args` or `**kwargs`", constructors[0]
        parameters = [*arguments.posonlyargs, *arguments.args][1:] + arguments.kwonlyargs
        names = {parameter.arg for parameter in parameters}
        yield from _rebound(constructors[0], names)
        yield from _read_by_inner(constructors[0], names)
        yield from _factory_calls(constructors[0], parameters)
    yield from _hidden(source)


def _function(source: Function, *, positional: bool) -> Found:
    arguments = source.args
    parameters = list(arguments.kwonlyargs)
    if positional:
        parameters += [*arguments.posonlyargs, *arguments.args]
    yield from _rebound(source, {parameter.arg for parameter in parameters})
    yield from _factory_calls(source, parameters)
    yield from _hidden(source)


def _rebound(function: Function, names: set[str]) -> Found:
    for node in _inside(function):
        for name in names_bound_by(node):
            if name in names:
                yield f"the parameter `{name}` is bound again", node


def _inside(function: Function) -> Iterator[ast.AST]:
    for statement in function.body:
        yield from ast.walk(statement)


def _read_by_inner(function: Function, names: set[str]) -> Found:
    for inner in _inside(function):
        if isinstance(inner, _INNER):
            body = [inner.body] if isinstance(inner, ast.Lambda) else inner.body
            for node in (node for statement in body for node in ast.walk(statement)):
                if isinstance(node, ast.Name) and node.id in names:
                    yield f"the parameter `{node.id}` is read by an inner function", node


def _factory_calls(function: Function, parameters: list[ast.arg]) -> Found:
    """Calls of factories other than with keywords in plain sight."""
    for parameter in parameters:
        if not is_factory(parameter.annotation):
            continue
        names = {parameter.arg, *_loop_variables(function, parameter.arg)}
        for node in _inside(function):
            match node:
                case ast.Call(
                    func=ast.Name(id=name), args=args, keywords=keywords
                ) if name in names and (args or any(k.arg is None for k in keywords)):
                    yield f"the factory `{name}` is called with more than keywords", node
                case _:
                    pass


def _loop_variables(function: Function, parameter: str) -> Iterator[str]:
    for node in _inside(function):
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension) and any(
            isinstance(inner, ast.Name) and inner.id == parameter for inner in ast.walk(node.iter)
        ):
            for inner in ast.walk(node.target):
                yield from names_bound_by(inner)


# Attributes.


def final_names(source: ast.ClassDef) -> set[str]:
    """The attributes that the class declares `Final` and leaves to `__init__` to set."""
    return {
        statement.target.id
        for statement in source.body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and statement.value is None
        and _is_final(statement.annotation)
    }


def _is_final(annotation: ast.expr) -> bool:
    match annotation:
        case ast.Name(id="Final") | ast.Attribute(attr="Final"):
            return True
        case ast.Subscript(value=value):
            return _is_final(value)
        case _:
            return False


def _finals(source: ast.ClassDef, init: Function | None, finals: set[str]) -> Found:
    set_once = [
        statement.targets[0].attr
        for statement in (() if init is None else init.body)
        if isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], ast.Attribute)
        and _is_self(statement.targets[0].value)
    ]
    changes = [
        node.attr
        for node in ast.walk(source)
        if isinstance(node, ast.Attribute)
        and _is_self(node.value)
        and isinstance(node.ctx, ast.Store | ast.Del)
    ]
    for name in sorted(finals):
        if set_once.count(name) != 1 or changes.count(name) != 1:
            yield f"`self.{name}` is Final but not set once, in `__init__` itself", source
    yield from _too_early(init, finals)


def _set_again(source: ast.ClassDef, fields: set[str]) -> Found:
    """Places where a field of a dataclass that is `Final` gets another value."""
    for node in ast.walk(source):
        match node:
            case ast.Attribute(
                value=owner, attr=name, ctx=ast.Store() | ast.Del()
            ) if name in fields and _is_self(owner):
                yield f"`self.{name}` is Final and set again", node
            case _:
                pass


def _too_early(init: Function | None, finals: set[str]) -> Found:
    """What reads an attribute, or may leave `__init__`, before the attribute is set."""
    unset = set(finals)
    for statement in () if init is None else init.body:
        for node in ast.walk(statement):
            match node:
                case ast.Return() if unset:
                    yield f"`self.{min(unset)}` is Final and set behind a `return`", node
                case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Load()) if (
                    name in unset
                ):
                    yield f"`self.{name}` is Final and read before it is set", node
                case _:
                    pass
        match statement:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)]):
                unset.discard(name)
            case _:
                pass


def _self(source: ast.ClassDef, direct: list[Function], methods: list[Function]) -> Found:
    """Places where `self` is not the instance, or the instance is not `self`."""
    elsewhere = {id(f) for s in source.body if isinstance(s, ast.ClassDef) for f in ast.walk(s)}
    for method in methods:
        if method in direct:
            yield from _receiver(method)
        elif id(method) not in elsewhere and not _is_inside(method, direct):
            yield f"the method `{method.name}` stands under a condition", method


def _receiver(method: Function) -> Found:
    arguments = [*method.args.posonlyargs, *method.args.args]
    decorators = {d.id for d in method.decorator_list if isinstance(d, ast.Name)}
    has_instance = not decorators & {"staticmethod", "classmethod"}
    if has_instance and [argument.arg for argument in arguments[:1]] != ["self"]:
        yield f"the method `{method.name}` calls the instance other than `self`", method
    for node in _inside(method):
        if "self" in names_bound_by(node):
            yield "`self` is bound again", node


def _is_inside(method: Function, outer: list[Function]) -> bool:
    return any(method is node for function in outer for node in _inside(function))


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _constructs_itself(source: ast.ClassDef) -> Found:
    """Instances that are made without the class's name in sight."""
    plain = {
        id(operand)
        for node in ast.walk(source)
        for operand in (
            [node.value]
            if isinstance(node, ast.Attribute)
            else [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
        )
    }
    for node in ast.walk(source):
        match node:
            case ast.Name(id="cls" | "__class__" as name, ctx=ast.Load()) if id(node) not in plain:
                yield f"`{name}` may make instances", node
            case ast.Call(func=ast.Name(id="type"), args=[ast.Name(id="self")]) if (
                id(node) not in plain
            ):
                yield "`type(self)` may make instances", node
            case ast.Attribute(attr="__class__") if id(node) not in plain:
                yield "`__class__` may make instances", node
            case _:
                pass


def _hidden(source: ast.AST) -> Found:
    for node in ast.walk(source):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_CALLS:
                yield f"`{name}` hides what is read", node
            case ast.Call(func=ast.Name(id="getattr"), args=[ast.Name(id="self"), *_]):
                yield "`getattr` on `self` hides what is read", node
            case ast.Attribute(value=ast.Name(id="self"), attr="__dict__"):
                yield "`self.__dict__` hides what is read", node
            case ast.Global():
                yield "`global` reaches outside the definition", node
            case _:
                pass
