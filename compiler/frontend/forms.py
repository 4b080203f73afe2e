"""What a value is, told to a person."""

from __future__ import annotations

from fgc.compiler.frontend.scalars import ScalarError, resolve_plain
from fgc.compiler.frontend.syntax import ScalarSyntax, SequenceSyntax, Syntax


def form(syntax: Syntax) -> str | None:
    """The form of a value that is data: a number, text, ...; None for null and what has a tag."""
    if syntax.tag is not None:
        return None
    if not isinstance(syntax, ScalarSyntax):
        return "a list" if isinstance(syntax, SequenceSyntax) else "a mapping"
    try:
        value = resolve_plain(syntax.text) if syntax.plain else syntax.text
    except ScalarError:
        return None
    match value:
        case None:
            return None
        case bool():
            return "a bool"
        case str():
            return "text"
        case _:
            return "a number"
