"""Each line stands behind the place that it was written at."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.frontend.render import render
from fgc.compiler.views.annotated import annotated
from tests.compiler.cli.real import ROOT, fgc

MARGIN = re.compile(r"(?P<file>\S*?):(?P<line>\d+)(?P<others>\+?) +\| (?P<text>.*)")

TEMPLATES = {
    "top": """\
-- extends 'base'
-- from 'macros' import made
[a]
top_4: 1
== super()
[b]
-- include 'part'
-- if true
top_9: 2

-- endif
top_12: {{ made(3) }}
-- include 'inline'
#------- inline -------
inline: 4
""",
    "base": "[a]\nbase_2: 1\n[between]\n  base_4: {x: 1}\n[b]\n",
    "part": "\n## a comment\npart_3: 1\n",
    "macros": "-- macro made(x)\n{{ x }}\n-- endmacro\n",
}


def shown(sources: dict[str, str]) -> list[str]:
    return list(annotated(render("top", (), {}, sources=sources), str, paint=str))


def test_through_extends_include_super_inline_and_macros() -> None:
    """A name says where its line stands: `base_2` is line 2 of `base`."""
    lines = shown(TEMPLATES)
    matches = [match for match in map(MARGIN.match, lines) if match]
    found = {m["text"].split(":")[0].strip(): (m["file"], int(m["line"])) for m in matches}
    assert len(found) == 7
    assert found.pop("inline") == ("<top>", 15)
    for name, place in found.items():
        file, _, line = name.partition("_")
        assert place == (f"<{file}>", int(line)), name


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=4), min_size=1, max_size=4))
def test_any_chain(chain: list[list[bool]]) -> None:
    """Each template of a chain adds to the block of the one above, before and behind it."""
    sources: dict[str, str] = {}
    for depth, before in enumerate(chain):
        name = "top" if depth == len(chain) - 1 else f"t{depth}"
        lines = [f"-- extends 't{depth - 1}'", "[a]"] if depth else ["", "[a]"]
        for number, blank in enumerate(before):
            lines.append(f"{name}_{len(lines) + 1}: 1")
            if blank:
                lines.append("")
            if depth and number == 0:
                lines.append("== super()")
        sources[name] = "\n".join(lines) + "\n"
    lines = [match for match in map(MARGIN.match, shown(sources)) if match]
    assert len(lines) == sum(map(len, chain))
    for match in lines:
        assert match["text"] == f"{match['file'].strip('<>')}_{match['line']}: 1"


def test_a_line_of_two_places_says_so() -> None:
    sources = {"top": "a: {% include 'part' %}\n", "part": "1"}
    assert shown(sources)[-1] == "<top>:1+ | a: 1"


def test_what_is_printed_of_the_demo() -> None:
    """The same text, aligned, and plain where nobody sees colours."""
    plain = fgc("pp", ROOT / "examples" / "tiny_llama").stdout
    result = fgc("pp", ROOT / "examples" / "tiny_llama", "--annotate").stdout
    assert "\x1b" not in result
    legend, _, body = result.partition("\n\n")
    assert "fgc.templates/projects/lm_training_project.yaml" in legend
    columns = {line.index("|") for line in body.splitlines()}
    assert len(columns) == 1
    (column,) = columns
    assert [line[column + 2 :] for line in body.splitlines()] == plain.strip("\n").splitlines()
