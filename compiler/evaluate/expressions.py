"""What expressions evaluate to."""

from __future__ import annotations

import ast
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from fgc.compiler.evaluate.builtins import DATA, Builtins, hashable, one_of, truth
from fgc.compiler.evaluate.classes import Super
from fgc.compiler.evaluate.limits import Meter, NotKnown, Raised, TooMuch
from fgc.compiler.evaluate.native import iterate, method
from fgc.compiler.evaluate.operators import binary, compare, length, native, unary
from fgc.compiler.evaluate.values import (
    Builtin,
    Function,
    Object,
    Scope,
    Unknown,
    Value,
    Wrapped,
    is_plain,
)
from fgc.compiler.specialiser.scope import bound_in

T = TypeVar("T")

SUPER = Builtin("super", lambda: None)
CONVERSIONS: Mapping[int, Callable[[Value], str]] = {
    ord("r"): repr,
    ord("s"): str,
    ord("a"): ascii,
}
LARGE = re.compile(r"\d{4}")  # in the format of a number


class Expressions(ABC):
    """Evaluates expressions. Calls, and what they run, are left to the class that derives."""

    def __init__(self, meter: Meter):
        self.meter = meter
        self.builtins = Builtins(meter, self.attribute, lambda f, args: self.call(f, args, {}))
        self._kinds: Mapping[type, Callable[[Any, Scope], Value]] = {
            ast.Attribute: lambda node, scope: self.attribute(
                self.evaluate(node.value, scope), node.attr
            ),
            ast.BinOp: self._binary,
            ast.BoolOp: self._bool,
            ast.Call: self._call,
            ast.Compare: self._compare,
            ast.Constant: self._constant,
            ast.Dict: self._dict,
            ast.DictComp: self._dict_comprehension,
            ast.GeneratorExp: lambda node, scope: self._comprehension(node, scope),
            ast.IfExp: self._conditional,
            ast.JoinedStr: self._joined,
            ast.Lambda: self.function,
            ast.List: lambda node, scope: self._elements(node.elts, scope),
            ast.ListComp: lambda node, scope: self._listed(self._comprehension(node, scope)),
            ast.Name: lambda node, scope: self.lookup(node.id, scope),
            ast.NamedExpr: self._named,
            ast.Set: lambda node, scope: self._hashed(self._elements(node.elts, scope)),
            ast.SetComp: lambda node, scope: self._hashed(self._comprehension(node, scope)),
            ast.Slice: self._slice,
            ast.Subscript: lambda node, scope: self.item(
                self.evaluate(node.value, scope), self.evaluate(node.slice, scope)
            ),
            ast.Tuple: lambda node, scope: tuple(self._elements(node.elts, scope)),
            ast.UnaryOp: self._unary,
        }

    @abstractmethod
    def call(self, callee: Value, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        """``callee(*args, **kwargs)``."""

    @abstractmethod
    def function(self, node: ast.FunctionDef | ast.Lambda, scope: Scope) -> Function:
        """The function that is defined in ``scope``."""

    @abstractmethod
    def superclass(self, scope: Scope) -> Value:
        """``super()``."""

    @abstractmethod
    def assign(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """``target = value``."""

    def evaluate(self, node: ast.expr, scope: Scope) -> Value:
        """The value of ``node``. Raises `NotKnown` where to evaluate it may change something."""
        self.meter.spend()
        kind = self._kinds.get(type(node))
        if kind is None:
            raise NotKnown(f"it has an expression of the kind `{type(node).__name__}`")
        return kind(node, scope)

    def lookup(self, name: str, scope: Scope) -> Value:
        """The value of a name. Raises `Raised` where it has none yet."""
        inner: Scope | None = scope
        while inner is not None:
            if name in inner.names and (inner is scope or not inner.of_class):
                return inner.names[name]
            if inner.bound is not None and name in inner.bound:
                kind = "UnboundLocalError" if inner is scope else "NameError"
                raise Raised(f"it raises {kind}: {name}")
            inner = inner.parent
        if name in scope.module.names:
            return scope.module.names[name]
        if name in self.builtins.names:
            return self.builtins.names[name]
        if name == "super":
            return SUPER
        return Unknown(f"the name `{name}`")

    def attribute(self, value: Value, name: str) -> Value:
        """``value.name``."""
        if name.startswith("__") and not name.endswith("__"):
            raise NotKnown(f"it uses the private name `{name}`")
        match value:
            case Unknown(name=written):
                dotted = f"{written}.{name}" if written else ""
                return Unknown(value.reason, dotted, value.inert, value.owner)
            case Object():
                found = value.attribute(name)
                if isinstance(found, Wrapped):
                    instance = value.instance if isinstance(value, Super) else value
                    return self.call(found.function, [instance], {})
                return found
            case _:
                return method(value, name, self.meter)

    def item(self, value: Value, key: Value) -> Value:
        """``value[key]``."""
        if isinstance(value, Unknown):
            return Unknown(value.reason, inert=value.inert, owner=value.owner)
        if isinstance(value, Object):
            return value.item(key)
        if isinstance(key, Unknown):
            by_key = isinstance(value, dict)
            items = cast("dict[Value, Value]", value).values() if by_key else value
            return one_of(iterate(items, self.meter), key.reason)
        if not is_plain(key, self.meter):
            return Unknown("an item at a key that is no plain data")
        sequence = cast("list[Value]", value)
        if isinstance(key, slice):
            self.meter.hold(length(sequence))
        return native(lambda: sequence[cast("int", key)])

    def decide(self, value: Value) -> bool:
        """Whether a branch is taken. Raises `NotKnown` where that is not known."""
        found = truth(value)
        if isinstance(found, Unknown):
            raise NotKnown(f"it branches on something that is not known: {found.reason}")
        return found

    def _constant(self, node: ast.Constant, scope: Scope) -> Value:
        if isinstance(node.value, bytes | complex):
            return Unknown(f"the constant `{node.value!r:.40}`", inert=True)
        return node.value

    def _named(self, node: ast.NamedExpr, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        if scope.of_class or (scope.bound is not None and node.target.id not in scope.bound):
            raise NotKnown("it binds a name within a comprehension or a class")
        self.assign(node.target, value, scope)
        return value

    def _binary(self, node: ast.BinOp, scope: Scope) -> Value:
        left = self.evaluate(node.left, scope)
        right = self.evaluate(node.right, scope)
        return binary(type(node.op).__name__, left, right, self.meter)

    def _unary(self, node: ast.UnaryOp, scope: Scope) -> Value:
        operand = self.evaluate(node.operand, scope)
        if isinstance(node.op, ast.Not):
            found = truth(operand)
            return found if isinstance(found, Unknown) else not found
        return unary(type(node.op).__name__, operand)

    def _bool(self, node: ast.BoolOp, scope: Scope) -> Value:
        stops = isinstance(node.op, ast.Or)
        value: Value = None
        for index, operand in enumerate(node.values):
            value = self.evaluate(operand, scope)
            if index == len(node.values) - 1:
                break
            found = truth(value)
            if isinstance(found, Unknown):
                return self._either([*node.values[index:]], scope, found.reason)
            if found is stops:
                break
        return value

    def _compare(self, node: ast.Compare, scope: Scope) -> Value:
        left = self.evaluate(node.left, scope)
        found: Value = True
        for index, (op, comparator) in enumerate(zip(node.ops, node.comparators, strict=True)):
            right = self.evaluate(comparator, scope)
            found = compare(type(op).__name__, left, right, self.meter)
            left = right
            if found is not True and index < len(node.ops) - 1:
                if isinstance(found, Unknown):
                    for rest in node.comparators[index + 1 :]:
                        self._need_pure(rest, scope, found.reason)
                break
        return found

    def _conditional(self, node: ast.IfExp, scope: Scope) -> Value:
        found = truth(self.evaluate(node.test, scope))
        if not isinstance(found, Unknown):
            return self.evaluate(node.body if found else node.orelse, scope)
        return self._either([node.body, node.orelse], scope, found.reason)

    def _either(self, nodes: Sequence[ast.expr], scope: Scope, reason: str) -> Value:
        """One of the values of ``nodes``, not known which.

        Raises `NotKnown` where to evaluate one of them, or not to, may change something.
        """
        for node in nodes:
            self._need_pure(node, scope, reason)
        values: list[Value] = []
        for node in nodes:
            try:
                values.append(self.evaluate(node, scope))
            except TooMuch:
                raise
            except NotKnown:  # perhaps that of a branch that is not taken
                values.append(Unknown(reason))
        return one_of(values, reason)

    def _need_pure(self, node: ast.expr, scope: Scope, reason: str) -> None:
        """Raises `NotKnown` where to evaluate ``node``, or not to, may change something."""
        for inner in ast.walk(node):
            pure = not isinstance(inner, ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom)
            if isinstance(inner, ast.Call):
                callee = inner.func
                pure = isinstance(callee, ast.Name | ast.Attribute) and self._is_pure(callee, scope)
            if not pure:
                raise NotKnown(f"it branches on something that is not known: {reason}")

    def _is_pure(self, callee: ast.Name | ast.Attribute, scope: Scope) -> bool:
        if isinstance(callee, ast.Attribute) and not isinstance(callee.value, ast.Name):
            return False
        found = self.evaluate(callee, scope)
        return isinstance(found, Builtin) and found.pure

    def _elements(self, nodes: Sequence[ast.expr], scope: Scope) -> list[Value]:
        values: list[Value] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                values += self._listed(self.evaluate(node.value, scope))
            else:
                values.append(self.evaluate(node, scope))
        return values

    def _listed(self, items: Value) -> list[Value]:
        return self.builtins.listed(items)

    def _hashed(self, items: Value) -> set[Value]:
        return {hashable(item, self.meter) for item in iterate(items, self.meter)}

    def _dict(self, node: ast.Dict, scope: Scope) -> Value:
        made: dict[Value, Value] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                more = self.evaluate(value, scope)
                if not isinstance(more, dict):
                    raise NotKnown("it spreads a mapping that is not known")
                made |= cast("dict[Value, Value]", more)
            else:
                made[hashable(self.evaluate(key, scope), self.meter)] = self.evaluate(value, scope)
            self.meter.hold(len(made))
        return made

    def _slice(self, node: ast.Slice, scope: Scope) -> Value:
        parts = (node.lower, node.upper, node.step)
        values = [None if part is None else self.evaluate(part, scope) for part in parts]
        unknown = next((value for value in values if isinstance(value, Unknown)), None)
        return slice(*values) if unknown is None else unknown

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope
    ) -> Iterator[Value]:
        return self._generated(node.generators, scope, lambda inner: self.evaluate(node.elt, inner))

    def _dict_comprehension(self, node: ast.DictComp, scope: Scope) -> Value:
        def pair(inner: Scope) -> tuple[Value, Value]:
            key = hashable(self.evaluate(node.key, inner), self.meter)
            return key, self.evaluate(node.value, inner)

        return dict(self._generated(node.generators, scope, pair))

    def _generated(
        self,
        generators: Sequence[ast.comprehension],
        scope: Scope,
        make: Callable[[Scope], T],
    ) -> Iterator[T]:
        """What the comprehension gives. Its first iterable is evaluated at once, as Python does."""
        targets = frozenset(name for each in generators for name in bound_in([each.target]))
        inner = Scope(scope.module, scope, bound=targets)
        first = iterate(self.evaluate(generators[0].iter, scope), self.meter)

        def generate(index: int, items: Iterator[Value]) -> Iterator[T]:
            generator = generators[index]
            for item in items:
                self.assign(generator.target, item, inner)
                if not all(self.decide(self.evaluate(test, inner)) for test in generator.ifs):
                    continue
                if index + 1 == len(generators):
                    yield make(inner)
                else:
                    more = self.evaluate(generators[index + 1].iter, inner)
                    yield from generate(index + 1, iterate(more, self.meter))

        return generate(0, first)

    def _joined(self, node: ast.JoinedStr, scope: Scope) -> Value:
        texts: list[str] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                text = self._formatted(part, scope)
            else:
                text = self.evaluate(part, scope)
            if not isinstance(text, str):
                return Unknown("a text that holds what is not known", inert=True)
            texts.append(text)
        self.meter.hold(sum(map(len, texts)))
        return "".join(texts)

    def _formatted(self, node: ast.FormattedValue, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        spec = "" if node.format_spec is None else self.evaluate(node.format_spec, scope)
        if not isinstance(spec, str) or LARGE.search(spec):
            return None
        if not (isinstance(value, DATA) or value is None):
            return None
        convert = CONVERSIONS.get(node.conversion)
        shown = value if convert is None else convert(value)
        return native(lambda: format(shown, spec))

    def _call(self, node: ast.Call, scope: Scope) -> Value:
        callee = self.evaluate(node.func, scope)
        args = self._elements(node.args, scope)
        kwargs: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, scope)
            if keyword.arg is not None:
                kwargs[keyword.arg] = value
            elif isinstance(value, dict):
                given = cast("dict[Value, Value]", value)
                if not all(isinstance(key, str) for key in given):
                    raise NotKnown("it spreads a mapping whose keys are no names")
                if kwargs.keys() & given.keys():
                    raise Raised("it raises TypeError: multiple values for a keyword argument")
                kwargs |= cast("dict[str, Value]", given)
            else:
                raise NotKnown("it spreads a mapping that is not known")
        if callee is SUPER:
            if args or kwargs:
                raise NotKnown("it calls `super` with arguments")
            return self.superclass(scope)
        return self.call(callee, args, kwargs)
