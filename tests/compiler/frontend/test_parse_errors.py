"""What is wrong with a configuration, in our words, at the exact place."""

# ruff: noqa: E501  (tables are read by column)

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.diagnostics.render import render_text
from fgc.compiler.frontend.rendered import Piece, Rendered
from fgc.compiler.ir.graph import walk
from fgc.compiler.passes.parse import parse


def errors(text: str) -> tuple[Diagnostic, ...]:
    lines = tuple((Piece(1, "a.yaml", n, 1),) for n in range(1, text.count("\n") + 2))
    with pytest.raises(BuildError) as caught:
        parse(Rendered(text, lines, {"a.yaml": text}, ("a.yaml",)))
    return caught.value.diagnostics


def frames(text: str) -> str:
    text = dedent(text)
    return render_text(errors(text), {"a.yaml": text}, color=False, cwd=Path("/"))


def marked(text: str, diagnostic: Diagnostic) -> str:
    """Where a diagnostic points: ``line:column:`` and the text there."""
    span = diagnostic.span
    assert span is not None
    assert span.line == span.end_line
    part = text.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]
    return f"{span.line}:{span.column}:{part}"


# fmt: off
SYNTAX = [
    ("a: b: c", "a second `: ` in one value", "1:5::"),
    ("a: 'x': y", "a second `: ` in one value", "1:7::"),
    ("a: 1\n b: 2\n", "this key is indented deeper than the line before, which has a value already", "2:2:b"),
    ("key\nb: 1", "`key` is neither `key: value` nor a list item", "1:1:key"),
    ("a: 1\n\n# c\nkey # c\nb: 1", "`key` is neither `key: value` nor a list item", "4:1:key"),
    ("a: 1\nlr:3\nb: 1", "a space is missing after `lr:`", "2:1:lr:3"),
    ("a: [1,\n  2\nb: 3", "this `[` is never closed", "1:4:["),
    ("a: {x: 1\nb: 2\n", "this `{` is never closed", "1:4:{"),
    ("a: [1, [2]\n", "this `[` is never closed", "1:4:["),
    ("a: [", "a bracket is never closed", "1:4:["),
    ("a: {x: 1 y: 2}", "`,` or `}` is missing before this", "1:11::"),
    ("a: ['x' 'y']", "`,` or `]` is missing before this", "1:9:'y'"),
    ("a: {b: [1, 2}\nc: 1", "`,` or `]` is missing before this", "1:13:}"),
    ("a:\n\tb: 1", "a tab in the indentation", "2:1:\t"),
    ("a: b\nc:\t\td", "a tab between tokens", "2:3:\t\t"),
    ("a: 'x\nb: 1\n", "this `'` is never closed", "1:4:'x"),
    ('"a\nb: 1', 'this `"` is never closed', '1:1:"a'),
    ('a: "x\nb: "y"\n', "this text is closed on a later line, and more follows there", '1:4:"x'),
    ('a: "x" y', "this follows a value that is complete", "1:8:y"),
    ("a: @x y", "a plain value may not start with `@`", "1:4:@x"),
    ("a: `x`", "a plain value may not start with a backtick", "1:4:`x`"),
    ("a: %d", "a plain value may not start with `%`", "1:4:%d"),
    ("a: |x\n y", "malformed header of a block scalar", "1:5:x"),
    ("a: [|\n x]", "a block scalar (`|`) may not stand in brackets", "1:5:|"),
    ("a: - b", "a list item may not start on the line of its key", "1:4:-"),
    ("a: 1\n- b\n", "a list item among the keys of a mapping", "2:1:-"),
    ("- a\nb: 1", "a key among the items of a list", "2:1:b:"),
    ("a:\n    b: 1\n  c: 2", "the indentation of this line is that of no line above", "3:3:c:"),
    (" a: 1\nb: 2", "the indentation of this line is that of no line above", "2:1:b:"),
    ("a: 1\n...\nb: 2\n", "this follows the end of the document (`...`)", "3:1:b:"),
    ("a: 1\n---\nb: 2", "a second document starts", "2:1:---"),
    ("a: }", "this `}` closes nothing", "1:4:}"),
    ("a: [,]", "a value is missing before this `,`", "1:5:,"),
    ('a: "\\q"', "`\\q` is not an escape", "1:5:\\q"),
    ('a: "\\x1"', "`\\x1` is not an escape", "1:5:\\x1"),
    ('a: "\\UFFFFFFFF"', "`\\UFFFFFFFF` is not a character", "1:5:\\UFFFFFFFF"),
    ('a: "\\ud800"', "an escape names half of a surrogate pair, which is no character", '1:4:"\\ud800"'),
    ("a: *b.c", "malformed alias", "1:4:*b.c"),
    ("a: &é 1", "malformed anchor", "1:4:&é"),
    ("b: \x01", "the character U+0001 may not stand in YAML as it is", "1:4:\x01"),
    ("%YAML 3\n---\na: 1", "malformed directive", "1:1:%YAML 3"),
]
# fmt: on


