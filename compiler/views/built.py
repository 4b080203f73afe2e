"""An object that was built, as a person wants to see it. Nothing is imported to tell what it is."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import isclass, isroutine
from math import prod
from pprint import pformat
from typing import Any

from fgc.compiler.views.places import one_line, shortened
from fgc.compiler.views.table import table

WIDTH = 100
_VALUE = 72
_MOST = 40
_LISTS = ("params", "param_names")
_CONTAINERS: tuple[type[Any], ...] = (dict, list, tuple, set, frozenset)


def built_text(value: Any) -> str:
    """``value``: a module as its tree and its size, data as they are written, anything with no text
    of its own as its class and its public attributes."""
    if isclass(value) or isroutine(value):
        kind = "class" if isclass(value) else "function"
        return f"{kind} {_name(value)}"
    if _is_module(value):
        return f"{value!r}\n\n{_size(value)}"
    if _has_groups(value):
        return _groups(value)
    if type(value).__repr__ is object.__repr__:
        return _attributes(value)
    if isinstance(value, _CONTAINERS):
        return pformat(value, width=WIDTH, sort_dicts=False, underscore_numbers=True)
    return repr(value)


def _is_module(value: Any) -> bool:
    """Whether it is a torch module, told by what it can do."""
    return all(hasattr(value, name) for name in ("named_parameters", "named_buffers", "state_dict"))


def _has_groups(value: Any) -> bool:
    """Whether it is an optimizer, which has its settings by group of parameters."""
    groups = getattr(value, "param_groups", None)
    return isinstance(groups, list) and hasattr(value, "step") and not hasattr(value, "get_last_lr")


def _groups(optimizer: Any) -> str:
    """A column for each group of an optimizer's parameters: how many, and their settings."""
    groups: list[dict[str, Any]] = optimizer.param_groups
    names = dict.fromkeys(name for group in groups for name in group)
    counted = [[prod(parameter.shape) for parameter in group["params"]] for group in groups]
    rows = [["", *(f"group {number}" for number in range(len(groups)))]] if len(groups) > 1 else []
    rows.append(["tensors", *(f"{len(sizes):,}" for sizes in counted)])
    rows.append(["parameters", *(f"{sum(sizes):,}" for sizes in counted)])
    for name in names:
        if name not in _LISTS:
            rows.append([name, *(_short(group.get(name)) for group in groups)])
    return f"{_name(type(optimizer))}\n" + "".join(
        f"    {line}\n" for line in table(rows).splitlines()
    ).rstrip("\n")


def _size(module: Any) -> str:
    """How many parameters a module has, each once, of which types, and how much memory they take.

    No number is taken from a tensor, so that it may well lie on the meta device.
    """
    parameters = [parameter for _, parameter in module.named_parameters()]
    count = sum(prod(parameter.shape) for parameter in parameters)
    trained = sum(prod(p.shape) for p in parameters if p.requires_grad)
    size = sum(prod(p.shape) * p.element_size() for p in parameters)
    types = sorted({str(parameter.dtype).removeprefix("torch.") for parameter in parameters})
    text = f"{count:,} parameters in {len(parameters)} tensors"
    if trained < count:
        text += f", {trained:,} of them trained"
    return f"{text}, {_bytes(size)} as {' and '.join(types)}" if parameters else text


def _bytes(size: int) -> str:
    """
    >>> _bytes(999), _bytes(20_000_000)
    ('999 bytes', '20.0 MB')
    """
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"


def _attributes(value: Any) -> str:
    lines = [_name(type(value)) + _length(value)]
    public = {name: item for name, item in _state(value).items() if not name.startswith("_")}
    width = max(map(len, public), default=0)
    for name, item in list(public.items())[:_MOST]:
        lines.append(f"    {name:{width}}  {_short(item)}")
    if len(public) > _MOST:
        lines.append(f"    … {len(public) - _MOST} more")
    return "\n".join(lines)


def _state(value: Any) -> Mapping[str, Any]:
    slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    found = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    return found | getattr(value, "__dict__", {})


def _short(value: Any) -> str:
    """A value on one line; what has no text of its own is its class, and how long it is."""
    if isclass(value) or isroutine(value):
        return _name(value)
    if type(value).__repr__ is object.__repr__ or _is_module(value) or _has_groups(value):
        return _name(type(value)) + _length(value)
    return shortened(one_line(" ".join(repr(value).split())), _VALUE)


def _length(value: Any) -> str:
    try:
        return f" of {len(value):,}"
    except Exception:  # an object of somebody's class: many have no length, or none yet
        return ""


def _name(value: Any) -> str:
    name = getattr(value, "__qualname__", None) or repr(value)
    module = getattr(value, "__module__", None)
    return name if module in (None, "builtins") else f"{module}.{name}"
