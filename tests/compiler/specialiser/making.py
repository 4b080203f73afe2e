"""Short ways to specialise a piece of text."""

from __future__ import annotations

from textwrap import dedent

import libcst as cst

from fgc.compiler.specialiser.bindings import (
    Binding,
    Construct,
    ConstructEach,
    Construction,
    Inline,
)
from fgc.compiler.specialiser.calls import keyword
from fgc.compiler.specialiser.definition import Request, specialise_class, specialise_function
from fgc.compiler.specialiser.source import Definition


def define(text: str, module: str = "m") -> Definition:
    """The first definition of a text."""
    text = dedent(text).strip("\n") + "\n"
    tree = cst.parse_module(text).body[0]
    kind = "class" if isinstance(tree, cst.ClassDef) else "function"
    kind = "value" if isinstance(tree, cst.SimpleStatementLine) else kind
    name = getattr(getattr(tree, "name", None), "value", "value")
    return Definition(module, name, text, 1, kind)


def code(text: str) -> Inline:
    """A parameter that stands for an expression."""
    return Inline(cst.parse_expression(text))


def makes(callee: str, takes: frozenset[str] | None = None, **bound: str) -> Construct:
    """A factory that calls ``callee`` with ``bound``."""
    args = tuple(keyword(name, cst.parse_expression(value)) for name, value in bound.items())
    return Construct(Construction(cst.parse_expression(callee), args, takes))


def makes_each(*factories: Construct) -> ConstructEach:
    """A list of factories."""
    return ConstructEach(tuple(factory.construction for factory in factories))


def specialised(text: str, request: Request | None = None, **bindings: Binding) -> str:
    """The text of a definition for its bindings."""
    definition = define(text)
    tree = definition.parse()
    request = Request(definition.name, bindings) if request is None else request
    if isinstance(tree, cst.ClassDef):
        return cst.Module([]).code_for_node(specialise_class(tree, request))
    assert isinstance(tree, cst.FunctionDef)
    return cst.Module([]).code_for_node(specialise_function(tree, request))


def body(text: str, **bindings: Binding) -> str:
    """The body of a function with ``text`` for a body, folded; its parameters are those bound."""
    parameters = ", ".join(bindings)
    lines = dedent(text).strip("\n").splitlines()
    inner = "".join(f"    {line}\n" if line else "\n" for line in lines)
    made = specialised(f"def f(*, {parameters}):\n{inner}", **bindings)
    return dedent(made.partition("\n")[2])


def expression(text: str, **bindings: Binding) -> str:
    """An expression, folded."""
    return body(f"x = {text}", **bindings).strip().removeprefix("x = ")