@pytest.mark.parametrize(("text", "message", "place"), SYNTAX, ids=[repr(s[0]) for s in SYNTAX])
def test_syntax(text: str, message: str, place: str) -> None:
    (found,) = errors(text)
    assert (found.code, found.message) == ("FGC010", message)
    assert marked(text, found) == place


# fmt: off
MEANING = [
    ("a: !cal:foo []", "FGC011", "unknown tag `!cal:foo`", "1:4:!cal:foo"),
    ("a: !!set {x}", "FGC011", "unknown tag `!!set`", "1:4:!!set"),
    ("a: !!python/name:os.system ''", "FGC011", "unknown tag `!!python/name:os.system`", "1:4:!!python/name:os.system"),
    ("a: !x!y 1", "FGC011", "malformed tag", "1:4:!x!y"),
    ("a: !call:foo#b", "FGC011", "malformed tag", "1:4:!call:foo#b"),
    ("a: !dict:x {}", "FGC011", "`!dict` takes no import spec", "1:4:!dict:x"),
    ("a: !var:x", "FGC011", "`!var` takes no import spec", "1:4:!var:x"),
    ("a: !var@x y", "FGC011", "`!var` takes no `@name`", "1:4:!var@x"),
    ("a: !call:f@1 []", "FGC011", "`1` cannot name a node", "1:12:1"),
    ("a: !list@class []", "FGC011", "`class` cannot name a node", "1:10:class"),
    ("a: !call:f@ []", "FGC011", "no name follows the `@`", "1:4:!call:f@"),
    ("a: !call", "FGC025", "`!call` names nothing to call", "1:4:!call"),
    ("a: !partial:", "FGC025", "`!partial` names nothing to call", "1:4:!partial:"),
    ("a: !call:a:b:c []", "FGC025", "an import spec has one colon", "1:11::b:"),
    ("a: !call:a-b:c []", "FGC025", "`a-b` is not a dotted module name", "1:10:a-b"),
    ("a: !call:foo bar", "FGC012", "`!call:foo` takes a list or a mapping of arguments, not a scalar", "1:14:bar"),
    ("a: !call:foo null", "FGC012", "`!call:foo` takes a list or a mapping of arguments, not a scalar", "1:14:null"),
    ("a: !call:f {a b: 2}", "FGC012", "`a b` is not the name of an argument", "1:13:a b"),
    ("a: !call:f {3: 2}", "FGC012", "`3` is not the name of an argument", "1:13:3"),
    ("a: !call:f {class: 2}", "FGC012", "`class` is a keyword of Python, and no name of an argument", "1:13:class"),
    ("a: !call:f {args: 3}", "FGC012", "`args` stands for all positional arguments here, and is not a list", "1:13:args"),
    ("a: !call:f {kwargs: []}", "FGC012", "`kwargs` stands for all keyword arguments here, and is not a mapping", "1:13:kwargs"),
    ("a: !call:f {latent_args: [1]}", "FGC012", "`latent_args` is not a mapping", "1:13:latent_args"),
    ("a: !call:f {submodule_searchpath: {}}", "FGC012", "`submodule_searchpath` is not a list of folders", "1:13:submodule_searchpath"),
    ("<<: 3", "FGC012", "`<<` merges something that is not a mapping", "1:1:<<"),
    ("a: {<<: [{x: 1}, 2]}", "FGC012", "`<<` merges something that is not a mapping", "1:5:<<"),
    ("? [a]\n: b", "FGC012", "a mapping's key must be a scalar", "1:3:[a]"),
    ("- a", "FGC012", "a configuration is a mapping of names to nodes", "1:1:- a"),
    ("!call:f {a: 1}", "FGC012", "a configuration is a mapping of names to nodes", "1:9:{a: 1}"),
    ("a: !var", "FGC012", "no variable", "1:7:r"),
    ("a: !var 3", "FGC012", "`3` is not the name of a variable", "1:9:3"),
    ("a: !var [x, 1, 2]", "FGC012", "`!var` takes a name and a default", "1:9:[x, 1, 2]"),
    ("a: !var {nam: x}", "FGC012", "`!var` has no key `nam`", "1:10:nam"),
    ("a: !tuple x", "FGC012", "`!tuple` takes a list, not a scalar", "1:4:!tuple"),
    ("a: !dlist [x]", "FGC012", "`!dlist` takes a mapping, not a list", "1:4:!dlist"),
    ("a: !!int x", "FGC012", "`x` is not a value of `!!int`", "1:10:x"),
    ("a: !!str [x]", "FGC012", "`!!str` stands before a list", "1:4:!!str"),
    ("a: !!seq x", "FGC012", "`!!seq` stands before a scalar", "1:4:!!seq"),
    ("a: 1e999", "FGC012", "`1e999` is too large for a float", "1:4:1e999"),
    ("a: " + "9" * 5000, "FGC012", "an integer of 5000 digits is too long", "1:4:" + "9" * 5000),
    ("a: *lr", "FGC013", "no anchor `&lr` precedes `*lr`", "1:4:*lr"),
    ("a: &a [*a]", "FGC031", "`*a` stands inside of the node that it names", "1:8:*a"),
    ("a: &a 1\nb: &a {c: *a}", "FGC031", "`*a` stands inside of the node that it names", "2:11:*a"),
    ("a: !call:x@n\nb: !call:y@n", "FGC014", "a second node is named `n`", "2:4:!call:y@n"),
]
# fmt: on


