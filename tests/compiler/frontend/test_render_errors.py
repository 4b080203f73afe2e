"""Each mistake in a template is a diagnostic at the user's own line and column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.frontend.render import render
from fgc.compiler.ir.span import Span


def diagnose(**sources: str) -> Diagnostic:
    """The one diagnostic of rendering ``top``."""
    with pytest.raises(BuildError) as raised:
        render("top", (), {"project_dir": "/p"}, sources=sources)
    (diagnostic,) = raised.value.diagnostics
    return diagnostic


def marked(sources: dict[str, str]) -> tuple[dict[str, str], Span]:
    """The sources without the marks ``«»``, and the region between them."""
    for name, text in sources.items():
        if "«" in text:
            before, _, rest = text.partition("«")
            inside, _, after = rest.partition("»")
            line = before.count("\n") + 1
            column = len(before) - (before.rfind("\n") + 1) + 1
            sources = {**sources, name: before + inside + after}
            return sources, Span(f"<{name}>", line, column, line, column + len(inside))
    raise AssertionError("nothing is marked")


@dataclass(frozen=True)
class Case:
    code: str
    message: str
    sources: dict[str, str]
    help: str | None = None
    labels: tuple[str, ...] = ()


CASES = {
    "missing include": Case(
        "FGC001",
        "there is no template `bsae`",
        {"top": "a\n  -- include «'bsae'» ## c\n", "base": ""},
        help="a template with a similar name exists: `base`",
    ),
    "missing base of a base": Case(
        "FGC001",
        "there is no template `c`",
        {"top": "-- extends 'b'\n", "b": "\n-- extends «'c'»\n"},
        labels=("extended here",),
    ),
    "computed name": Case(
        "FGC001",
        "there is no template `ab`",
        {"top": "-- set x = 'b'\n-- «include 'a' ~ x»\n"},
    ),
    "several names": Case(
        "FGC001",
        "there is no template `a` or `b`",
        {"top": "-- include [«'a'», 'b']\n"},
    ),
    "undefined variable": Case(
        "FGC004",
        "`hidden_sise` is undefined",
        {"top": "-- set hidden_size = 1\na: {{ 1 }} {{ 2 + «hidden_sise» }}\n"},
        help="a similar name is defined: `hidden_size`",
    ),
    "undefined global": Case(
        "FGC004",
        "`project_dri` is undefined",
        {"top": "a: {{ «project_dri» }}\n"},
        help="a similar name is defined: `project_dir`",
    ),
    "undefined knob": Case(
        "FGC004",
        "the namespace has no `learning_rte`",
        {"top": "-- set ns = namespace(learning_rate=1)\n  a: {{ ns.«learning_rte» }}\n"},
        help="a similar name is defined: `learning_rate`",
        labels=("`learning_rate` is set here",),
    ),
    "undefined key": Case(
        "FGC004",
        "the mapping has no `lrr`",
        {"top": "-- set d = {'lr': 1}\n-- if d[«'lrr'»] > 1\n-- endif\n"},
        help="a similar name is defined: `lr`",
    ),
    "undefined, in a rewritten line": Case(
        "FGC004",
        "`c` is undefined",
        {"top": "[a]\n      ==   1 + «c»   ## why\n"},
    ),
    "undefined, in a second tag of a line": Case(
        "FGC004",
        "`c` is undefined",
        {"top": "{% if 1 %}c{{ 'c' }}{% elif c %}{% endif %} {{ «c» }}\n"},
    ),
    "undefined, in a later line of a tag": Case(
        "FGC004",
        "`c` is undefined",
        {"top": "a: {{ [1,\n    2,\n      «c» + 1] }}\n"},
    ),
    "undefined, through extends and super": Case(
        "FGC004",
        "`c` is undefined",
        {
            "top": "-- extends 'mid'\n[a]\nx\n  == super()\n",
            "mid": "-- extends 'base'\n[a]\n\n=> super()\n",
            "base": "[a]\n\n  [b]\n    y: {{ «c» }}\n",
        },
    ),
    "undefined, in an inline template": Case(
        "FGC004",
        "`c` is undefined",
        {"top": "a: 1\n-- include 'part'\n#--- part ---\n\n  b: {{ «c» }}\n"},
        labels=("included here",),
    ),
    "undefined, in a macro": Case(
        "FGC004",
        "`c` is undefined",
        {
            "top": "-- from 'lib' import m\n\na: {{ m(1) }}\n",
            "lib": "-- macro m(x)\n{{ x + «c» }}\n-- endmacro\n",
        },
        labels=("called here",),
    ),
    "undefined name of an import": Case(
        "FGC004",
        "the imported template does not define `m`",
        {"top": "-- from 'lib' import m\na: {{ «m»(1) }}\n", "lib": ""},
    ),
    "super without a parent": Case(
        "FGC004",
        "no template above this one has this block",
        {"top": "[a]\n  == «super»()\n"},
        labels=("this template extends no other",),
    ),
    "undefined function": Case(
        "FGC004",
        "`join_path` is undefined",
        {"top": "a: {{ «join_path»('a') }}\n"},
        help="a similar name is defined: `joinpath`",
    ),
    "type error": Case(
        "FGC005",
        "unsupported operand type(s) for +: `int` and `str`",
        {"top": "a: {{ 1 }} {{ «1 + 'b'» }} {{ 2 }}\n"},
    ),
    "division by zero": Case("FGC005", "division by zero", {"top": "  -- «set a = 1 / 0» ## c\n"}),
    "an attribute of nothing": Case(
        "FGC004",
        "a value of type `int` has no `b`",
        {"top": "-- set a = 1\nb: {{ a.«b».c }}\n"},
    ),
    "raise": Case(
        "FGC005",
        "`lr` must be positive",
        {"top": "-- if true\n    {{ «raise('`lr` must be positive')» }}\n-- endif\n"},
    ),
    "private attribute": Case(
        "FGC005",
        "not allowed in a template: access to attribute `__class__` of `str` object is unsafe",
        {"top": "a: {{ «''.__class__» }}\n"},
    ),
    "assignment to a value": Case(
        "FGC005",
        "cannot assign attribute on non-namespace object",
        {"top": "-- set a = 1\n-- «set a.b = 2»\n"},
    ),
    "unknown statement": Case(
        "FGC003",
        "there is no statement `incldue`",
        {"top": "a\n   --  «incldue» 'b'\n"},
        help="a similar name exists: `include`",
    ),
    "unknown filter, in a branch not taken": Case(
        "FGC003",
        "there is no filter `toymal`",
        {"top": "-- if false\na: {{ 1 | «toymal» }}\n-- endif\n"},
        help="a similar name exists: `toyaml`",
    ),
    "unknown test": Case(
        "FGC003",
        "there is no test `defind`",
        {"top": "-- if a is «defind»\n-- endif\n"},
        help="a similar name exists: `defined`",
    ),
    "syntax error in an include": Case(
        "FGC003",
        "expected the end of the expression, got `c`",
        {"top": "-- include 'inc'\n", "inc": "a: {{ b «c» }}\n"},
        labels=("included here",),
    ),
    "syntax error in an inline template": Case(
        "FGC003",
        "expected the end of the expression, got `c`",
        {"top": "a\n-- include 'p'\n#--- p ---\n## x\na: {{ b «c» }}\n"},
        labels=("included here",),
    ),
    "a character that means nothing": Case(
        "FGC003", "unexpected char `?`", {"top": "a\nb: {{ c «?» }}\n"}
    ),
    "unclosed if": Case("FGC003", "`if` is never closed", {"top": "a\n-- «if» b\nc\n"}),
    "unclosed if in a block": Case(
        "FGC003",
        "`if` is never closed",
        {"top": "[x]\n  -- «if» b\n\n[y]\n  -- endif\n"},
        labels=("its block ends before this line",),
    ),
    "crossed statements": Case(
        "FGC003",
        "`endif` does not close `for`",
        {"top": "-- if a\n-- for b in c\n  -- «endif»\n"},
        labels=("`for` begins here",),
    ),
    "unclosed tag": Case("FGC003", "`{{` is never closed", {"top": "a\nb: «{{» c\nd\n"}),
    "unclosed bracket": Case(
        "FGC003",
        "`[` is not closed on its line; a line statement is one line",
        {"top": "-- set a = «[»1,\n  2]\n"},
    ),
    "a block twice": Case("FGC003", "block `a` defined twice", {"top": "[a]\n[b]\n  [«a»]\n"}),
    "a block that overrides nothing": Case(
        "FGC008",
        "the block `optimzer` is never rendered: no template above has a block of this name",
        {"top": "-- extends 'base'\n[«optimzer»]\na: 1\n", "base": "[optimizer]\n"},
        help="a block with a similar name exists: `optimizer`",
        labels=("`optimizer` begins here",),
    ),
    "a variable that something undefined was given to": Case(
        "FGC004",
        "`b` is undefined",
        {"top": "-- set a = b\n\n{{ «a» }}\n"},
        labels=("it was undefined here already",),
    ),
    "something undefined is no value that is not none": Case(
        "FGC004",
        "`b` is undefined",
        {"top": "-- if «b» is not none\na: 1\n-- endif\n"},
    ),
    "text outside of blocks": Case(
        "FGC008",
        "text outside of the blocks of a template that extends another is never rendered",
        {"top": "-- extends 'base'\n\n# a comment\n  «l»r: 1\n", "base": ""},
        help="text belongs into a block, below a `[name]` header",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_mistake(name: str) -> None:
    case = CASES[name]
    sources, span = marked(case.sources)
    diagnostic = diagnose(**sources)
    assert (diagnostic.code, diagnostic.message) == (case.code, case.message)
    assert diagnostic.span == span
    assert diagnostic.help == case.help
    assert tuple(label.message for label in diagnostic.labels) == case.labels


@pytest.mark.parametrize(
    ("sources", "circle", "labels"),
    [
        (
            {"top": "-- extends 'top'\n"},
            "`top` -> `top`",
            [("<top>", 1, "`top` extends `top`")],
        ),
        (
            {"top": "-- extends 'a'\n[x]\n-- set q = 1\n", "a": "\n-- extends 'top'\n[x]\n"},
            "`top` -> `a` -> `top`",
            [("<top>", 1, "`top` extends `a`"), ("<a>", 2, "`a` extends `top`")],
        ),
        (
            {
                "top": "-- extends 'a'\n",
                "a": "[x]\n-- include 'b'\n",
                "b": "\n\n  -- from 'c' import d\n",
                "c": "-- import 'b' as b\n",
            },
            "`b` -> `c` -> `b`",
            [("<b>", 3, "`b` imports `c`"), ("<c>", 1, "`c` imports `b`")],
        ),
        (
            {"top": "-- include 'p'\n#--- p ---\n-- extends 'q'\n#--- q ---\n\n-- extends 'p'\n"},
            "`p` -> `q` -> `p`",
            [("<top>", 3, "`p` extends `q`"), ("<top>", 6, "`q` extends `p`")],
        ),
    ],
)
def test_circle(sources: dict[str, str], circle: str, labels: list[tuple[str, int, str]]) -> None:
    diagnostic = diagnose(**sources)
    assert diagnostic.code == "FGC002"
    assert diagnostic.message == f"templates form a circle: {circle}"
    found = [(label.span.file, label.span.line, label.message) for label in diagnostic.labels]
    assert found == labels
    assert diagnostic.span == diagnostic.labels[0].span


def test_an_include_may_include_itself_if_it_ends() -> None:
    sources = {"top": "-- set n = n - 1\n{{ n }}\n-- if n\n-- include 'top'\n-- endif\n"}
    assert render("top", (), {"n": 3}, sources=sources).text == "2\n1\n0\n"


def test_a_template_that_is_not_there_at_all(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "baseline.yaml").write_text("a: 1\n")
    with pytest.raises(BuildError) as raised:
        render("configs/baselin.yaml", (tmp_path,), {})
    (diagnostic,) = raised.value.diagnostics
    assert (diagnostic.code, diagnostic.span) == ("FGC001", None)
    assert diagnostic.notes == (f"searched in `{tmp_path.as_posix()}`",)
    assert diagnostic.help == "a template with a similar name exists: `configs/baseline.yaml`"
    with pytest.raises(BuildError, match="FGC001"):
        render(str(tmp_path / "none.yaml"), (), {})
    with pytest.raises(BuildError, match="FGC001"):
        render(str(tmp_path), (), {})


def test_spans_name_files_by_their_absolute_paths(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("-- extends 'b.yaml'\n")
    (tmp_path / "b.yaml").write_text("x: {{ y }}\n")
    with pytest.raises(BuildError) as raised:
        render("a.yaml", (tmp_path,), {})
    span = raised.value.diagnostics[0].span
    assert span == Span((tmp_path / "b.yaml").as_posix(), 1, 7, 1, 8)


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes("a\nß: ".encode() + b"\xff\n")
    with pytest.raises(BuildError) as raised:
        render("a.yaml", (tmp_path,), {})
    (diagnostic,) = raised.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("FGC003", "the template is not UTF-8 text")
    assert diagnostic.span == Span.point((tmp_path / "a.yaml").as_posix(), 2, 4)


def test_a_missing_template_may_be_ignored() -> None:
    sources = {"top": "-- include 'a' ignore missing\n-- include ['a', 'b']\n", "b": "c\n"}
    assert render("top", (), {}, sources=sources).text == "c\n"


def test_all_text_in_vain_is_reported_at_once() -> None:
    sources = {"top": "-- extends 'base'\na: 1\n[x]\n[y]\n", "base": "[z]\n"}
    with pytest.raises(BuildError) as raised:
        render("top", (), {}, sources=sources)
    spans = [diagnostic.span for diagnostic in raised.value.diagnostics]
    assert [span.line for span in spans if span] == [2, 3, 4]
