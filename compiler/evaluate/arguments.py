"""How the arguments of a call become the parameters of a function."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from fgc.compiler.evaluate.limits import Raised
from fgc.compiler.evaluate.values import Function, Value


def parameters(node: ast.FunctionDef | ast.Lambda) -> list[ast.arg]:
    """The parameters of a function, those of ``*args`` and ``**kwargs`` last."""
    given = node.args
    stars = [star for star in (given.vararg, given.kwarg) if star is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *stars]


def bound_arguments(
    function: Function, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> dict[str, Value]:
    """The parameters' values.

    Raises `Raised` where Python would refuse the call.
    """
    own = function.node.args
    positional = [*own.posonlyargs, *own.args]
    values: dict[str, Value] = {}
    rest = dict(kwargs)
    for index, parameter in enumerate(positional):
        name = parameter.arg
        by_name = index >= len(own.posonlyargs)
        if index < len(args):
            if by_name and name in rest:
                raise _refused(function, f"multiple values for argument '{name}'")
            values[name] = args[index]
        elif by_name and name in rest:
            values[name] = rest.pop(name)
        else:
            missing = len(positional) - len(function.defaults)
            if index < missing:
                raise _refused(function, f"missing the argument '{name}'")
            values[name] = function.defaults[index - missing]
    if own.vararg is not None:
        values[own.vararg.arg] = tuple(args[len(positional) :])
    elif len(args) > len(positional):
        raise _refused(function, f"{len(args)} positional arguments for {len(positional)}")
    for parameter in own.kwonlyargs:
        values[parameter.arg] = _keyword(function, parameter, rest)
    if own.kwarg is not None:
        values[own.kwarg.arg] = rest
    elif rest:
        raise _refused(function, f"unexpected keyword argument '{next(iter(rest))}'")
    return values


def _keyword(function: Function, parameter: ast.arg, rest: dict[str, Value]) -> Value:
    name = parameter.arg
    if name in rest:
        return rest.pop(name)
    if name in function.keyword_defaults:
        return function.keyword_defaults[name]
    raise _refused(function, f"missing the argument '{name}'")


def _refused(function: Function, why: str) -> Raised:
    return Raised(f"it raises TypeError: {function.name}() {why}")