@pytest.mark.parametrize(
    ("text", "code", "message", "place"), MEANING, ids=[repr(m[0][:40]) for m in MEANING]
)
def test_meaning(text: str, code: str, message: str, place: str) -> None:
    (found,) = errors(text)
    assert (found.code, found.message) == (code, message)
    assert marked(text, found) == place


def test_overridden_nodes_do_not_take_names() -> None:
    text = "a: !call:x@n\na: !call:y@n\nb: !call:z@m\n"
    lines = tuple((Piece(1, "a.yaml", n, 1),) for n in (1, 2, 3, 4))
    assert len(parse(Rendered(text, lines, {}, ())).roots) == 2


def test_nesting_is_bounded_behind_aliases_too() -> None:
    aliases = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 200))
    merges = "a0: &a0 {x: 1}\n" + "".join(f"a{i}: &a{i} {{<<: *a{i - 1}}}\n" for i in range(1, 200))
    for text in (aliases, merges, "a: " + "[" * 3000, "a: " + "{x: " * 3000, "- " * 3000):
        (found,) = errors(text)
        assert found.code == "FGC012"
        assert "100 levels" in found.message


@pytest.mark.parametrize(
    "opening", ["!call:f [", "!call:f {a: ", "!dlist {a: ", "{a: ", "!var [v, "]
)
def test_what_is_nested_less_deeply_is_read(opening: str) -> None:
    closing = "]" if "[" in opening else "}"
    text = "x: " + opening * 99 + "1" + closing * 99
    graph = parse(Rendered(text, ((Piece(1, "a.yaml", 1, 1),),), {}, ("a.yaml",)))
    assert len(list(walk(graph.roots[0].value))) == 100


def test_several_problems_are_reported_at_once() -> None:
    text = "c: !cal:f\na: *nothing\nb: !call:f x\nd: !call:a:b:c\n"
    assert [found.code for found in errors(text)] == ["FGC011", "FGC013", "FGC012", "FGC025"]


def test_an_undefined_alias_is_reported_once() -> None:
    for text in (
        "a: {<<: *b}",
        "a: {<<: [*b]}",
        "a: !call:f {latent_args: *b}",
        "a: !call:f {args: *b}",
        "a: !call:f {submodule_searchpath: [*b]}",
        "a: !var {name: *b}",
    ):
        assert [found.code for found in errors(text)] == ["FGC013"]


def test_frames() -> None:
    assert (
        frames("""\
        rate: &rate 1
        optimizer: !partial:torch.optim:AdamW
            lr: *rat
        model: !factry:net.py:Net
        a: !call:x@n
        b: !call:y@n
        """)
        == dedent("""\
        error[FGC013]: no anchor `&rat` precedes `*rat`
         --> a.yaml:3:9
          |
        1 | rate: &rate 1
          |             - `&rate` is defined here
        2 | optimizer: !partial:torch.optim:AdamW
        3 |     lr: *rat
          |         ^^^^
          = help: an anchor with a similar name exists: `&rate`

        error[FGC011]: unknown tag `!factry:net.py:Net`
         --> a.yaml:4:8
          |
        4 | model: !factry:net.py:Net
          |        ^^^^^^^^^^^^^^^^^^
          = help: a tag with a similar name exists: `!factory`

        error[FGC014]: a second node is named `n`
         --> a.yaml:6:4
          |
        5 | a: !call:x@n
          |    --------- the first one
        6 | b: !call:y@n
          |    ^^^^^^^^^
          = help: an alias refers to the same node again; two nodes take two names
        """)
    )


def test_a_frame_with_two_places() -> None:
    assert frames("a: [1,\n  2\nb: 3\n") == dedent("""\
        error[FGC010]: this `[` is never closed
         --> a.yaml:1:4
          |
        1 | a: [1,
          |    ^
        2 |   2
        3 | b: 3
          |  - still open here
        """)
