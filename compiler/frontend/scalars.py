"""What a plain scalar is: the YAML 1.2 core schema, and underscores between digits.

``true`` and ``false`` are the booleans; ``yes``, ``no``, ``on`` and ``off`` are text. ``1e-4`` is
a float (in YAML 1.1 it was text), ``1_000_000`` an integer, ``0o17`` and ``0xff`` too. ``010`` is
ten. Dates and ``1:30`` are text.
"""

from __future__ import annotations

import math
import re

from yaml import YAMLError

from fgc.compiler.frontend.events import EventKind, parse_events
from fgc.compiler.ir.graph import Scalar

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL = {
    spelling: value
    for value, word in ((True, "true"), (False, "false"))
    for spelling in (word, word.capitalize(), word.upper())
}
_DIGITS = r"[0-9]+(?:_[0-9]+)*"
_INT = re.compile(rf"[-+]?{_DIGITS}|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    rf"[-+]?(?:\.{_DIGITS}|{_DIGITS}(?:\.(?:{_DIGITS})?)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_MAX_DIGITS = 4000  # Python refuses to print or read longer integers
_SURROGATE = re.compile("[\ud800-\udfff]")  # what a shell passes on that is not UTF-8
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_STANDARD = "tag:yaml.org,2002:"


class ScalarError(ValueError):
    """A scalar that its tag, or the range of its type, does not allow."""


def resolve_plain(text: str) -> Scalar:
    """The value of an untagged plain scalar.

    Raises:
        ScalarError: a number out of range.

    >>> [resolve_plain(text) for text in ("3e-4", "1_000", "~", "True", "on", "2024-01-01", "1.")]
    [0.0003, 1000, None, True, 'on', '2024-01-01', 1.0]
    """
    if text in _NULL:
        return None
    # most scalars are words: what can be a number starts like one
    if text[0] not in "0123456789+-.":
        return _BOOL.get(text, text)
    if _INT.fullmatch(text):
        return _int(text)
    if _FLOAT.fullmatch(text):
        return _float(text)
    return text


def parse_scalar(text: str) -> Scalar:
    """The value of ``--set NAME=VALUE``: a plain or quoted scalar, as YAML reads it.

    What is not quoted is taken as it stands, colons, brackets and comment signs included.

    Raises:
        ScalarError: a number out of range, a quote that is not closed, or no Unicode text.

    >>> [parse_scalar(text) for text in ("3e-4", "null", "'3'", "a: b", "[1, 2]")]
    [0.0003, None, '3', 'a: b', '[1, 2]']
    """
    text = text.strip()
    if _SURROGATE.search(text):
        raise ScalarError("the value is not text")
    if not text.startswith(("'", '"')):
        return resolve_plain(text)
    try:
        nodes = [event for event in parse_events(text) if event.kind is not EventKind.DOCUMENT]
    except YAMLError:
        nodes = []
    if len(nodes) != 1 or nodes[0].kind is not EventKind.SCALAR or _SURROGATE.search(nodes[0].text):
        raise ScalarError(f"`{text}` is not a quoted text")
    return nodes[0].text


def scalar_text(value: Scalar) -> str:
    """What `parse_scalar` reads as ``value``.

    >>> [scalar_text(value) for value in (3e-4, None, True, "a: b", "3", "two\\nlines")]
    ['0.0003', 'null', 'true', 'a: b', '"3"', '"two\\\\nlines"']
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float() if not math.isfinite(value):
            return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
        case int() | float():
            return repr(value)
        case str():
            return value if _is_plain(value) else f'"{"".join(map(_escaped, value))}"'


def _is_plain(text: str) -> bool:
    try:
        return text.isprintable() and parse_scalar(text) == text
    except ScalarError:
        return False


def _escaped(character: str) -> str:
    """A character of a text in double quotes."""
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\U{code:08x}"


def resolve_tagged(text: str, tag: str) -> Scalar:
    """The value of a scalar with a standard tag (``tag:yaml.org,2002:float``) or ``!`` (text).

    Raises:
        ScalarError: ``text`` does not spell a value of that type.

    >>> resolve_tagged("1", "tag:yaml.org,2002:float"), resolve_tagged("1", "tag:yaml.org,2002:str")
    (1.0, '1')
    """
    kind = tag.removeprefix(_STANDARD)
    if kind in ("str", "!"):
        return text
    if kind == "null" and text in _NULL:
        return None
    if kind == "bool" and text in _BOOL:
        return _BOOL[text]
    if kind == "int" and _INT.fullmatch(text):
        return _int(text)
    if kind == "float" and (_FLOAT.fullmatch(text) or _INT.fullmatch(text)):
        return _float(text) if _FLOAT.fullmatch(text) else float(_int(text))
    raise ScalarError(f"`{text}` is not a value of `!!{kind}`")


def _int(text: str) -> int:
    if text.startswith(("0o", "0x")):
        return int(text, 0)
    if len(text) > _MAX_DIGITS:
        raise ScalarError(f"an integer of {len(text)} digits is too long")
    return int(text)


def _float(text: str) -> float:
    if text[-1] in "fF":  # `.inf`; hexadecimal numbers are no floats
        return -math.inf if text[0] == "-" else math.inf
    if text[-1] in "nN":
        return math.nan
    value = float(text)
    if math.isinf(value):
        raise ScalarError(f"`{text}` is too large for a float")
    return value
