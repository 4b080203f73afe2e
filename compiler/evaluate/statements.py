"""What statements do."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from fgc.compiler.evaluate.builtins import truth
from fgc.compiler.evaluate.classes import Class
from fgc.compiler.evaluate.expressions import Expressions
from fgc.compiler.evaluate.limits import Meter, NotKnown, Raised
from fgc.compiler.evaluate.native import iterate
from fgc.compiler.evaluate.operators import binary, native
from fgc.compiler.evaluate.values import Object, Scope, Unknown, Value

Importer = Callable[[ast.Import | ast.ImportFrom, Scope], Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class Returned:
    """A ``return`` was reached."""

    value: Value


class Jump:
    """A ``break`` or ``continue`` was reached."""


BREAK, CONTINUE = Jump(), Jump()
Flow = Returned | Jump | None  # how a statement ends; None where the next one follows


class Context(Object):
    """A context manager, or decorator, that changes nothing that an evaluation could tell."""


class Statements(Expressions):
    """Runs statements. Definitions are left to the class that derives.

    ``importer`` gives the names that an import statement binds.
    """

    def __init__(self, meter: Meter, importer: Importer):
        super().__init__(meter)
        self.importer = importer
        self._statements: Mapping[type, Callable[[Any, Scope], Flow]] = {
            ast.AnnAssign: self._annotated,
            ast.Assert: self._assert,
            ast.Assign: self._assign,
            ast.AugAssign: self._augmented,
            ast.Break: lambda node, scope: BREAK,
            ast.ClassDef: self.define,
            ast.Continue: lambda node, scope: CONTINUE,
            ast.Delete: self._delete,
            ast.Expr: self._expression,
            ast.For: self._for,
            ast.FunctionDef: self.define,
            ast.If: self._if,
            ast.Import: self._import,
            ast.ImportFrom: self._import,
            ast.Nonlocal: lambda node, scope: None,
            ast.Pass: lambda node, scope: None,
            ast.Raise: self._raise,
            ast.Return: self._return,
            ast.While: self._while,
            ast.With: self._with,
        }

    @abstractmethod
    def define(self, node: ast.FunctionDef | ast.ClassDef, scope: Scope) -> None:
        """Binds the function or class that is defined in ``scope``."""

    def run(self, body: Sequence[ast.stmt], scope: Scope) -> Flow:
        """Runs statements up to the first that does not lead to the next."""
        for statement in body:
            flow = self.execute(statement, scope)
            if flow is not None:
                return flow
        return None

    def execute(self, node: ast.stmt, scope: Scope) -> Flow:
        """Runs one statement."""
        self.meter.spend()
        kind = self._statements.get(type(node))
        if kind is None:
            raise NotKnown(f"it has a statement of the kind `{type(node).__name__}`")
        return kind(node, scope)

    def assign(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """``target = value``."""
        match target:
            case ast.Name(id=name):
                owner: Scope | None = scope
                while owner is not None and owner.bound is not None and name not in owner.bound:
                    owner = owner.parent  # declared as nonlocal
                if owner is None:
                    raise NotKnown(f"it binds `{name}` elsewhere")
                owner.names[name] = value
            case ast.Attribute(value=inner, attr=name):
                self._set_attribute(self.evaluate(inner, scope), name, value)
            case ast.Subscript(value=inner, slice=key):
                self._set_item(self.evaluate(inner, scope), self.evaluate(key, scope), value)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self._unpack(targets, value, scope)
            case _:
                raise NotKnown(f"it assigns to a {type(target).__name__}")

    def _unpack(self, targets: Sequence[ast.expr], value: Value, scope: Scope) -> None:
        if isinstance(value, Unknown):
            part = Unknown(value.reason, inert=value.inert, owner=value.owner)
            values: list[Value] = [part] * len(targets)
        else:
            values = self.builtins.listed(value)
        starred = [i for i, target in enumerate(targets) if isinstance(target, ast.Starred)]
        if starred and not isinstance(value, Unknown):
            first, rest = starred[0], len(targets) - starred[0] - 1
            if len(values) >= len(targets) - 1:
                end = len(values) - rest
                values = [*values[:first], values[first:end], *values[end:]]
        if len(values) != len(targets):
            raise Raised(f"it raises ValueError: {len(values)} values for {len(targets)} names")
        for target, value in zip(targets, values, strict=True):
            self.assign(target.value if isinstance(target, ast.Starred) else target, value, scope)

    def _set_attribute(self, of: Value, name: str, value: Value) -> None:
        if name.startswith("__") and not name.endswith("__"):
            raise NotKnown(f"it uses the private name `{name}`")
        if not isinstance(of, Object):
            raise NotKnown(f"it sets the attribute `{name}` of something that is not known")
        of.set_attribute(name, value)

    def _set_item(self, of: Value, key: Value, value: Value) -> None:
        match of, key:
            case Object(), _:
                of.set_item(key, value)
            case list(), int():
                native(lambda: cast("list[Value]", of).__setitem__(key, value))
            case dict(), None | bool() | int() | float() | str():
                mapping = cast("dict[Value, Value]", of)
                self.meter.grow(len(mapping))
                mapping[key] = value
            case _:
                raise NotKnown("it sets an item of something that is not known")

    def _assign(self, node: ast.Assign, scope: Scope) -> Flow:
        value = self.evaluate(node.value, scope)
        for target in node.targets:
            self.assign(target, value, scope)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> Flow:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value, scope), scope)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> Flow:
        match node.target:
            case ast.Name(id=name):
                made = self._combined(node, self.lookup(name, scope), scope)
                self.assign(node.target, made, scope)
            case ast.Attribute(value=inner, attr=name):
                of = self.evaluate(inner, scope)
                made = self._combined(node, self.attribute(of, name), scope)
                self._set_attribute(of, name, made)
            case ast.Subscript(value=inner, slice=index):
                of, key = self.evaluate(inner, scope), self.evaluate(index, scope)
                made = self._combined(node, self.item(of, key), scope)
                self._set_item(of, key, made)

    def _combined(self, node: ast.AugAssign, left: Value, scope: Scope) -> Value:
        name = type(node.op).__name__
        right = self.evaluate(node.value, scope)
        if name == "Add" and isinstance(left, list):
            right = self.builtins.listed(right)  # as `extend`, which takes any iterable
        return binary(name, left, right, self.meter, in_place=True)

    def _expression(self, node: ast.Expr, scope: Scope) -> Flow:
        if not isinstance(node.value, ast.Constant):
            self.evaluate(node.value, scope)

    def _return(self, node: ast.Return, scope: Scope) -> Flow:
        return Returned(None if node.value is None else self.evaluate(node.value, scope))

    def _if(self, node: ast.If, scope: Scope) -> Flow:
        test = self.evaluate(node.test, scope)
        if isinstance(truth(test), Unknown) and _only_complains(node):
            return None  # what is asked for is what happens where it works
        return self.run(node.body if self.decide(test) else node.orelse, scope)

    def _assert(self, node: ast.Assert, scope: Scope) -> Flow:
        if truth(self.evaluate(node.test, scope)) is False:
            raise Raised("it raises AssertionError")

    def _raise(self, node: ast.Raise, scope: Scope) -> Flow:
        match node.exc:
            case ast.Call(func=callee, args=[message, *_]):
                text = self.evaluate(message, scope)
            case ast.Call(func=callee) | callee:
                text = None
        kind = None if callee is None else self.evaluate(callee, scope)
        name = kind.name if isinstance(kind, Class) else "an exception"
        raise Raised(f"it raises {name}: {text}" if isinstance(text, str) else f"it raises {name}")

    def _for(self, node: ast.For, scope: Scope) -> Flow:
        for item in iterate(self.evaluate(node.iter, scope), self.meter):
            self.assign(node.target, item, scope)
            flow = self.run(node.body, scope)
            if flow is BREAK:
                return None
            if isinstance(flow, Returned):
                return flow
        return self.run(node.orelse, scope)

    def _while(self, node: ast.While, scope: Scope) -> Flow:
        while self.decide(self.evaluate(node.test, scope)):
            self.meter.spend()
            flow = self.run(node.body, scope)
            if flow is BREAK:
                return None
            if isinstance(flow, Returned):
                return flow
        return self.run(node.orelse, scope)

    def _with(self, node: ast.With, scope: Scope) -> Flow:
        for item in node.items:
            context = self.evaluate(item.context_expr, scope)
            if not isinstance(context, Context) or item.optional_vars is not None:
                raise NotKnown("it has a `with` whose effect is not known")
        return self.run(node.body, scope)

    def _delete(self, node: ast.Delete, scope: Scope) -> Flow:
        for target in node.targets:
            match target:
                case ast.Name(id=name) if name in scope.names:
                    del scope.names[name]
                case ast.Attribute(value=inner, attr=name):
                    of = self.evaluate(inner, scope)
                    if not isinstance(of, Object):
                        raise NotKnown(f"it deletes the attribute `{name}`")
                    of.delete_attribute(name)
                case _:
                    raise NotKnown("it deletes something that is not known")

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> Flow:
        for name, value in self.importer(node, scope).items():
            self.assign(ast.Name(name, ast.Store()), value, scope)


def _only_complains(node: ast.If) -> bool:
    """Whether the branch does nothing but raise."""
    return len(node.body) == 1 and isinstance(node.body[0], ast.Raise) and not node.orelse
