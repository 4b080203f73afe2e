"""A value of a configuration becomes a literal that holds exactly that value, and nothing else."""

from __future__ import annotations

import ast
import math

from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.backend.literal import literal_text
from fgc.compiler.backend.module_text import docstring
from fgc.compiler.ir.graph import Scalar

HOSTILE = st.sampled_from(['"); import os #', '"""', "'''", "\\", "\\\n", "{x}", "\x00", "\ud800"])
TEXTS = st.one_of(st.text(), HOSTILE, st.text(st.sampled_from("\\\"'\nrub{}%()"), max_size=8))


@given(st.one_of(TEXTS, st.integers(), st.floats(), st.booleans(), st.none()))
def test_the_literal_is_the_value(value: Scalar) -> None:
    text = literal_text(value)
    names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    assert names <= {"float"}
    read = eval(text, {"__builtins__": {}, "float": float})
    assert type(read) is type(value)
    if isinstance(value, float) and math.isnan(value):
        assert isinstance(read, float)
        assert math.isnan(read)
    else:
        assert read == value
        assert math.copysign(1, read) == math.copysign(1, value) if isinstance(value, float) else 1


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r")))
def test_a_docstring_stays_one(text: str) -> None:
    tree = ast.parse(docstring(text))
    assert len(tree.body) == 1
    assert ast.get_docstring(tree, clean=False) == text
