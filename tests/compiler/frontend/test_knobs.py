"""What is told of knobs: who set them, to what, and which text they decide."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.frontend.render import render
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.ir.knobs import COMMAND_LINE, Setting
from tests.compiler.frontend.knob_templates import KNOBS, templates

KEY = re.compile(r"(?:top|base|inc)\d+(?=:)", re.IGNORECASE)


def rendered(pins: dict[str, object] | None = None, **sources: str) -> Rendered:
    return render("top", (), {}, pins=pins or {}, sources=sources)


def chain(result: Rendered, name: str) -> list[tuple[object, str, int]]:
    """Value, file and line of each setting of a knob."""
    return [(s.value, s.file, s.line) for s in result.knobs.chain(name)]


BASE = """\
-- set ns = namespace(seed=1)
[knobs]
## Step size.
-- set ns.lr = 0.1
-- set ns.unused = 7
[body]
lr: {{ ns.lr }}
seed: {{ ns.seed }}
"""
MIDDLE = "-- extends 'base'\n[knobs]\n== super()\n-- set ns.lr = 0.2\n"
TOP = "-- extends 'middle'\n[knobs]\n== super()\n\n-- set ns.lr, ns.seed = 0.3, 4\n"


def test_the_chain_of_a_knob_is_in_order_and_ends_with_what_holds() -> None:
    result = rendered(top=TOP, middle=MIDDLE, base=BASE)
    assert result.text.split() == ["lr:", "0.3", "seed:", "4"]
    assert chain(result, "lr") == [(0.1, "<base>", 4), (0.2, "<middle>", 4), (0.3, "<top>", 5)]
    assert chain(result, "seed") == [(1, "<base>", 1), (4, "<top>", 5)]
    assert result.knobs.names == ("seed", "lr", "unused")


def test_whoever_sets_a_knob_last_wins_wherever_super_stands() -> None:
    top = "-- extends 'base'\n[knobs]\n-- set ns.lr = 0.2\n== super()\n"
    result = rendered(top=top, base=BASE)
    assert chain(result, "lr") == [(0.2, "<top>", 3), (0.1, "<base>", 4)]
    assert "lr: 0.1" in result.text


def test_a_block_that_is_not_rendered_sets_nothing() -> None:
    base = BASE.replace("{{ ns.lr }}", "{{ ns.lr | default('unset') }}")
    result = rendered(top="-- extends 'base'\n[knobs]\n", base=base)
    assert "lr: unset" in result.text
    assert chain(result, "lr") == []


def test_a_pin_comes_last_and_what_templates_set_has_no_effect() -> None:
    result = rendered({"lr": 0.5}, top=MIDDLE, base=BASE)
    assert [value for value, _, _ in chain(result, "lr")] == [0.1, 0.2, 0.5]
    *made, pin = result.knobs.chain("lr")
    assert (pin.file, pin.pin, pin.read) == (COMMAND_LINE, True, True)
    assert not any(setting.pin or setting.read for setting in made)


def test_a_setting_is_read_if_a_template_looked_at_it_before_the_next_one() -> None:
    top = "-- set ns = namespace()\n-- set ns.a = 1\nx: {{ ns.a }}\n-- set ns.a = 2\n"
    top += "-- set ns.a = ns.a + 1\n-- set ns.a = 4\ny: {{ ns.a }}\n"
    settings = rendered(top=top).knobs.chain("a")
    assert [(s.value, s.read) for s in settings] == [(1, True), (2, True), (3, False), (4, True)]


def test_settings_of_inline_templates_loops_macros_and_captured_text_have_their_line() -> None:
    top = """\
