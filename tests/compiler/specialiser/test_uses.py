"""How code uses the globals in it."""

from __future__ import annotations

from fgc.compiler.specialiser.scope import parsed, references
from fgc.compiler.specialiser.uses import Kind, uses_in


def test_code_that_was_parsed_long_ago_has_its_uses() -> None:
    """Nodes are told apart by identity: names and tree have to be those of one parse."""
    code = "def first():\n    return second(third)\n"
    assert references(code) == {"second", "third"}
    for number in range(parsed.cache_info().maxsize or 0):
        parsed(f"number = {number}")
    found = {use.name: use.kind for use in uses_in(code).all}
    assert found == {"second": Kind.CALL, "third": Kind.VALUE}
