"""How a body calls a factory: which keywords it adds, or that this is not known."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from fgc.compiler.specialiser.iteration import TAKE_ALL
from fgc.compiler.specialiser.scope import bound_names
from fgc.compiler.specialiser.source import Definition

Comprehension = ast.ListComp | ast.GeneratorExp


def call_time_keywords(definition: Definition, parameter: str) -> frozenset[str] | None:
    """The keywords that the body adds when it calls the factory, or list of them, ``parameter``.

    None where it does anything else with it than call it, compare it with None, or iterate over it
    in a comprehension that is written out: then others call it, with whatever they add.
    """
    function = _function(definition.syntax.body[0])
    if function is None:
        return None
    found = _Calls({parameter})
    body = [node for statement in function.body for node in ast.walk(statement)]
    for node in body:
        for comprehension in _at_once(node):
            item = _item(comprehension, parameter)
            if item is not None:
                found.harmless.update(map(id, ast.walk(comprehension.generators[0].iter)))
                found.items.update(_names(comprehension.elt, item))
    for node in body:
        found.see(node)
    return None if found.handed_on else frozenset(found.keywords)


def _function(statement: ast.stmt) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    if isinstance(statement, ast.ClassDef):
        methods = (s for s in statement.body if isinstance(s, ast.FunctionDef))
        return next((method for method in methods if method.name == "__init__"), None)
    return statement if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) else None


@dataclass
class _Calls:
    """What is done with a name, and with the variables that run over it."""

    names: set[str]
    items: set[int] = field(default_factory=set[int])  # reads of such variables
    harmless: set[int] = field(default_factory=set[int])  # reads that hand nothing on
    keywords: set[str] = field(default_factory=set[str])
    handed_on: bool = False

    def see(self, node: ast.AST) -> None:
        """Notes a node, which comes before those below it."""
        match node:
            case ast.Call(func=ast.Name() as name, args=args, keywords=keywords) if self._is(name):
                self.harmless.add(id(name))
                given = [keyword.arg for keyword in keywords]
                if args or None in given:
                    self.handed_on = True
                self.keywords.update(keyword for keyword in given if keyword is not None)
            case ast.Compare(
                left=ast.Name() as name,
                ops=[ast.Is() | ast.IsNot()],
                comparators=[ast.Constant(value=None)],
            ) if self._is(name):
                self.harmless.add(id(name))
            case ast.Name() if self._is(node) and id(node) not in self.harmless:
                self.handed_on = True
            case _:
                pass

    def _is(self, name: ast.Name) -> bool:
        reads = isinstance(name.ctx, ast.Load)
        return reads and (id(name) in self.items or name.id in self.names)


def _names(node: ast.expr, name: str) -> Iterator[int]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id == name:
            yield id(inner)


def _at_once(node: ast.AST) -> Iterator[Comprehension]:
    """The comprehensions directly in ``node`` that are run to the end where they stand."""
    match node:
        case ast.ListComp():
            yield node
        case ast.Call(func=func, args=args, keywords=keywords):
            callee = func.id if isinstance(func, ast.Name) else getattr(func, "attr", None)
            alone = callee in TAKE_ALL and len(args) + len(keywords) == 1
            for arg in args:
                if isinstance(arg, ast.GeneratorExp) and alone:
                    yield arg
                elif isinstance(arg, ast.Starred) and isinstance(arg.value, ast.GeneratorExp):
                    yield arg.value
        case _:
            pass


def _item(node: Comprehension, parameter: str) -> str | None:
    """The variable that runs over ``parameter``, by the rule of `iteration.iteration`."""
    loop = node.generators[0]
    if len(node.generators) > 1 or loop.ifs or loop.is_async:
        return None
    names: tuple[str, ...]
    match loop.iter, loop.target:
        case ast.Name(id=over), ast.Name(id=item) if over == parameter:
            names = (item,)
        case (
            ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=over)], keywords=[]),
            ast.Tuple(elts=[ast.Name(id=index), ast.Name(id=item)]),
        ) if (
            over == parameter
        ):
            names = (index, item)
        case _:
            return None
    return None if _has_inner(node.elt, set(names)) else names[-1]


def _has_inner(element: ast.expr, names: set[str]) -> bool:
    for node in ast.walk(element):
        if isinstance(node, ast.Lambda | ast.GeneratorExp | ast.NamedExpr):
            return True
        if isinstance(node, ast.comprehension) and bound_names(node.target) & names:
            return True
    return False
