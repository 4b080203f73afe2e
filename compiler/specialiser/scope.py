"""Which names of a piece of code mean globals, and which names it binds.

Python decides this for each scope from its whole text; so does this, on the syntax tree.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True)
class GlobalName:
    """A read of a global. ``node`` is the text that holds it where it is in a quoted annotation."""

    name: str
    node: ast.Name | ast.Constant
    annotation: bool


def global_names(tree: ast.AST) -> list[GlobalName]:
    """The reads of names that no scope within ``tree`` binds, in the order of the text."""
    return list(_reads(tree, (), annotation=False))


class Parsed:
    """A piece of code as a tree, which nobody changes, and the globals that are nodes of it.

    They are kept together, since nodes are told apart by identity: those of the same text that is
    parsed again are others.
    """

    def __init__(self, text: str):
        self.tree = ast.parse(text)

    @cached_property
    def globals(self) -> tuple[GlobalName, ...]:
        """As `global_names`."""
        return tuple(global_names(self.tree))


@lru_cache(maxsize=2048)
def parsed(text: str) -> Parsed:
    """A piece of code, parsed once."""
    return Parsed(text)


def references(code: str) -> set[str]:
    """The global names that a piece of code reads, without those it defines itself.

    >>> sorted(references("def f(x: Tensor, y=ONE):\\n    z = g(x)\\n    return z.h + len(z)"))
    ['ONE', 'Tensor', 'g', 'len']
    """
    return {found.name for found in parsed(code).globals} - definitions(code)


def definitions(code: str) -> set[str]:
    """The global names that a piece of code defines.

    >>> sorted(definitions("def f(x): y = 1\\nA, B = 1, 2\\nfor i in A: pass"))
    ['A', 'B', 'f', 'i']
    """
    return bound_in(parsed(code).tree.body)


def bound_names(tree: ast.AST) -> set[str]:
    """Every name that any scope within ``tree`` binds, parameters included."""
    return {name for node in ast.walk(tree) for name in names_bound_by(node)}


def bound_in(body: Iterable[ast.AST]) -> set[str]:
    """The names that the scope with this body binds, those of inner scopes left out."""
    found: set[str] = set()
    elsewhere: set[str] = set()
    for node in _same_scope(body):
        if isinstance(node, ast.Global | ast.Nonlocal):
            elsewhere.update(node.names)
        else:
            found.update(names_bound_by(node))
    return found - elsewhere


def names_bound_by(node: ast.AST) -> Iterator[str]:
    """The names that ``node`` itself binds, without those of its children."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.arg(arg=name):
            yield name
        case ast.alias(name=name, asname=asname):
            yield asname or name.split(".")[0]
        case ast.ExceptHandler(name=str(name)):
            yield name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case _:
            pass


def _same_scope(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of one scope. Of an inner scope, what belongs to this one: name and defaults, and
    what `:=` binds in a comprehension."""
    stack = list(body)
    while stack:
        node = stack.pop()
        yield node
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                stack += _outside(node)
            case ast.ClassDef(decorator_list=decorators, bases=bases, keywords=keywords):
                stack += [*decorators, *bases, *keywords]
            case _ if isinstance(node, _COMPREHENSIONS):
                stack.append(node.generators[0].iter)
                stack += [n for n in ast.walk(node) if isinstance(n, ast.NamedExpr)]
            case _:
                stack += ast.iter_child_nodes(node)


def _outside(function: FunctionNode) -> list[ast.expr]:
    """The parts of a function that are evaluated where it is defined, annotations left out."""
    arguments = function.args
    found = [*arguments.defaults, *(default for default in arguments.kw_defaults if default)]
    return found if isinstance(function, ast.Lambda) else [*function.decorator_list, *found]


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    stars = [arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *stars]


def _reads(
    node: ast.AST, scopes: tuple[set[str], ...], *, annotation: bool
) -> Iterator[GlobalName]:
    """The global reads in ``node``; ``scopes`` are the names of the scopes around it."""
    match node:
        case ast.Name(id=name, ctx=ast.Load() | ast.Del()):
            if not any(name in scope for scope in scopes):
                yield GlobalName(name, node, annotation)
        case ast.Constant(value=str(text)) if annotation:
            yield from _quoted(node, text, scopes)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            yield from _function(node, scopes)
        case ast.ClassDef(body=body, decorator_list=decorators, bases=bases, keywords=keywords):
            for outer in (*decorators, *bases, *keywords):
                yield from _reads(outer, scopes, annotation=False)
            yield from _class_body(body, scopes)
        case ast.AnnAssign(target=target, annotation=hint, value=value):
            yield from _reads(target, scopes, annotation=False)
            yield from _reads(hint, scopes, annotation=True)
            if value is not None:
                yield from _reads(value, scopes, annotation=False)
        case ast.Subscript(value=ast.Name(id="Literal") as literal) if annotation:
            yield from _reads(literal, scopes, annotation=True)
        case _ if isinstance(node, _COMPREHENSIONS):
            yield from _comprehension(node, scopes)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _reads(child, scopes, annotation=annotation)


def _function(function: FunctionNode, scopes: tuple[set[str], ...]) -> Iterator[GlobalName]:
    for outer in _outside(function):
        yield from _reads(outer, scopes, annotation=False)
    parameters = _parameters(function.args)
    hints = [arg.annotation for arg in parameters if arg.annotation is not None]
    if not isinstance(function, ast.Lambda) and function.returns is not None:
        hints.append(function.returns)
    for hint in hints:
        yield from _reads(hint, scopes, annotation=True)
    body = [function.body] if isinstance(function, ast.Lambda) else function.body
    inner = bound_in(body) | {arg.arg for arg in parameters}
    declared = {n for s in _same_scope(body) if isinstance(s, ast.Global) for n in s.names}
    around = tuple(scope - declared for scope in scopes) if declared else scopes
    for statement in body:
        yield from _reads(statement, (*_closures(around), inner), annotation=False)


def _class_body(body: Iterable[ast.stmt], scopes: tuple[set[str], ...]) -> Iterator[GlobalName]:
    own = _ClassScope(bound_in(body))
    for statement in body:
        yield from _reads(statement, (*_closures(scopes), own), annotation=False)


class _ClassScope(set[str]):
    """The names of a class body, which functions inside do not see."""


def _closures(scopes: tuple[set[str], ...]) -> tuple[set[str], ...]:
    return tuple(scope for scope in scopes if not isinstance(scope, _ClassScope))


def _comprehension(
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
    scopes: tuple[set[str], ...],
) -> Iterator[GlobalName]:
    yield from _reads(node.generators[0].iter, scopes, annotation=False)
    targets = {n for generator in node.generators for n in bound_names(generator.target)}
    inner = (*_closures(scopes), targets)
    for index, generator in enumerate(node.generators):
        if index:
            yield from _reads(generator.iter, inner, annotation=False)
        for test in (generator.target, *generator.ifs):
            yield from _reads(test, inner, annotation=False)
    values = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    for value in values:
        yield from _reads(value, inner, annotation=False)


def _quoted(node: ast.Constant, text: str, scopes: tuple[set[str], ...]) -> Iterator[GlobalName]:
    """The names in an annotation that is a text."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return
    for found in _reads(tree.body, scopes, annotation=True):
        yield GlobalName(found.name, node, True)
