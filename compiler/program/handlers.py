"""What the entry of a program gets of its callbacks: a list of methods for each event."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping

import libcst as cst

from fgc.compiler.backend.literal import literal
from fgc.compiler.ir.graph import Call
from fgc.compiler.program.callbacks import handled, objects
from fgc.compiler.program.plan import Plan
from fgc.compiler.specialiser.bindings import Binding, Constant, Inline


def handler_bindings(plan: Plan, methods: Callable[[Call], Collection[str]]) -> dict[str, Binding]:
    """The entry's parameters for callbacks: lists of bound methods in the order of the
    configuration, None for an event that nobody handles, and the callbacks that have a state.

    ``methods`` gives those that the class of a callback has as it is emitted.
    """
    callbacks = plan.program.callbacks
    if callbacks is None:
        return {}
    handlers: dict[str, list[cst.BaseExpression]] = {event: [] for event in callbacks.events}
    states: dict[str, str] = {}
    for call in objects(plan.graph, callbacks):
        name, found = plan.builders[call], methods(call)
        for event in handled(found, callbacks):
            handlers[event].append(cst.Attribute(cst.Name(name), cst.Name(event)))
        if set(callbacks.state) <= set(found):
            states[name] = name
    bindings: dict[str, Binding] = {
        event: Inline(cst.List([cst.Element(each) for each in bound])) if bound else Constant(None)
        for event, bound in handlers.items()
    }
    bindings[callbacks.states] = Inline(_display(states)) if states else Constant(None)
    return bindings


def _display(names: Mapping[str, str]) -> cst.Dict:
    return cst.Dict([cst.DictElement(literal(key), cst.Name(name)) for key, name in names.items()])


def methods_in(text: str) -> set[str]:
    """The methods that the text of a class defines.

    >>> sorted(methods_in("class A:\\n  x = 1\\n  def f(self): ...\\n  def g(self): ..."))
    ['f', 'g']
    """
    (statement,) = ast.parse(text).body
    body = statement.body if isinstance(statement, ast.ClassDef) else []
    return {each.name for each in body if isinstance(each, ast.FunctionDef)}
