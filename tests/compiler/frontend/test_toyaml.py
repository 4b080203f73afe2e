"""What `toyaml` writes, YAML reads back as the same value."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.frontend.template.toyaml import to_yaml


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (12, "12"),
        (0.1, "0.1"),
        (1e-05, "1.0e-05"),
        (1e16, "1.0e+16"),
        (1.5e300, "1.5e+300"),
        (math.inf, ".inf"),
        (-math.inf, "-.inf"),
        (math.nan, ".nan"),
        ("sdpa", "sdpa"),
        ("a/b.yaml", "a/b.yaml"),
        ("no", '"no"'),
        ("1e3", '"1e3"'),
        ("", '""'),
        ("a: b", '"a: b"'),
        ("a\n", '"a\\n"'),
        ([1, "a", None], "[1, a, null]"),
        ({"a": (0.5,)}, "{a: [0.5]}"),
    ],
)
def test_spelling(value: object, text: str) -> None:
    assert to_yaml(value) == text


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=("Cs",)))
    | st.sampled_from(
        ["y", "Yes", "null", "~", "1_000", "0x1f", "1:30", ".inf", "2000-01-01", "<<"]
    )
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab"), inner, max_size=4),
    max_leaves=8,
)


@given(values)
def test_yaml_reads_the_same_value(value: object) -> None:
    assert yaml.safe_load("v: " + to_yaml(value)) == {"v": value}


def test_what_has_no_yaml_form() -> None:
    with pytest.raises(TypeError, match="`set` has no YAML form"):
        to_yaml({1})
