"""From template chains to text: inheritance, inline templates, knobs, globals, limits."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.frontend.render import render, render_report
from fgc.compiler.frontend.rendered import Rendered


def text_of(top: str, /, variables: dict[str, object] | None = None, **sources: str) -> str:
    return render("top", (), variables or {}, sources={"top": top, **sources}).text


def failure(top: str, /, **sources: str) -> str:
    with pytest.raises(BuildError) as raised:
        text_of(top, **sources)
    (diagnostic,) = raised.value.diagnostics
    return f"{diagnostic.code}: {diagnostic.message}"


# Text.


@given(st.text(st.sampled_from("ab: #'\"[,]|>&*!\n\r\té\u2028")))
def test_text_without_directives_renders_as_itself(text: str) -> None:
    text = "a " + text.replace("##", "#").replace("\n[", "\n [,")  # no comment, no header
    text = text.replace("\r", "\r[,").replace(">>", ">")  # no statement
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    assert text_of(text) == expected


@pytest.mark.parametrize("text", ["", "\n", "a", "a\n", "a\n\n", "a\r\nb\r\n", "\ufeff"])
def test_the_end_of_the_text_is_kept(text: str) -> None:
    assert text_of(text) == text.replace("\r\n", "\n")


def test_statements_leave_no_lines() -> None:
    assert text_of("a\n  -- if true\nb\n  -- endif\n## c\nd\n") == "a\nb\nd\n"


def test_trimming_statements() -> None:
    assert text_of("a\n\n<< if true\nb\n>> endif\n\n  c\n") == "ab\nc\n"


# Inheritance.

BASE = """\
head: 1
[a]
x: 1
  [inner]
  y: 2

[b!]

z: 3

