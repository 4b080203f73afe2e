"""The one way in which a value of a configuration becomes Python text."""

from __future__ import annotations

import math

import libcst as cst

from fgc.compiler.ir.graph import Scalar


def literal(value: Scalar) -> cst.BaseExpression:
    """The expression for a scalar; no text, however hostile, can become anything but a text.

    >>> [cst.Module([]).code_for_node(literal(v)) for v in (1_000_000, -2, 1e-4, "a", None)]
    ['1_000_000', '-2', '0.0001', '"a"', 'None']
    >>> cst.Module([]).code_for_node(literal(float("-inf")))
    'float("-inf")'
    """
    return cst.parse_expression(literal_text(value))


def literal_text(value: Scalar) -> str:
    """As `literal`, as text."""
    match value:
        case None | bool():
            return repr(value)
        case str():
            return quoted(value)
        case int():
            return f"{value:_}" if abs(value) >= 10_000 else str(value)
        case float():
            if math.isnan(value):
                return 'float("nan")'
            if math.isinf(value):
                return 'float("inf")' if value > 0 else 'float("-inf")'
            return repr(value)


def quoted(text: str) -> str:
    """``text`` as a string literal, in double quotes as black writes it.

    >>> print(quoted('say "hi"'), quoted("it's"), quoted("a\\nb"))
    'say "hi"' "it's" "a\\nb"
    >>> print(quoted("\\\\.weight$"))
    r"\\.weight$"
    """
    quoted = repr(text)
    if "\\" in text and text.isprintable() and not text.endswith("\\") and '"' not in text:
        return f'r"{text}"'
    if quoted.startswith("'") and '"' not in quoted:
        return '"' + quoted[1:-1].replace("\\'", "'") + '"'
    return quoted
