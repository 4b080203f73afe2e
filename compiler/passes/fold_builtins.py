"""The builtins that a build may evaluate: a closed list, all of them pure."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as AnyMapping
from typing import Any, cast

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import (
    Call,
    Entry,
    Kind,
    List,
    Literal,
    Mapping,
    Node,
    Path,
    Tuple,
)
from fgc.compiler.ir.span import Span
from fgc.compiler.symbols.nearest import nearest


def _getitem(obj: Any, key: Any, /) -> Any:
    return obj[key]


def _items(mapping: AnyMapping[Any, Any], /) -> list[tuple[Any, Any]]:
    return list(mapping.items())


def _keys(mapping: AnyMapping[Any, Any], /) -> list[Any]:
    return list(mapping.keys())


def _values(mapping: AnyMapping[Any, Any], /) -> list[Any]:
    return list(mapping.values())


_PURE: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "bool": bool,
    "dict": dict,
    "float": float,
    "getitem": _getitem,
    "int": int,
    "items": _items,
    "keys": _keys,
    "len": len,
    "list": list,
    "max": max,
    "min": min,
    "round": round,
    "str": str,
    "sum": sum,
    "tuple": tuple,
    "values": _values,
}
_CONTAINERS = ("named_list", "named_tuple", "named_dict")

FOLDABLE = frozenset({*_PURE, *_CONTAINERS})


class _NotConstantError(Exception):
    """A node's value is not known at build."""


def evaluate(node: Call, name: str) -> Node:
    """What takes the place of a call of the builtin ``name``; the call where that is not known.

    Raises:
        BuildError: FGC026 where the builtin refuses its arguments.
    """
    if node.latent_args is not None:
        return node
    if name in _CONTAINERS:
        return _container(node, name)
    if name == "getitem" and node.kind is Kind.SINGLETON:
        item = picked(node)
        if item is not None:
            return item
    try:
        args = [_value(arg) for arg in node.args]
        kwargs = {str(entry.key): _value(entry.value) for entry in node.kwargs}
    except _NotConstantError:
        return node
    try:
        result = _PURE[name](*args, **kwargs)
    except (TypeError, ValueError, LookupError, ArithmeticError) as error:
        message = f"`{name}` cannot be evaluated: {type(error).__name__}: {error}"
        raise BuildError(Diagnostic("FGC026", message, node.target_span)) from error
    if node.kind is Kind.FACTORY and isinstance(result, (list, tuple, dict)):
        return node  # a new container at each reference
    return _node(result, node.path, node.span)


def _container(node: Call, name: str) -> Node:
    """A container is what it holds, constant or not, where it is made once."""
    if node.kind is not Kind.SINGLETON:
        return node
    if name == "named_dict" and not node.args:
        return Mapping(node.kwargs, node.path, node.span, node.name)
    if name == "named_dict" or node.kwargs:
        return node
    kind = List if name == "named_list" else Tuple
    return kind(node.args, node.path, node.span, node.name)


def picked(node: Call) -> Node | None:
    """The node that `getitem` takes out of a container that is written out, constant or not; None
    where the container or the key is something else."""
    match node.args:
        case (Mapping() as mapping, Literal(value=key)) if not node.kwargs:
            found = mapping.get(key)
            if found is None:
                known = [str(entry.key) for entry in mapping.entries]
                raise BuildError(_no_key(str(key), known, node.args[1]))
            return found
        case (List(items=items) | Tuple(items=items), Literal(value=int(index))):
            return items[index] if -len(items) <= index < len(items) else None
        case _:
            return None


def _no_key(key: str, known: list[str], place: Node) -> Diagnostic:
    meant = nearest(key, known)
    remedy = f"a similar key exists: `{meant}`"
    if meant is None:
        remedy = f"its keys are {', '.join(f'`{other}`' for other in known[:10])}"
    return Diagnostic("FGC026", f"`getitem` finds no key `{key}`", place.span, help=remedy)


def _value(node: Node) -> Any:
    match node:
        case Literal(value=value):
            return value
        case List(items=items):
            return [_value(item) for item in items]
        case Tuple(items=items):
            return tuple([_value(item) for item in items])
        case Mapping(entries=entries):
            return {entry.key: _value(entry.value) for entry in entries}
        case _:
            raise _NotConstantError


def _node(value: Any, path: Path, span: Span) -> Node:
    if isinstance(value, (list, tuple)):
        parts = cast("list[Any] | tuple[Any, ...]", value)
        items = tuple(_node(part, (*path, str(i)), span) for i, part in enumerate(parts))
        kind = List if isinstance(value, list) else Tuple
        return kind(items, path, span)
    if isinstance(value, dict):
        members = cast("dict[Any, Any]", value).items()
        entries = [Entry(key, span, _node(part, (*path, str(key)), span)) for key, part in members]
        return Mapping(tuple(entries), path, span)
    return Literal(value, path, span)
