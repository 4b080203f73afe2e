"""The outline of a template."""

from __future__ import annotations

from fgc.compiler.lsp.outline import Symbol, outline

TEXT = """\
-- extends 'new_base'
first: 1
[a]
x: !dict
    y: 1
    [inner]
z: "a: b"
[b]
## c: 1
t: |
    not_a_key: 1
#---- new_base ----
[a]
[b]
"""


def shape(symbols: list[Symbol]) -> list[object]:
    return [(s.name, s.line, s.end, shape(s.children)) for s in symbols]


def test_blocks_keys_and_inline_templates() -> None:
    assert shape(outline(TEXT)) == [
        ("first", 2, 2, []),
        ("a", 3, 7, [("x", 4, 5, []), ("inner", 6, 7, [("z", 7, 7, [])])]),
        ("b", 8, 11, [("t", 10, 11, [])]),
        ("new_base", 12, 14, [("a", 13, 13, []), ("b", 14, 14, [])]),
    ]


def test_what_is_broken_ends_it() -> None:
    assert shape(outline("a: 1\n-- set x = (\nb: 2\n")) == [("a", 1, 1, [])]


def test_line_ends_are_those_of_any_system() -> None:
    assert shape(outline(TEXT.replace("\n", "\r\n"))) == shape(outline(TEXT))
