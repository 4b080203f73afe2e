"""A tree of Python files, whose functions and classes can be evaluated."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping
from typing import TypeVar

from fgc.compiler.evaluate.classes import Instance
from fgc.compiler.evaluate.evaluator import Evaluator
from fgc.compiler.evaluate.limits import Limits, Meter, NotKnown, TooMuch
from fgc.compiler.evaluate.native import math_functions
from fgc.compiler.evaluate.operators import MUTABLE
from fgc.compiler.evaluate.values import Namespace, Object, Scope, Unknown, Value
from fgc.compiler.specialiser.scope import bound_in

T = TypeVar("T")

# Of the standard library, these hand on what they are given.
CARRIERS = frozenset({"collections", "copy", "functools", "importlib", "operator", "pickle"})


class LibraryModule(Object):
    """A module outside of the tree, of which some names may be known."""

    def __init__(self, name: str, library: Mapping[str, Value]):
        self.name = name
        self.library = library

    def attribute(self, name: str) -> Value:
        return library_value(self.library, f"{self.name}.{name}")

    def described(self) -> str:
        return f"the module `{self.name}`"


def library_value(library: Mapping[str, Value], name: str) -> Value:
    """What the dotted ``name`` of code outside of the tree stands for."""
    if name in library:
        return library[name]
    if any(known.startswith(f"{name}.") for known in library):
        return LibraryModule(name, library)
    top = name.partition(".")[0]
    inert = top in sys.stdlib_module_names and top not in CARRIERS
    return Unknown(f"`{name}` is outside of what fgc wrote", name, inert=inert)


def _forget(module: Namespace, statement: ast.stmt, reason: str) -> None:
    """Makes unknown what a statement binds, and may have changed, that was not understood."""
    for name in bound_in([statement]):
        module.names[name] = Unknown(reason)
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            value = module.names.get(node.id)
            if isinstance(value, (Instance, *MUTABLE)):
                module.names[node.id] = Unknown(reason)


class Program:
    """The Python files of a tree, by path, and what is known of the code that they import.

    ``library`` gives values by their dotted names, and may be added to. A file is evaluated when it
    is first imported; of a statement at its top level that is not understood, the names become
    unknown.

    >>> program = Program({"a.py": "def f(x):\\n    return [x * y for y in range(3)]"})
    >>> program.evaluate(lambda: program.call(program.module("a.py").names["f"], 7))
    [0, 7, 14]
    """

    def __init__(
        self,
        files: Mapping[str, str],
        library: Mapping[str, Value] | None = None,
        limits: Limits | None = None,
    ):
        self.files = files
        self.library: dict[str, Value] = {"typing.TYPE_CHECKING": False, **math_functions()}
        self.library.update(library or {})
        self.evaluator = Evaluator(Meter(limits or Limits()), self._imported)
        self._modules: dict[str, Namespace] = {}

    def evaluate(self, run: Callable[[], T]) -> T:
        """What ``run`` gives, which uses this program.

        Raises:
            NotKnown: what it comes to is not understood, or takes too much.
        """
        try:
            return run()
        except RecursionError:
            raise TooMuch("it is nested too deep") from None

    def call(self, callee: Value, *args: Value, **kwargs: Value) -> Value:
        """``callee(*args, **kwargs)``. Raises `NotKnown`."""
        return self.evaluator.call(callee, args, kwargs)

    def expression(self, node: ast.expr, module: Namespace, names: Mapping[str, Value]) -> Value:
        """The value of an expression in ``module`` where ``names`` are bound. Raises `NotKnown`."""
        scope = Scope(module, names=dict(names), bound=frozenset(names))
        return self.evaluator.evaluate(node, scope)

    def module(self, path: str) -> Namespace:
        """The module in the file ``path``. Raises `NotKnown` where it cannot be read."""
        if path in self._modules:
            return self._modules[path]
        if path not in self.files:
            raise NotKnown(f"there is no {path}")
        try:
            tree = ast.parse(self.files[path])
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise NotKnown(f"{path} cannot be read: {type(error).__name__}") from None
        module = self._modules[path] = Namespace(path)
        scope = Scope(module, names=module.names)
        for statement in tree.body:
            try:
                self.evaluator.execute(statement, scope)
            except TooMuch:
                raise
            except NotKnown as error:
                _forget(module, statement, error.reason)
        return module

    def _imported(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> Mapping[str, Value]:
        """The names that an import statement binds."""
        found: dict[str, Value] = {}
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole, top = self._module(alias.name), alias.name.partition(".")[0]
                found[alias.asname or top] = whole if alias.asname else self._module(top)
            return found
        if node.module == "__future__":
            return found
        package = self._package(node, scope.module.path)
        for alias in node.names:
            if alias.name == "*":
                raise NotKnown("it imports `*`")
            found[alias.asname or alias.name] = self._member(package, alias.name)
        return found

    def _package(self, node: ast.ImportFrom, path: str) -> str:
        """The dotted name of the module that a ``from`` names."""
        if not node.level:
            return node.module or ""
        folders = path.split("/")[: -node.level]
        return ".".join([*folders, *filter(None, [node.module])])

    def _member(self, package: str, name: str) -> Value:
        found = self._module(package)
        if isinstance(found, Namespace) and name not in found.names:
            dotted = f"{package}.{name}"
            return self._module(dotted) if self._path(dotted) else found.attribute(name)
        return found.attribute(name) if isinstance(found, Object) else found

    def _module(self, name: str) -> Value:
        """The module of this dotted name, which becomes an attribute of its package."""
        path = self._path(name)
        if path is None:
            return LibraryModule(name, self.library)
        package, _, last = name.rpartition(".")
        around = self._module(package) if package else None
        module = self.module(path)
        if isinstance(around, Namespace):
            around.names[last] = module
        return module

    def _path(self, name: str) -> str | None:
        base = name.replace(".", "/")
        candidates = (f"{base}.py", f"{base}/__init__.py")
        return next((path for path in candidates if path in self.files), None)
