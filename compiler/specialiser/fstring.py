"""What may stand in a formatted string, where quotes and braces have meanings of their own."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from fgc.compiler.specialiser.calls import Unspecialisable


def interpolated(
    original: cst.FormattedStringExpression,
    updated: cst.FormattedStringExpression,
    string: cst.FormattedString,
) -> Sequence[cst.BaseFormattedStringContent]:
    """The parts of ``string`` for an expression in it that was folded from ``original``."""
    if updated.expression.deep_equals(original.expression):
        return [updated]
    parts: list[cst.BaseFormattedStringContent] = []
    if original.equal is not None:  # `{x=}` shows the expression as it was written
        written = cst.Module([]).code_for_node(original)
        shown = written[1 : written.index("=", _end_of_expression(original)) + 1]
        parts.append(_text(shown, string, updated))
        plain = updated.conversion is None and updated.format_spec is None
        updated = updated.with_changes(equal=None, conversion="r" if plain else updated.conversion)
    value = updated.expression
    bare = updated.conversion is None and updated.format_spec is None
    if isinstance(value, cst.SimpleString) and isinstance(value.evaluated_value, str) and bare:
        return [*parts, _text(value.evaluated_value, string, updated)]
    requoted = value.visit(_Requote(string))
    assert isinstance(requoted, cst.BaseExpression)
    return [*parts, updated.with_changes(expression=requoted)]


def _end_of_expression(node: cst.FormattedStringExpression) -> int:
    return len(cst.Module([]).code_for_node(node.expression)) + 1


def _text(text: str, string: cst.FormattedString, node: cst.CSTNode) -> cst.FormattedStringText:
    """``text`` as a piece of ``string``."""
    quote = string.end[0]
    doubled = text.replace("{", "{{").replace("}", "}}")
    plain = text.isprintable() and "\\" not in text and quote not in text
    if plain:
        return cst.FormattedStringText(doubled)
    if "r" in string.prefix.lower():
        raise Unspecialisable("a text that a raw formatted string cannot hold", node)
    escaped = doubled.replace("\\", "\\\\").replace(quote, "\\" + quote)
    return cst.FormattedStringText(
        "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in escaped)
    )


class _Requote(cst.CSTTransformer):
    """Writes texts with the quotes that the string around them does not use."""

    def __init__(self, string: cst.FormattedString):
        self.string = string

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.BaseExpression:
        quote = self.string.end[0]
        if quote not in updated_node.value and "\\" not in updated_node.value:
            return updated_node
        other = "'" if quote == '"' else '"'
        text = updated_node.evaluated_value
        if not isinstance(text, str) or not text.isprintable() or set(text) & {"'", '"', "\\"}:
            raise Unspecialisable("a text that a formatted string cannot hold", updated_node)
        return updated_node.with_changes(value=f"{other}{text}{other}")