tail: 4
"""


def test_a_base_renders_its_own_blocks() -> None:
    assert text_of(BASE) == "head: 1\nx: 1\n  y: 2\n\nz: 3\n\ntail: 4\n"


def test_super_brings_no_blank_lines() -> None:
    top = "-- extends 'base'\n[a]\n== super()\nnew: 5\n[b]\n=> super()\nnewer: 6\n"
    base = "[a]\nx: 1\n\n[b]\n\ny: 2\n\nz: 3\n"
    assert text_of(top, base=base) == "x: 1\n\nnew: 5\n\ny: 2\n\nz: 3\nnewer: 6\n"


def test_a_nested_block_is_overridden_alone() -> None:
    top = "-- extends 'base'\n[inner]\n  y: 7\n"
    assert text_of(top, base=BASE) == text_of(BASE).replace("y: 2", "y: 7")


def test_a_last_line_without_a_line_break_is_ended() -> None:
    top = "-- extends 'base'\n[a]\nx: 0"
    assert text_of(top, base="[a]\n[b]\ny: 1\n") == "x: 0\ny: 1\n"
    assert text_of("-- include 'part'\nb: 2\n", part="a: 1") == "a: 1\nb: 2\n"


def test_a_base_may_be_computed() -> None:
    top = "-- extends kind ~ '.yaml'\n[a]\nx: 2\n[only_in_some_bases]\ny: 1\n"
    assert text_of(top, {"kind": "base"}, **{"base.yaml": "[a]\nx: 1\n"}) == "x: 2\n"


def test_the_first_folder_of_the_search_path_wins(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder / "sub").mkdir(parents=True)
        (tmp_path / folder / "sub" / "a.yaml").write_text(f"{folder}: 1\n")
    (tmp_path / "two" / "b.yaml").write_text("-- include 'sub/a.yaml'\n")
    path = (tmp_path / "one", tmp_path / "two")
    rendered = render("b.yaml", path, {})
    assert rendered.text == "one: 1\n"
    files = [(tmp_path / "two/b.yaml").as_posix(), (tmp_path / "one/sub/a.yaml").as_posix()]
    assert list(rendered.chain) == list(rendered.sources) == files
    assert render(str(tmp_path / "two" / "b.yaml"), path, {}).text == "one: 1\n"


@pytest.mark.parametrize("name", ["../a.yaml", "sub/../../a.yaml", "{root}/a.yaml", "", ".", "\0"])
def test_a_template_cannot_reach_out_of_the_search_path(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.yaml").write_text("secret\n")
    (tmp_path / "sub").mkdir()
    name = name.replace("{root}", tmp_path.as_posix())
    with pytest.raises(BuildError) as raised:
        render("top", (tmp_path / "sub",), {}, sources={"top": f"-- include {name!r}\n"})
    assert raised.value.diagnostics[0].code == "FGC001"


# Inline templates.


def test_an_inline_template_is_found_by_its_own_file_first() -> None:
    top = "-- extends 'base'\n[b]\n-- include 'part'\n#--- part ---\ntop part\n"
    base = "[a]\n-- include 'part'\n[b]\n#--- part ---\nbase part\n"
    assert text_of(top, base=base, part="file\n") == "base part\ntop part\n"


def test_a_file_is_found_before_the_inline_template_of_another_file() -> None:
    top = "-- extends 'base'\n#--- part ---\ntop part\n"
    assert text_of(top, base="[a]\n-- include 'part'\n", part="file\n") == "file\n"


def test_an_inline_template_of_the_base_can_be_extended() -> None:
    top = (
        "-- extends 'base'\n[b]\n-- include 'mine'\n"
        "#--- mine ---\n-- extends 'theirs'\n[x]\n== super()\nq: 2\n"
    )
    base = "[b]\n-- include 'theirs'\n#--- theirs ---\n[x]\np: 1\n"
    assert text_of(top, base=base) == "p: 1\n\nq: 2\n"


# Knobs.

KNOBS = "-- set ns = namespace(lr=1)\n-- set ns.lr = 2\nlr: {{ ns.lr }}\n"


def test_a_pinned_knob_cannot_be_set() -> None:
    top = "-- extends 'base'\n[knobs]\n-- set ns.lr = 5\n"
    base = "-- set ns = namespace()\n-- set ns.lr = 4\n[knobs]\n[body]\nlr: {{ ns.lr }} {{ lr }}\n"
    sources = {"top": top, "base": base}
    assert render("top", (), {}, sources=sources, pins={"lr": 3}).text == "lr: 3 3\n"
    assert render("top", (), {"lr": 0}, sources=sources).text == "lr: 5 0\n"


def test_other_namespaces_are_not_pinned() -> None:
    top = "-- set found = namespace(lr=1)\n-- set found.lr = 2\n{{ found.lr }}\n"
    assert render("top", (), {}, sources={"top": top}, pins={"lr": 3}).text == "2\n"


def test_a_pin_is_a_plain_variable_too() -> None:
    top = "a: {{ hidden_size | toyaml(4096) }}\n"
    assert text_of(top) == "a: 4096\n"
    assert render("top", (), {}, sources={"top": top}, pins={"hidden_size": 64}).text == "a: 64\n"


def test_which_pins_are_used_is_reported() -> None:
    top = KNOBS + "{{ seed | default(1) }}\n-- set ns.unread = 1\n"
    pins = {"lr": 3, "seed": 4, "sede": 5, "unread": 6}
    report = render_report("top", (), {}, sources={"top": top}, pins=pins)
    assert report.pins_read == {"lr", "seed"}
    assert {"lr", "seed", "unread"} <= report.names
    assert "sede" not in report.names


# Filters and globals.


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("x | toyaml(0.00001)", "1.0e-05"),
        ("none | toyaml", "null"),
        ("'no' | toyaml", '"no"'),
        ("[1, true, {'a': none}] | toyaml", "[1, true, {a: null}]"),
        ("x | default('y')", "y"),
        ("joinpath('a', 'b', 'c.txt')", "a/b/c.txt"),
        ("normpath('a/../b')", "b"),
        ("abspath('data')", "/project/data"),
        ("relpath('/project/a/b', '/project/c')", "../a/b"),
        ("dirname('a/b.c') ~ basename('a/b.c') ~ splitext('b.c')[1]", "ab.c.c"),
        ("modname_from_path('a/b.py')", "b"),
        ("repr('a')", "'a'"),
        ("getenv('HOME', 'unset')", "unset"),
        ("range(3) | list", "[0, 1, 2]"),
        ("'%s-%d' | format('a', 1)", "a-1"),
        ("'aXbX' | replace('X', '-', 1)", "a-bX"),
        ("[1, 2] | join(', ')", "1, 2"),
        ("isotime()", "2000-01-01T00:00:00"),
        ("filetime()", "2000-01-01T00-00-00"),
        ("now().year + utcnow().month", "2001"),
        ("hostname", "localhost"),
        ("getcwd()", "/project"),
        ("user_home_dir()", "~"),
        ("user_cache_dir('fgc', version='1')", "~/.cache/fgc/1"),
        ("versions.torch", "unknown"),
    ],
)
def test_expressions(expression: str, text: str) -> None:
    variables: dict[str, object] = {"project_dir": "/project"}
    assert text_of("{{ " + expression + " }}", variables) == text


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ raise('lr is missing') }}", "FGC005: lr is missing"),
        ("{{ joinpath('a', b) }}", "FGC004: `b` is undefined"),
        ("{{ b | toyaml }}", "FGC004: `b` is undefined"),
        ("{{ joinpath(1) }}", "FGC005: a path is text, not `int`"),
        ("{{ joinpath }}", "FGC005: a function has no text; a call of it has"),
        ("{{ namespace() }}", "FGC005: a namespace has no text; its attributes have"),
        ("{{ [1] | random }}", "FGC003: there is no filter `random`"),
        ("{{ lipsum() }}", "FGC004: `lipsum` is undefined"),
        ("{{ getenv('HOME') }}",
         "FGC005: a build reads no environment, and `getenv` of `HOME` has no default"),
        ("{{ ''.__class__ }}",
         "FGC005: not allowed in a template: access to attribute `__class__` of `str` object is "
         "unsafe"),
        ("{{ [].append(1) }}",
         "FGC005: not allowed in a template: access to attribute `append` of `list` object is "
         "unsafe"),
    ],
)  # fmt: skip
def test_expressions_that_fail(template: str, message: str) -> None:
    assert failure(template) == message


def test_an_imported_macro_sees_the_variables() -> None:
    macros = "-- macro size(n)\n{{ n * scale }}\n-- endmacro\n"
    top = "-- from 'macros' import size\na: {{ size(2) | trim }}\n"
    assert text_of(top, {"scale": 3}, macros=macros) == "a: 6\n"


def test_the_text_is_the_same_everywhere(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(
        "# {{ isotime() }} {{ hostname }} {{ uname }} {{ getcwd() }} {{ versions.python }}\n"
        "a: {{ getenv('HOME', 'x') }} {{ user_config_dir('y') }} {{ {'b': 1, 'a': 2} | toyaml }}\n"
    )
    script = (
        "import sys; from pathlib import Path; from fgc.compiler.frontend.render import render;"
        "print(render('t.yaml', (Path(sys.argv[1]),), {'project_dir': 'p'}).text)"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)],
            env={"PYTHONHASHSEED": seed, "TZ": zone, "HOME": home, "LANG": "C"},
            cwd=cwd,
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone, home, cwd in (("1", "UTC", "/", "/"), ("2", "Asia/Tokyo", "/x", tmp_path))
    }
    assert len(texts) == 1


# Costs.

GROW = (
    "{% set ns = namespace(x=X) %}{% for i in range(60) %}{% set ns.x = Y %}{% endfor %}{{ ns.x }}"
)


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 10**9 }}",
        "{{ [1] * 10**9 }}",
        "{{ 10 ** 100000 }}",
        "{% for i in range(10**9) %}{% endfor %}",
        "{% for i in range(10**5) %}{% for j in range(10**5) %}{% endfor %}{% endfor %}",
        "{% set l = range(10**5)|list %}{% for i in l %}{% for j in l if false %}{% endfor %}"
        "{% endfor %}",
        "{% set l = range(10**5)|list %}{% for i in l %}{{ l|sum }}{% endfor %}",
        "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        GROW.replace("X", "'abcdefgh'").replace("Y", "ns.x ~ ns.x"),
        GROW.replace("X", "'abcdefgh'").replace("Y", "ns.x + ns.x"),
        GROW.replace("X", "[]").replace("Y", "[ns.x, ns.x]"),
        GROW.replace("X", "[]").replace("Y", "{'a': ns.x, 'b': ns.x}"),
        GROW.replace("X", "[]").replace("Y", "(ns.x, ns.x)"),
        GROW.replace("X", "[]").replace("Y", "dict(a=ns.x, b=ns.x)"),
        "{{ '%1000000000d' % 1 }}",
        "{{ '%*d' % (10**9, 1) }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ '{:{}}'.format(1, 10**9) }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ 'a' | center(10**9) }}",
        "{{ 'a'.ljust(10**9) }}",
        "{% set a = 'a' * 10**6 %}{{ a.replace('a', a) }}",
        "{% set a = 'a' * 10**6 %}{{ a | replace('a', a) }}",
        "{% set a = 'a' * 10**6 %}{{ a.join(['b'] * 1000) }}",
        "{% set a = 'a' * 10**6 %}{{ range(1000) | join(a) }}",
        "{{ ('\t' * 10**6).expandtabs(10**6) }}",
        "{{ (5).to_bytes(10**10, 'big') }}",
        "{% set a = 'a' * 10**6 %}{% for i in range(100) %}{{ a }}{% endfor %}",
        "{% set a %}{% for i in range(10**5) %}{{ 'a' * 1000 }}{% endfor %}{% endset %}",
    ],
)
def test_a_template_cannot_take_all_time_or_memory(template: str) -> None:
    begin = time.process_time()
    assert failure(template).startswith("FGC005: ")
    assert time.process_time() - begin < 20


def test_endless_recursion_is_an_error() -> None:
    message = "FGC005: the evaluation is nested too deeply"
    assert failure("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}") == message


def test_a_rendering_is_fast() -> None:
    block = "".join(f"  knob_{i}: {{{{ ns.knob | toyaml }}}} ## comment\n" for i in range(200))
    sources = {"base": "-- set ns = namespace(knob=1)\n[a]\n" + block}
    for level in range(4):
        name, above = f"level{level}", "base" if level == 0 else f"level{level - 1}"
        sources[name] = f"-- extends '{above}'\n[a]\n== super()\n" + block
    rendered: list[Rendered] = []
    begin = time.process_time()
    for _ in range(3):
        rendered.append(render("level3", (), {}, sources=sources))
    assert time.process_time() - begin < 3  # seen: 0.3 s, of 3,000 lines
    assert len({result.text for result in rendered}) == 1


def test_importing_the_renderer_imports_little() -> None:
    script = (
        "import sys; import fgc.compiler.frontend.render;"
        "heavy = {'torch', 'libcst', 'black', 'griffe', 'yaml', 'numpy', 'rich', 'click'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