-- set ns = namespace()
-- include 'part'
-- for n in [1, 2]
-- set ns.looped = n
-- endfor
{% macro sets() %}
-- set ns.by_macro = 3
{% endmacro %}
{{ sets() }}
-- set ns.text
long
-- endset
x: {{ ns.inline + ns.looped + ns.by_macro }} {{ ns.text }}
#---- part ----
-- set ns.inline = 5
"""
    result = rendered(top=top)
    assert chain(result, "inline") == [(5, "<top>", 15)]
    assert chain(result, "looped") == [(1, "<top>", 4), (2, "<top>", 4)]
    assert chain(result, "by_macro") == [(3, "<top>", 7)]
    assert chain(result, "text") == [("long\n", "<top>", 10)]


def test_other_namespaces_have_no_knobs() -> None:
    assert rendered(top="-- set found = namespace(a=1)\nx: {{ found.a }}\n").knobs.settings == ()


# Which knobs decide a line.


def behind(result: Rendered, needle: str) -> set[str]:
    """The knobs that decide the lines that hold ``needle``."""
    lines = [n for n, line in enumerate(result.text.split("\n"), 1) if needle in line]
    assert lines
    return {knob for line in lines for knob in result.knobs_of(line)}


START = "-- set ns = namespace(a=1, b=2, c=3, d=4)\n"


@pytest.mark.parametrize(
    ("text", "knobs"),
    [
        ("x: {{ ns.a }}\ny: {{ ns.b }}\n", {"a"}),
        ("x: {{ ns.a + ns['b'] }}\n", {"a", "b"}),
        ("x: {{ ns.a if ns.b else ns.c }}\n", {"a", "b", "c"}),
        ("-- if ns.a\nx: 1\n-- endif\ny: 1\n", {"a"}),
        ("-- if ns.d > 9\ny: 1\n-- elif ns.a\nx: 1\n-- endif\n", {"a", "d"}),
        ("-- if ns.d > 9\ny: 1\n-- elif ns.a > 9\ny: 2\n-- else\nx: 1\n-- endif\n", {"a", "d"}),
        ("-- for i in range(ns.a)\nx: {{ ns.b }}\n-- endfor\n", {"a", "b"}),
        ("-- set v = ns.a\nx: {{ v }}\n", {"a"}),
        ("-- set v, w = ns.a, ns.b\nx: {{ v }}\n", {"a"}),
        ("-- if ns.c\n-- set v = ns.a\n-- endif\nx: {{ v }}\n", {"a", "c"}),
        ("-- set ns.a = ns.b\nx: {{ ns.a }}\n", {"a", "b"}),
        ("-- set ns.a = ns.b\n-- set ns.a = 5\nx: {{ ns.a }}\n", {"a"}),
        ("-- if ns.b > 9\n-- set ns.a = 5\n-- endif\nx: {{ ns.a }}\n", {"a", "b"}),
        ("-- macro m(n)\n{{ n + ns.b }}\n-- endmacro\nx: {{ m(ns.a) }}\n", {"a", "b"}),
        ("-- set v\n{{ ns.a }}\n-- endset\nx: {{ v }}\n", {"a"}),
        ("{% filter upper %}x: {{ ns.a }}{% endfilter %}\n", {"a"}),
        ("-- set other = namespace(e=ns.a)\n-- set other.f = ns.b\nx: {{ other.e }}\n", {"a"}),
        ("x: {{ ns | attr('a') }}\n", {"a", "b", "c", "d"}),
        ("-- if ns.a\n-- include 'part'\n-- endif\n#--- part ---\nx: {{ ns.b }}\n", {"a", "b"}),
        ("{% if ns.a %}{% block b %}x: {{ ns.b }}\n{% endblock %}{% endif %}", {"a", "b"}),
        ("[b]\nx: {{ ns.b }}\n[c]\n-- if ns.a\n{{ self.b() }}\n-- endif\n", {"a", "b"}),
        ("[b]\nx: {{ ns.b }}\n[c]\n{{ self.b() | upper }}\n", {"b"}),
        ("-- macro m(n)\n-- set ns.b = n\n-- endmacro\n{{ m(ns.a) }}x: {{ ns.b }}\n", {"a", "b"}),
        ("-- macro m(n)\n-- set ns.b = 7\n-- endmacro\n-- if ns.a\n{{ m(1) }}\n-- endif\n"
         "x: {{ ns.b }}\n", {"a", "b"}),
        ("-- macro m()\n{{ caller(ns.a) }}\n-- endmacro\n"
         "{% call(n) m() %}x: {{ n }}{% endcall %}\n", {"a"}),
        ("-- macro m(n)\n{{ n }}\n-- endmacro\n-- set f = m\nx: {{ f(ns.a) }}\n", {"a"}),
        ("-- import 'part' as part\nx: {{ part.m(ns.a) }}\n#--- part ---\n"
         "-- macro m(n)\n{{ n }}\n-- endmacro\n", {"a"}),
    ],
)  # fmt: skip
def test_what_decides_a_line(text: str, knobs: set[str]) -> None:
    result = rendered(top=START + text)
    needle = "X:" if "X:" in result.text else "x:"
    assert behind(result, needle) == knobs


@pytest.mark.parametrize(
    ("top", "base", "knobs"),
    [
        ("[b]\nx: {{ ns.b }}\n", "-- if ns.a\n{% block b %}{% endblock %}\n-- endif\n", {"a", "b"}),
        ("[b]\n-- if ns.a\n== super()\n-- endif\n", "[b]\nx: {{ ns.b }}\n", {"a", "b"}),
        ("[b]\n{{ super() | upper }}\n", "[b]\nx: {{ ns.b }}\n", {"b"}),
        ("[b]\n-- set ns.a = ns.c\n== super()\n", "[b]\nx: {{ ns.a }}\n", {"a", "c"}),
        ("[b]\n-- set v = ns.a\nx: {{ v }}\n[c]\n-- set w = ns.b\n", "[b]\n[c]\n", {"a"}),
    ],
)  # fmt: skip
def test_what_decides_a_line_of_a_block(top: str, base: str, knobs: set[str]) -> None:
    result = rendered(top=f"-- extends 'base'\n{top}", base=START + base)
    assert behind(result, "X:" if "X:" in result.text else "x:") == knobs


def test_text_that_cannot_be_placed_is_decided_by_every_knob() -> None:
    result = rendered(top=START + "x: {{ ns.a }} \U0010ffd0\n")
    assert behind(result, "x:") == {"a", "b", "c", "d"}


def test_a_pinned_knob_depends_on_no_other() -> None:
    top = START + "-- set ns.a = ns.b\nx: {{ ns.a }}\n"
    assert behind(rendered({"a": 5}, top=top), "x:") == {"a"}


def test_a_pin_that_is_read_as_a_variable_decides_too() -> None:
    assert behind(rendered({"lr": 5}, top="x: {{ lr | default(1) }}\n"), "x:") == {"lr"}


def lines_by_key(result: Rendered) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, line in enumerate(result.text.split("\n"), 1):
        for key in KEY.finditer(line):
            found[key[0]].append((number, line))
    return found


@settings(deadline=None)
@given(templates(), st.integers(0, 6))
def test_a_knob_that_changes_a_line_is_told(sources: dict[str, str], value: int) -> None:
    """Whatever a template does with knobs: none that decides a line is left out."""
    try:
        before = rendered(**sources)
    except BuildError:
        assume(False)
        return
    lines = lines_by_key(before)
    for knob in KNOBS:
        try:
            changed = lines_by_key(rendered({knob: value}, **sources))
        except BuildError:
            continue
        for key, written in lines.items():
            now = [text for _, text in changed.get(key, [])]
            if now != [text for _, text in written]:
                told = {name for number, _ in written for name in before.knobs_of(number)}
                assert knob in told, f"{key}: {written} became {now}"


@settings(deadline=None)
@given(templates(), st.dictionaries(st.sampled_from(KNOBS), st.integers(0, 6), max_size=2))
def test_the_last_setting_holds(sources: dict[str, str], pins: dict[str, int]) -> None:
    shown = "".join(f"\nheld {name} {{{{ ns.{name} }}}} end" for name in KNOBS)
    try:
        result = rendered(pins, **(sources | {"base": sources["base"] + shown}))
    except BuildError:
        assume(False)
        return
    for name in KNOBS:
        last: Setting = result.knobs.chain(name)[-1]
        assert f"held {name} {last.value} end" in result.text
        assert last.read
        assert last.pin == (name in pins)
