"""Calls, functions and classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from fgc.compiler.evaluate.arguments import bound_arguments, parameters
from fgc.compiler.evaluate.classes import Class, Instance, Super
from fgc.compiler.evaluate.limits import Meter, NotKnown, Raised, TooMuch
from fgc.compiler.evaluate.operators import ERRORS, MUTABLE
from fgc.compiler.evaluate.statements import Context, Importer, Returned, Statements
from fgc.compiler.evaluate.values import (
    Builtin,
    Function,
    Method,
    Object,
    Scope,
    Unknown,
    Value,
    Wrapped,
    objects_in,
)
from fgc.compiler.specialiser.scope import bound_in

# With these, attributes and instances mean something else.
UNSUPPORTED = frozenset(
    {
        "__class_getitem__",
        "__delattr__",
        "__get__",
        "__getattr__",
        "__getattribute__",
        "__init_subclass__",
        "__new__",
        "__set__",
        "__set_name__",
        "__setattr__",
        "__slots__",
    }
)


class Evaluator(Statements):
    """Evaluates expressions and runs statements, on the values of one program."""

    def __init__(self, meter: Meter, importer: Importer):
        super().__init__(meter, importer)
        self._bound: dict[ast.AST, frozenset[str]] = {}

    def call(self, callee: Value, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        """``callee(*args, **kwargs)``. What is not read may change the objects that it is given."""
        match callee:
            case Builtin():
                return self._call_builtin(callee, args, kwargs)
            case Function():
                return self._call_function(callee, args, kwargs)
            case Method(function=function, instance=instance):
                return self.call(function, [instance, *args], kwargs)
            case Class():
                return self._construct(callee, args, kwargs)
            case Unknown(reason=reason, name=name, inert=inert, owner=owner):
                given = [*args, *kwargs.values()]
                for reached in objects_in([owner, *given], self.meter):
                    reached.escape(reason)
                return Unknown(reason, name, inert)
            case Object():
                raise NotKnown(f"it calls {callee.described()}")
            case _:
                raise Raised(f"it raises TypeError: a {type(callee).__name__} is not callable")

    def _call_builtin(
        self, callee: Builtin, args: Sequence[Value], kwargs: Mapping[str, Value]
    ) -> Value:
        given = [*args, *kwargs.values()]
        try:
            found = callee.run(*args, **kwargs)
            if isinstance(found, int):
                self.meter.fit(found.bit_length())
            return found
        except (TooMuch, Raised):
            raise
        except NotKnown as error:
            running = any(isinstance(value, Iterator | Function | Method) for value in given)
            if callee.pure and not running and not any(objects_in(given, self.meter)):
                return Unknown(error.reason)
            raise
        except StopIteration:
            raise Raised("it raises StopIteration") from None
        except TypeError:
            raise NotKnown(f"it calls `{callee.name}` with other arguments than expected") from None
        except ERRORS as error:
            raise Raised(f"it raises {type(error).__name__}: {error}") from None

    def _call_function(
        self, function: Function, args: Sequence[Value], kwargs: Mapping[str, Value]
    ) -> Value:
        inner = Scope(
            function.scope.module,
            function.scope,
            bound_arguments(function, args, kwargs),
            self._locals(function.node),
            method=function,
            first=args[0] if args else None,
        )
        self.meter.enter()
        try:
            if isinstance(function.node, ast.Lambda):
                return self.evaluate(function.node.body, inner)
            flow = self.run(function.node.body, inner)
            return flow.value if isinstance(flow, Returned) else None
        finally:
            self.meter.leave()

    def _construct(self, cls: Class, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        if cls.new is None:
            raise NotKnown(f"it makes a `{cls.name}`")
        instance = cls.new(cls)
        given = [*args, *kwargs.values()]
        init = cls.find("__init__")
        try:
            if not isinstance(init, Function | Builtin):
                raise NotKnown(f"the constructor of `{cls.name}` is not read")
            self.call(init, [instance, *args], kwargs)
        except (TooMuch, Raised):
            raise
        except NotKnown as error:
            # what was not run may have changed what it was given
            if any(isinstance(value, MUTABLE) for value in given):
                raise
            if not instance.give_up(error.reason):
                raise
            for reached in objects_in(given, self.meter):
                reached.escape(error.reason)
        return instance

    def superclass(self, scope: Scope) -> Value:
        """``super()``."""
        owner = None if scope.method is None else scope.method.owner
        if owner is None or not isinstance(scope.first, Instance):
            raise NotKnown("it calls `super` outside of a method")
        return Super(owner, scope.first)

    def function(self, node: ast.FunctionDef | ast.Lambda, scope: Scope) -> Function:
        """The function that is defined in ``scope``."""
        arguments = node.args
        defaults = tuple(self.evaluate(default, scope) for default in arguments.defaults)
        keyword_defaults = {
            parameter.arg: self.evaluate(default, scope)
            for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if default is not None
        }
        return Function(node, scope, defaults, keyword_defaults)

    def _locals(self, node: ast.FunctionDef | ast.Lambda) -> frozenset[str]:
        """The names that belong to a call. Raises `NotKnown` where the function is a generator."""
        if node not in self._bound:
            body = [node.body] if isinstance(node, ast.Lambda) else node.body
            if _yields(body):
                raise NotKnown("it calls a generator")
            self._bound[node] = frozenset(bound_in(body) | {arg.arg for arg in parameters(node)})
        return self._bound[node]

    def define(self, node: ast.FunctionDef | ast.ClassDef, scope: Scope) -> None:
        """Binds the function or class that is defined in ``scope``."""
        made: Value
        if isinstance(node, ast.ClassDef):
            made = self._class(node, scope)
        else:
            made = self.function(node, scope)
        for decorator in reversed(node.decorator_list):
            made = self._decorated(decorator, made, scope)
        self.assign(ast.Name(node.name, ast.Store()), made, scope)

    def _decorated(self, decorator: ast.expr, made: Value, scope: Scope) -> Value:
        callee = self.evaluate(decorator, scope)
        if isinstance(callee, Context):
            return made
        if isinstance(callee, Unknown):
            name = callee.name or ast.unparse(decorator)
            return Unknown(f"the decorator `{name}` is not read")
        return self.call(callee, [made], {})

    def _class(self, node: ast.ClassDef, scope: Scope) -> Value:
        bases: list[Class] = []
        for base in node.bases:
            value = self.evaluate(base, scope)
            if isinstance(value, Builtin) and value.type is object:
                continue
            if not isinstance(value, Class):
                why = value.reason if isinstance(value, Unknown) else "it is no class"
                return Unknown(f"the base `{ast.unparse(base)}`: {why}", node.name)
            bases.append(value)
        inner = Scope(scope.module, scope, of_class=True)
        self.run(node.body, inner)
        odd = UNSUPPORTED & inner.names.keys()
        if node.keywords or odd:
            what = f"`{min(odd)}`" if odd else "keywords"
            return Unknown(f"the class `{node.name}` has {what}", node.name)
        new = None if bases else Instance
        summary = (ast.get_docstring(node) or "").partition("\n")[0]
        made = Class(node.name, tuple(bases), inner.names, new, summary=summary)
        if not bases:
            made.names.setdefault("__init__", Builtin("object.__init__", _nothing))
        for value in inner.names.values():
            function = value.function if isinstance(value, Wrapped) else value
            if isinstance(function, Function) and function.scope is inner:
                function.owner = made
        return made


def _nothing(instance: Value) -> None:
    """``object.__init__``."""


def _yields(body: Sequence[ast.AST]) -> bool:
    """Whether this is the body of a generator."""
    stack = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            stack += ast.iter_child_nodes(node)
    return False
