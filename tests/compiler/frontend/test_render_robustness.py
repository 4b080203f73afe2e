"""Whatever the text, a template renders or is diagnosed; no other exception leaves the renderer."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from fgc.compiler.diagnostics.codes import CODES
from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.frontend.render import render
from fgc.compiler.frontend.rendered import Rendered

_WORDS = """\
{{ }} {% %} {# #} {%- -%} +%} -- << >> == => ## #---_t_--- [a] [b!] ' " ( ) [ ] { } , : . | > - &x
*x !t x a ns.x if endif else elif_x for_i_in_range(3) for_i_in_a_if_i endfor recursive set_x_=_1
set_ns_=_namespace() set_ns.x_=_a set_b endset extends_'t' extends_x include_'t' include_'top'
block_q endblock scoped required raw endraw macro_m(a) endmacro m(1) call_m(2) caller() endcall
import_'t'_as_t from_'t'_import_m without_context ignore_missing filter_trim endfilter with_a=1
endwith autoescape_true endautoescape super() self.a() loop loop(a) loop.index |trim |indent(2)
|toyaml |default(1) |join |upper 1 1e999 0x '%d'%a * ** ~ + not in is_defined is_foo range
namespace none true __class__ a.b.c a['b'] raise('x') do_x continue [1,2] {'a':1} \\ @ ?"""
FRAGMENTS = [word.replace("_", " ") for word in _WORDS.split()]
SEPARATORS = [
    "\n",
    "\n  ",
    " ",
    "",
    "\r\n",
    "\t",
    "\x00",
    "\x85",
    "\u2028",
    "\x0c",
    "é",
    "\U0010ffd0",
]

texts = st.lists(
    st.tuples(st.sampled_from(FRAGMENTS) | st.text(max_size=3), st.sampled_from(SEPARATORS)),
    max_size=14,
).map(lambda parts: "".join(text + separator for text, separator in parts))


def outcome(**sources: str) -> Rendered | tuple[Diagnostic, ...]:
    try:
        return render("top", (), {"a": [1, [2]]}, sources=sources)
    except BuildError as error:
        return error.diagnostics


def check(result: Rendered | tuple[Diagnostic, ...]) -> None:
    if isinstance(result, Rendered):
        check_origins(result)
        return
    assert result
    for diagnostic in result:
        assert diagnostic.code in CODES
        assert diagnostic.message
        assert not diagnostic.message.endswith(".")
        for span in (diagnostic.span, *(label.span for label in diagnostic.labels)):
            assert span is not None
            assert span.line >= 1
            assert 1 <= span.column < span.end_column


def check_origins(result: Rendered) -> None:
    assert len(result.origins) == len(re.split("\r\n|[\n\r\x85\u2028\u2029]", result.text))
    for pieces in result.origins:
        columns = [piece.column for piece in pieces]
        assert columns[0] == 1
        assert columns == sorted(set(columns))
        assert all(piece.file in result.sources for piece in pieces)
        assert all(piece.source_column is None or piece.source_column >= 1 for piece in pieces)


@settings(max_examples=600, deadline=None)
@given(texts, texts)
def test_any_text(top: str, other: str) -> None:
    check(outcome(top=top, t=other))


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_text_at_all(text: str) -> None:
    check(outcome(top=text))
