"""Writes values with tags, anchors and aliases as the YAML of a configuration."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fgc.compiler.frontend.scalars import resolve_plain

Value = Any  # a scalar, a list or dict of values, `Tagged` or `Shared`

NOTHING = object()  # the body of a tag that stands alone

_PLAIN = re.compile(r"\.?[A-Za-z_][\w./-]*", re.ASCII)
_INDENT = "    "


@dataclass(frozen=True, eq=False)
class Tagged:
    """``!tag body``."""

    tag: str
    body: Value = NOTHING


@dataclass(frozen=True, eq=False)
class Shared:
    """A value that occurs more than once: anchored where it comes first, an alias elsewhere."""

    value: Value
    name: str = "node"


class Writer:
    """Writes one document; ``flow`` says of each list or mapping whether it is on one line."""

    def __init__(self, flow: Callable[[], bool]):
        self._flow = flow
        self._anchors: dict[Shared, str] = {}

    def document(self, entries: Iterable[tuple[str, Value]]) -> str:
        """A mapping as a whole document; a key may occur more than once."""
        return "".join(f"{self._entry(key, value, 0)}\n" for key, value in entries)

    def _entry(self, key: object, value: Value, depth: int) -> str:
        return f"{scalar(key)}:{self._after(value, depth + 1)}"

    def _after(self, value: Value, depth: int) -> str:
        """What follows a colon or a dash: on the same line, or a block below it."""
        head, body = self._head(value)
        if not isinstance(body, dict | list) or not body or self._flow():
            return "".join(f" {word}" for word in (head, self._flat(body)) if word)
        if isinstance(body, dict):
            lines = [self._entry(key, item, depth) for key, item in body.items()]
        else:
            lines = [f"-{self._after(item, depth + 1)}" for item in body]
        return f" {head}".rstrip() + "".join(f"\n{_INDENT * depth}{line}" for line in lines)

    def _inline(self, value: Value) -> str:
        head, body = self._head(value)
        return f"{head} {self._flat(body)}".strip()

    def _flat(self, body: Value) -> str:
        if body is NOTHING:
            return ""
        if isinstance(body, dict):
            items = [f"{scalar(key)}: {self._inline(item)}" for key, item in body.items()]
            return f"{{{', '.join(items)}}}"
        if isinstance(body, list):
            return f"[{', '.join(map(self._inline, body))}]"
        return scalar(body)

    def _head(self, value: Value) -> tuple[str, Value]:
        """The anchor and tag of a value, or the alias, and what it stands before."""
        words: list[str] = []
        while isinstance(value, Tagged | Shared):
            if isinstance(value, Tagged):
                words.append(value.tag)
                value = value.body
            elif value in self._anchors:
                return f"*{self._anchors[value]}", NOTHING
            else:
                words.append(f"&{self._anchor(value)}")
                value = value.value
        return " ".join(words), value

    def _anchor(self, shared: Shared) -> str:
        taken = set(self._anchors.values())
        number, name = 1, shared.name
        while name in taken:
            number += 1
            name = f"{shared.name}_{number}"
        self._anchors[shared] = name
        return name


def scalar(value: object) -> str:
    """A scalar as YAML writes it, quoted where it would be read as something else."""
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and resolve_plain(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)
