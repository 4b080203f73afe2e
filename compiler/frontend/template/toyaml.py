"""Write a value so that YAML reads the same value back."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, cast

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[./-][A-Za-z0-9_]+)*")
_NOT_TEXT = frozenset(
    ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf")
)
_LONGEST_KEY = 1_000
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def to_yaml(value: Any) -> str:
    """``value`` as YAML in flow style, on one line.

    Floats are spelled so that YAML 1.1 reads floats; text is quoted unless it is plainly a word.
    Raises TypeError for a value that has no YAML form.

    >>> to_yaml(1e-05), to_yaml(float("inf")), to_yaml([True, None, "a.b", "yes", "a: b"])
    ('1.0e-05', '.inf', '[true, null, a.b, "yes", "a: b"]')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (list, tuple)):
        items = cast(tuple[object, ...], value)
        return "[" + ", ".join(to_yaml(item) for item in items) + "]"
    if isinstance(value, Mapping):
        pairs = cast(Mapping[object, object], value).items()
        return "{" + ", ".join(f"{_key(key)}: {to_yaml(item)}" for key, item in pairs) + "}"
    raise TypeError(f"a value of type `{type(value).__name__}` has no YAML form")


def _key(key: object) -> str:
    """A key; YAML recognises one without a mark of its own in 1,024 characters, and in no more."""
    written = to_yaml(key)
    return written if len(written) < _LONGEST_KEY else f"? {written}"


def _float(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    mantissa, e, exponent = repr(float(value)).partition("e")
    if e and "." not in mantissa:
        mantissa += ".0"
    return mantissa + e + exponent


def _text(value: str) -> str:
    value = str(value)
    if _WORD.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
