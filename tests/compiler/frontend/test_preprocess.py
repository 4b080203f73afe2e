"""Line statements, comments, block headers and inline templates, rule by rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateSyntaxError

from fgc.compiler.frontend.template.inline import split_inline
from fgc.compiler.frontend.template.place import Place
from fgc.compiler.frontend.template.preprocess import preprocess


def jinja(text: str) -> str:
    return preprocess(text).text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-- set a = 1", "{% set a = 1 %}"),
        ("    -- set a = 1", "{% set a = 1 %}"),
        ("--\tset a = 1", "{% set a = 1 %}"),
        ("<< endblock a", "{%- endblock a %}"),
        (">> if a", "{% if a -%}"),
        ("== super()", "{{ super() }}"),
        ("=> super()", '{{ (super())|trim("\\n") }}'),
        ("-- set a = '## b' ## c", "{% set a = '## b' %}"),
        ("-- set a = {'x': [1]}  ##c", "{% set a = {'x': [1]} %}"),
        ("---", "---"),
        ("--- a: 1", "--- a: 1"),
        ("--set", "--set"),
        ("-- ", "-- "),
        ("<<: *base", "<<: *base"),
        ("- - a", "- - a"),
        ("a: -- b", "a: -- b"),
    ],
)
def test_line_statements(line: str, expected: str) -> None:
    assert jinja(line) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## gone", "{# #}"),
        ("   ### gone", "{# #}"),
        ("a: 1 ## gone", "a: 1"),
        ("a: 1 # kept", "a: 1 # kept"),
        ("a: 1 # kept ## gone", "a: 1 # kept"),
        ("a: b##c", "a: b##c"),
        ("a: don't ## gone", "a: don't"),
        ('a: "b ## c" ## gone', 'a: "b ## c"'),
        (r'a: "b \" ## c" ## gone', r'a: "b \" ## c"'),
        ("a: 'b '' ## c' ## gone", "a: 'b '' ## c'"),
        ('- "b ## c"', '- "b ## c"'),
        ('? "b ## c" ## gone', '? "b ## c"'),
        ('"a ## b": "c ## d" ## gone', '"a ## b": "c ## d"'),
        ("a: [\"b ## c\", 'd ## e'] ## gone", "a: [\"b ## c\", 'd ## e']"),
        ('a: {"b":"c ## d"} ## gone', 'a: {"b":"c ## d"}'),
        ('a: !tag &anchor "b ## c" ## gone', 'a: !tag &anchor "b ## c"'),
        ("a: {{ '## b' }} ## gone", "a: {{ '## b' }}"),
        ('a: "{{ b | default("c") }} ## d" ## gone', 'a: "{{ b | default("c") }} ## d"'),
        ("a: {# ## b #} c ## gone", "a: {# ## b #} c"),
        ("a: {% raw %} ## b {% endraw %} ## gone", "a: {% raw %} ## b {% endraw %}"),
        ("# it's a comment ## gone", "# it's a comment"),
        ("a: b # don't \"quote ## gone", "a: b # don't \"quote"),
    ],
)
def test_comments_in_a_line(text: str, expected: str) -> None:
    assert jinja(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a: |\n  ## Title\n  b ## c\n\n  d -- e",
        "a: >-\n    ### d\n",
        "a: |2\n    ## b\n  ## c\n",
        "- |\n ## b\n",
        "- a: !t &x |+\n    ## b\n",
        "|\n ## b\n",
        "--- |\n## b\n",
        "a: | # why\n  ## b\n",
        'a: "b\n  ## c\n  d ## e"\n',
        "a: 'b\n  ## c\n  [d]\n  e'\n",
        "a: {{ f(\n  '## b',\n-- 1,\n  c) }}\n",
        "{# a\n## b\n-- c\n[d]\n#}\n",
        "{% raw %}\n## a\n-- b\n[c]\n{% endraw %}\n",
        "a: [\n  [b],\n  [c]\n]\n",
        "a:\n  - [\n    [b]\n  ]\n",
        "a: {\n  b: [\n  [c]\n  ]\n}\n",
        "[a, b]\n",
        "[ a ]\n",
        "[1]\n",
        "- [a]\n",
    ],
)
def test_text_that_only_looks_like_a_directive_is_kept(text: str) -> None:
    assert jinja(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # what follows a block scalar is no longer text
        ("a: |\n  b\nc: 1 ## gone", "a: |\n  b\nc: 1"),
        ("- a: |\n    b\n  c: 1 ## gone", "- a: |\n    b\n  c: 1"),
        ("a: |\n[b]\nc", "a: |\n{% block b %}\nc\n{% endblock %}"),
        # a comment or a statement at a lesser indentation leaves nothing, and so ends nothing
        ("a: |\n  b\n## gone\n  ## c", "a: |\n  b\n{# #}\n  ## c"),
        ("a: |\n  b\n-- if c\n  ## d\n-- endif", "a: |\n  b\n{% if c %}\n  ## d\n{% endif %}"),
        (
            "a: |\n  b\n{% if c %}\n  ## d\n{% endif %}",
            "a: |\n  b\n{% if c %}\n  ## d\n{% endif %}",
        ),
        # a quote or a bracket that is never closed ends where its indentation does
        ('a: "b\nc: 1 ## gone\n[d]', 'a: "b\nc: 1\n{% block d %}{% endblock %}'),
        ("a: [b\nc: 1\n[d]", "a: [b\nc: 1\n{% block d %}{% endblock %}"),
        # not a block scalar
        ("a: b |\n  ## gone", "a: b |\n{# #}"),
        ("a: {{ b }}\n  ## gone", "a: {{ b }}\n{# #}"),
    ],
)
def test_where_a_value_ends(text: str, expected: str) -> None:
    assert jinja(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a]\nx\n[b]\ny\n", "{% block a %}\nx\n{% endblock %}{% block b %}\ny\n{% endblock %}"),
        # deeper headers nest
        (
            "[a]\nx\n  [b]\n  y\n[c]\nz\n",
            "{% block a %}\nx\n{% block b %}\n  y\n{% endblock %}{% endblock %}{% block c %}\nz\n"
            "{% endblock %}",
        ),
        # a header after deeper text is a sibling of its own indentation
        (
            "[a]\n  [b]\n  x\n  [c]\n  y\n",
            "{% block a %}\n{% block b %}\n  x\n{% endblock %}{% block c %}\n  y\n"
            "{% endblock %}{% endblock %}",
        ),
        # blank lines and comments behind the content stay outside, and stay
        (
            "[a]\nx\n\n## c\n\n[b]\ny\n\n",
            "{% block a %}\nx\n{% endblock +%}\n{# #}\n\n{% block b %}\ny\n{% endblock +%}\n",
        ),
        ("[a]\nx\n## c\n[b]\n", "{% block a %}\nx\n{% endblock %}\n{% block b %}\n{% endblock %}"),
        # the last line is ended
        ("[a]\nx", "{% block a %}\nx\n{% endblock %}"),
        ("[a]\n-- if b\n-- endif", "{% block a %}\n{% if b %}\n{% endif %}{% endblock %}"),
        (
            "[a!]\nx\n",
            '{% block a %}{% filter trim("\\n") %}\nx\n{% endfilter %}{{ "\\n" }}{% endblock %}',
        ),
        ("  [a] ## why\n", "{% block a %}\n{% endblock %}"),
    ],
)
def test_block_headers(text: str, expected: str) -> None:
    assert jinja(text) == expected


@given(st.text(st.sampled_from("abc :#-|>'\"[]{}!&\n ")))
def test_preprocessing_keeps_the_number_of_lines(text: str) -> None:
    try:
        rewritten = preprocess(text)
    except TemplateSyntaxError:
        return  # an unclosed tag or bracket
    assert rewritten.text.count("\n") - text.count("\n") in (
        0,
        1,
    )  # a line break before an endblock


@given(st.text(st.sampled_from("abc :-|>'\"\n ")))
def test_text_without_directives_is_untouched(text: str) -> None:
    if not any(token in text for token in ("-- ", ">> ", "--\n")):
        assert jinja(text) == text


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a\nb: {{ c", 2, 4),
        ("a\n\n  {# c", 3, 3),
        ("{% raw %}\nb", 1, 1),
        ("-- set a = (1", 1, 12),
        ("a\n  -- set a = 'b", 2, 14),
        ("-- set a = 1)", 1, 13),
        ("== a }} b", 1, 6),
    ],
)
def test_what_is_never_closed_is_placed_where_it_opens(text: str, line: int, column: int) -> None:
    with pytest.raises(TemplateSyntaxError) as raised:
        preprocess(text)
    place = raised.value.lineno
    assert isinstance(place, Place)
    assert (int(place), place.column) == (line, column)


def test_rewritten_lines_know_their_columns() -> None:
    text = "a\n    -- set b = c\n[d]\n[e]\n"
    rewritten = preprocess(text, first_line=11)
    lines = rewritten.text.split("\n")
    place = rewritten.place(2, lines[1].index("b =") + 1)
    assert (int(place), place.column) == (12, text.split("\n")[1].index("b =") + 1)
    place = rewritten.place(4, lines[3].index("e %}") + 1)
    assert (int(place), place.column) == (14, 2)


@pytest.mark.parametrize(
    "marker", ["#---- b ----", "# ---b---", "#---- b ----  \t", "#-------------- b ---"]
)
def test_inline_template_markers(marker: str) -> None:
    main, inline = split_inline(f"a\n{marker}\nc\nd\n")
    assert (main.name, main.text, main.first_line) == (None, "a\n", 1)
    assert (inline.name, inline.text, inline.first_line) == ("b", "c\nd\n", 3)


@pytest.mark.parametrize(
    "line", ["#-- b --", "#---- b", " #---- b ----", "#---- b c ----", "#----"]
)
def test_lines_that_are_no_markers(line: str) -> None:
    assert len(split_inline(f"a\n{line}\nc\n")) == 1


def test_inline_templates_know_their_lines() -> None:
    parts = split_inline("#--- a ---\n#--- b/c.yaml ---\nx\n\n#--- d-e ---")
    assert [(part.name, part.text, part.first_line) for part in parts] == [
        (None, "", 1),
        ("a", "", 2),
        ("b/c.yaml", "x\n\n", 3),
        ("d-e", "", 6),
    ]
