"""`Declarations` as JSON and back."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, cast

from fgc.compiler.symbols.declarations import (
    Class,
    Declarations,
    Field,
    Forward,
    Forwarding,
    Function,
    Import,
    Value,
)
from fgc.compiler.symbols.symbol import Parameter

_TYPES: tuple[type, ...] = (
    Declarations,
    Function,
    Forward,
    Forwarding,
    Class,
    Import,
    Value,
    Field,
    Parameter,
)
_BY_TAG = {kind.__name__: kind for kind in _TYPES}
_FIELDS: dict[type, tuple[tuple[str, object], ...]] = {
    kind: tuple((f.name, f.default) for f in fields(kind)) for kind in _TYPES
}


def encode(value: object) -> object:
    """JSON for a declaration: a dataclass becomes ``{"": its name, field: value}``, without the
    fields that hold their defaults; a tuple becomes a list, a dict a list of pairs."""
    if isinstance(value, tuple):
        return [encode(item) for item in cast("tuple[object, ...]", value)]
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value).items()
        return {"": "dict", "items": [[key, encode(item)] for key, item in pairs]}
    if type(value) not in _FIELDS:
        return value
    encoded: dict[str, object] = {"": type(value).__name__}
    for name, default in _FIELDS[type(value)]:
        held = getattr(value, name)
        if held != default:
            encoded[name] = encode(held)
    return encoded


def decode(value: Any) -> Any:
    """The inverse of `encode`."""
    if isinstance(value, list):
        return tuple([decode(item) for item in cast("list[Any]", value)])
    if not isinstance(value, dict):
        return value
    members = cast("dict[str, Any]", value)
    tag = members[""]
    if tag == "dict":
        return {key: decode(item) for key, item in members["items"]}
    return _BY_TAG[tag](**{key: decode(item) for key, item in members.items() if key})
