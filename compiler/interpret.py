"""The reference interpreter: builds what a configuration describes, by importing and calling.

What generated code builds is held to what this builds, so it is kept small and plain. It is the one
module of the compiler that runs the code that a configuration names.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import operator
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from types import ModuleType
from typing import Any

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import (
    Call,
    File,
    Graph,
    Kind,
    List,
    Literal,
    Mapping,
    Node,
    Tuple,
    Var,
    children,
    walk,
)
from fgc.compiler.symbols.resolution import Resolution
from fgc.compiler.symbols.symbol import Symbol


def interpret(
    resolution: Resolution,
    roots: Sequence[str] | None = None,
    *,
    launch: MappingOf[str, object] = {},
) -> dict[str, object]:
    """The objects at the top-level keys ``roots``, all where it is None, in configuration order.

    The resolution has passed the checks. ``launch`` holds the values of variables that are known
    only where a program starts. What the called code raises gets the places of the calls as notes.

    Raises:
        BuildError: FGC023, FGC030 or FGC040.
    """
    entries = {str(entry.key): entry.value for entry in resolution.graph.roots}
    for name in roots or ():
        if name not in entries:
            raise BuildError(Diagnostic("FGC040", f"the configuration has no target `{name}`"))
    interpreter = _Interpreter(resolution, launch)
    wanted = entries.keys() if roots is None else set(roots)
    return {name: interpreter.root(node) for name, node in entries.items() if name in wanted}


class CallNote(str):
    """A note on an exception: it was raised in a call of the configuration, or as what the call
    names was imported."""

    __slots__ = ("call",)
    call: Call

    @classmethod
    def of(cls, call: Call, what: str) -> CallNote:
        """The note that ``what`` was going on, and where that is written."""
        place = f"{call.span.file}:{call.span.line}:{call.span.column}"
        note = cls(f"in the {what} of `{call.target}` at {place}")
        note.call = call
        return note


class Bound(partial[Any]):
    """A callable that a `!partial` describes; ``node`` is that."""

    node: Call

    def __repr__(self) -> str:
        return f"<partial of {self.node.target}>"


@dataclass(frozen=True, slots=True)
class _Model:
    """Where `!var` means a field of a model. In the fields themselves it lies in ``outer``."""

    fields: Mapping
    outer: _Model | None


class _Interpreter:
    def __init__(self, resolution: Resolution, launch: MappingOf[str, object]):
        self._symbols = resolution.symbols
        self._variables = {**launch, **resolution.graph.bindings}
        self._early = _made_early(resolution.graph)
        self._made: dict[Call, object] = {}

    def root(self, node: Node) -> object:
        """The object of a top-level node."""
        self._prepare(node, None, set())
        return self._value(node, None)

    def _prepare(
        self, node: Node, model: _Model | None, seen: set[tuple[Node, _Model | None]]
    ) -> None:
        """Make the early singletons at and below ``node``, each after those that it needs."""
        if (node, model) in seen:
            return
        seen.add((node, model))
        fields = _fields(node)
        for child in children(node):
            inner = model if fields is None or child is fields else _Model(fields, model)
            self._prepare(child, inner, seen)
        if node in self._early:
            self._value(node, model)

    def _value(self, node: Node, model: _Model | None) -> object:
        match node:
            case Literal(value=value):
                return value
            case List(items=items):
                return [self._value(item, model) for item in items]
            case Tuple(items=items):
                return tuple(self._value(item, model) for item in items)
            case Mapping(entries=entries):
                return {entry.key: self._value(entry.value, model) for entry in entries}
            case File(source=source):
                return Path(source)
            case Var():
                return self._variable(node, model)
            case Call():
                return self._object(node, model)

    def _object(self, node: Call, model: _Model | None) -> object:
        match node.kind:
            case Kind.SINGLETON:
                if node not in self._made:
                    self._made[node] = self._call(node, model)
                return self._made[node]
            case Kind.FACTORY:
                return self._call(node, model)
            case Kind.PARTIAL:
                return self._bound(node, model) if children(node) else self._target(node)
            case Kind.META:
                message = "`!meta` is printed, and never built"
                raise BuildError(Diagnostic("FGC040", message, node.span))

    def _bound(self, node: Call, model: _Model | None) -> Bound:
        bound = Bound(self._call, node, model)
        bound.node = node
        return bound

    def _variable(self, node: Var, model: _Model | None) -> object:
        if model is not None:
            field = model.fields.get(node.var)
            if field is not None:
                return self._value(field, model.outer)
        elif node.var in self._variables:
            return self._variables[node.var]
        if node.default is not None:
            return self._value(node.default, model)
        message = f"nothing gives a value to the variable `{node.var}`"
        raise BuildError(Diagnostic("FGC030", message, node.span))

    def _call(self, node: Call, model: _Model | None, /, *args: object, **kwargs: object) -> object:
        """Call the target of ``node``; ``args`` and ``kwargs`` are what the caller of a partial
        adds."""
        target = self._target(node)
        fields = _fields(node)
        inner = model if fields is None else _Model(fields, model)
        try:
            bound = [self._value(item, inner) for item in node.args]
            named: dict[str, Any] = {}
            for entry in node.kwargs:
                if entry.value is not fields:
                    named[str(entry.key)] = self._value(entry.value, inner)
                else:
                    config: Any = self._value(entry.value, model)
                    config_class = getattr(target, "config_class", None)
                    named["config"] = config_class(**config) if config_class else config
            if node.latent_args is not None:
                latent: Any = self._value(node.latent_args, inner)
                named |= latent
            return target(*bound, *args, **named | kwargs)
        except Exception as error:
            error.add_note(CallNote.of(node, "call"))
            raise

    def _target(self, node: Call) -> Any:
        try:
            return self._imported(node)
        except BuildError:
            raise
        except Exception as error:
            error.add_note(CallNote.of(node, "import"))
            raise

    def _imported(self, node: Call) -> Any:
        symbol = self._symbols[node]
        if symbol.origin == "project":
            return _from_project(symbol, node)
        if symbol.module is not None:
            return operator.attrgetter(symbol.qualname)(importlib.import_module(symbol.module))
        return _LANGUAGE.get(symbol.qualname) or operator.attrgetter(symbol.qualname)(builtins)


def _made_early(graph: Graph) -> frozenset[Node]:
    """The singletons that are made before the top-level node below which they first occur.

    They stand at top level, or below a partial, or are referenced more than once: what is made anew
    at each of its references refers as often to what is below it.
    """
    tops = [entry.value for entry in graph.roots]
    references: Counter[Node] = Counter()
    stack = list(tops)
    while stack:
        node = stack.pop()
        references[node] += 1
        if references[node] <= (1 if _is_singleton(node) else 2):
            stack.extend(children(node))
    early = {node for node, count in references.items() if count > 1}.union(tops)
    for node in walk(*tops):
        if isinstance(node, Call) and node.kind is Kind.PARTIAL:
            early.update(walk(*children(node)))
    return frozenset(filter(_is_singleton, early))


def _is_singleton(node: Node) -> bool:
    return isinstance(node, Call) and node.kind is Kind.SINGLETON


def _fields(node: Node) -> Mapping | None:
    """The mapping that the keyword ``config`` gives to a call, which makes it a model."""
    config = node.kwarg("config") if isinstance(node, Call) else None
    return config if isinstance(config, Mapping) else None


def _list(*items: object) -> list[object]:
    return list(items)


def _tuple(*items: object) -> tuple[object, ...]:
    return items


# What the configuration language adds to Python's builtins.
_LANGUAGE: dict[str, Callable[..., Any]] = {
    "items": operator.methodcaller("items"),
    "keys": operator.methodcaller("keys"),
    "values": operator.methodcaller("values"),
    "getitem": operator.getitem,
    "named_list": _list,
    "named_tuple": _tuple,
    "named_dict": dict,
    "call": operator.call,
}


def _from_project(symbol: Symbol, node: Call) -> Any:
    """What a file of the project defines."""
    if symbol.file is None or symbol.definition_module is None or not symbol.definition_name:
        message = f"where `{symbol.qualname}` is defined cannot be told from the source"
        raise BuildError(Diagnostic("FGC023", message, node.target_span))
    file, module = Path(symbol.file), symbol.definition_module
    name = module if _is_installed(module, file) else _adopt(file, module)
    return operator.attrgetter(symbol.definition_name)(importlib.import_module(name))


def _is_installed(module: str, file: Path) -> bool:
    """Whether ``file``, to which a file of the project leads, is what ``import module`` runs."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.origin is not None and Path(spec.origin) == file


def _adopt(file: Path, module: str) -> str:
    """A name under which a loose file can be imported, with its relative imports.

    The folder that ``module`` starts from becomes a package with a name that nothing else has.
    """
    stem = file.parent if file.name == "__init__.py" else file.with_suffix("")
    folder = stem.as_posix().removesuffix("/" + module.replace(".", "/"))
    if folder == stem.as_posix():
        folder, module = stem.parent.as_posix(), stem.name
    package = f"_project_{blake2b(folder.encode(), digest_size=8).hexdigest()}"
    if package not in sys.modules:
        sys.modules[package] = ModuleType(package)
        sys.modules[package].__path__ = [folder]
    return f"{package}.{module}"
