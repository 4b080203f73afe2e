"""Writes a factory's call as the construction that it stands for, and a factory as a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from fgc.compiler.backend.literal import literal
from fgc.compiler.specialiser.bindings import Construction, is_config


class Unspecialisable(Exception):
    """A construct outside the subset: ``node`` is where, the message says what."""

    def __init__(self, message: str, node: cst.CSTNode):
        super().__init__(message)
        self.node = node


def construct(construction: Construction, call: cst.Call) -> cst.Call:
    """The construction, with the keywords that the factory's call adds.

    What the call gives is evaluated first, and wins over what is bound to the same name.
    """
    given: list[cst.Arg] = []
    for arg in call.args:
        if arg.keyword is None:
            raise Unspecialisable("a factory is called with more than keywords", call)
        if construction.takes is None or arg.keyword.value in construction.takes:
            given.append(arg)
    names = {arg.keyword.value for arg in given if arg.keyword is not None}
    first = [arg for arg in construction.args if arg.keyword is None and not arg.star]
    spread = [arg for arg in construction.args if arg.star]
    bound = [arg for arg in construction.args if arg.keyword and arg.keyword.value not in names]
    if first and is_config(first[0].value):
        given = [a for a in given if a.keyword is None or a.keyword.value != "config"]
    args = [*first, *by_position([*given, *bound], construction.positional), *spread]
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


def as_callable(construction: Construction, *, anew: bool | None = None) -> cst.BaseExpression:
    """The construction as a value: the callee itself where nothing is bound, else a `partial`.

    Where its arguments are made ``anew`` for each call, a lambda makes them; None stands for: where
    any of them calls something. All is bound by keyword, so that a call may give it again.
    """
    if not construction.args:
        return construction.callee
    bound = replace(construction, args=tuple(map(_named, construction.args)))
    if anew or (anew is None and any(_is_made(arg.value) for arg in bound.args)):
        return _making_anew(bound)
    return cst.Call(cst.Name("partial"), [cst.Arg(bound.callee), *bound.args])


def _named(arg: cst.Arg) -> cst.Arg:
    if arg.keyword is None and not arg.star and is_config(arg.value):
        return keyword("config", arg.value)
    return arg


def keyword(name: str, value: cst.BaseExpression) -> cst.Arg:
    """``name=value``."""
    tight = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    return cst.Arg(value, keyword=cst.Name(name), equal=tight)


def _is_made(value: cst.BaseExpression) -> bool:
    finder = _Calls()
    value.visit(finder)
    return finder.found


class _Calls(cst.CSTVisitor):
    """Whether an expression calls anything, but `float("inf")` and its like."""

    def __init__(self) -> None:
        self.found = False

    def visit_Call(self, node: cst.Call) -> None:
        is_number = isinstance(node.func, cst.Name) and node.func.value == "float"
        self.found = self.found or not is_number


def _making_anew(construction: Construction) -> cst.BaseExpression:
    """``lambda *args, **kwargs: callee(<bound>, *args, **{<bound>, **kwargs})``."""
    first = [arg for arg in construction.args if arg.keyword is None and not arg.star]
    named = [
        cst.DictElement(literal(arg.keyword.value), arg.value)
        for arg in construction.args
        if arg.keyword is not None
    ]
    spread = [cst.StarredDictElement(arg.value) for arg in construction.args if arg.star]
    rest = cst.StarredDictElement(cst.Name("kwargs"))
    call = cst.Call(
        construction.callee,
        [
            *first,
            cst.Arg(cst.Name("args"), star="*"),
            cst.Arg(cst.Dict([*named, *spread, rest]), star="**"),
        ],
    )
    parameters = cst.Parameters(
        star_arg=cst.Param(cst.Name("args"), star="*"),
        star_kwarg=cst.Param(cst.Name("kwargs"), star="**"),
    )
    return cst.Lambda(parameters, call, lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
