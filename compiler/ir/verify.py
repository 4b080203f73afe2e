"""What holds of each representation after any pass: a broken one ends at the pass that broke it.

A violation is a bug of fgc, never a user's mistake.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath

from fgc.compiler.ir.graph import Call, Graph, Mapping, Node, Var, walk
from fgc.compiler.ir.module import Module
from fgc.compiler.ir.span import Span


class InvalidIR(AssertionError):
    """A representation that no pass may leave."""


def verify_graph(graph: Graph) -> None:
    """Checks a configuration graph.

    Top-level keys are texts, each once, and none begins with a dot. Nodes have paths and spans,
    mappings have each key once, calls have targets and keywords that are texts, variables have
    names.

    >>> from fgc.compiler.ir.graph import Entry, Literal
    >>> at = Span.point("a.yaml", 1)
    >>> verify_graph(Graph((Entry("x", at, Literal(1, ("x",), at)),)))
    >>> verify_graph(
    ...     Graph((Entry("x", at, Literal(1, (), at)),))
    ... )  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ...
    InvalidIR: a.yaml:1: a Literal without a path
    """
    _once((str(entry.key) for entry in graph.roots), "the top-level key")
    for entry in graph.roots:
        if not isinstance(entry.key, str) or entry.key.startswith("."):
            raise InvalidIR(f"{_at(entry.key_span)}: `{entry.key}` at top level")
    for node in walk(*(entry.value for entry in graph.roots)):
        _verify_node(node)


def _verify_node(node: Node) -> None:
    place, kind = _at(node.span), type(node).__name__
    if not node.path:
        raise InvalidIR(f"{place}: a {kind} without a path")
    if node.span.line < 1 or node.span.column < 1 or node.span.end_line < node.span.line:
        raise InvalidIR(f"{place}: a {kind} with the span {node.span}")
    match node:
        case Mapping(entries=entries):
            _once((f"{type(e.key).__name__} {e.key}" for e in entries), f"{place}: the key")
        case Call(target=target, kwargs=kwargs):
            if not target:
                raise InvalidIR(f"{place}: a call without a target")
            names = [str(entry.key) for entry in kwargs]
            _once(names, f"{place}: the keyword")
            if not all(isinstance(entry.key, str) for entry in kwargs):
                raise InvalidIR(f"{place}: a keyword that is no text among {names}")
        case Var(var=var) if not var:
            raise InvalidIR(f"{place}: a variable without a name")
        case _:
            pass


def verify_modules(modules: Sequence[Module], references: Callable[[str], Iterable[str]]) -> None:
    """Checks the modules of a tree. ``references`` gives the global names that a text reads.

    Paths are relative and each there once; pieces are Python; in each module a name means one
    thing, and every name that is read is defined, imported or Python's own.
    """
    _once((module.path for module in modules), "the file")
    for module in modules:
        path = PurePosixPath(module.path)
        if path.is_absolute() or ".." in path.parts or path.suffix != ".py":
            raise InvalidIR(f"a module at {module.path}")
        _verify_module(module, references)


def _verify_module(module: Module, references: Callable[[str], Iterable[str]]) -> None:
    imported = [imported.alias for imported in module.imports]
    defined = [piece.name for piece in module.pieces if piece.name]
    _once((*imported, *defined), f"{module.path}: the name")
    known = {*imported, *defined, *dir(builtins), "__name__", "__file__", "__doc__"}
    for piece in module.pieces:
        try:
            known |= _bound(ast.parse(piece.text))
        except SyntaxError as error:
            raise InvalidIR(f"{module.path}: {piece.name} is not Python: {error}") from error
    for piece in module.pieces:
        missing = sorted(set(references(piece.text)) - known)
        if missing:
            raise InvalidIR(f"{module.path}: {piece.name} reads {', '.join(missing)}")


def _bound(tree: ast.Module) -> set[str]:
    """The names that statements bind which are no definitions: one may bind several."""
    found: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for node in ast.walk(statement):
            match node:
                case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name):
                    found.add(name)
                case ast.alias(name=name, asname=asname):
                    found.add(asname or name.split(".")[0])
                case _:
                    pass
    return found


def _once(names: Iterable[str], what: str) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise InvalidIR(f"{what} `{name}` is there {count} times")


def _at(span: Span) -> str:
    return f"{span.file}:{span.line}"
