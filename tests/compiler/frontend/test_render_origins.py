"""Every line of a rendered text is attributed to the template line that it was written on."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.frontend.render import render
from fgc.compiler.frontend.rendered import Piece, Rendered
from fgc.compiler.frontend.template.codegen import Chunk
from fgc.compiler.frontend.template.marks import mark
from fgc.compiler.frontend.template.origins import align
from fgc.compiler.frontend.template.place import Place


def rendered(**sources: str) -> Rendered:
    return render("top", (), {"n": 2}, sources=sources)


def origin(result: Rendered, needle: str) -> tuple[str, int, int | None]:
    """File, line and column of the first place in the rendered text that holds ``needle``."""
    for pieces, line in zip(result.origins, result.text.split("\n"), strict=True):
        if needle in line:
            column = line.index(needle) + 1
            piece = [piece for piece in pieces if piece.column <= column][-1]
            shift = None if piece.source_column is None else piece.source_column - piece.column
            return piece.file, piece.line, None if shift is None else column + shift
    raise AssertionError(f"{needle!r} is not in the text")


def test_text_and_values_in_one_line() -> None:
    result = rendered(top="## c\n  a: {{ n }} b {{ n }}{{ n }} c\n")
    assert result.origins[0] == (
        Piece(1, "<top>", 2, 1),
        Piece(6, "<top>", 2, None),
        Piece(8, "<top>", 2, 14),
        Piece(10, "<top>", 2, None),
        Piece(13, "<top>", 2, 31),
    )
    span = result.span(1, 8, 1, 9)
    assert (span.line, span.column, span.end_column) == (2, 14, 15)


@pytest.mark.parametrize(
    ("top", "needle", "expected"),
    [
        ("-- if true\nx\n-- endif\n", "x", ("<top>", 2, 1)),
        ("-- for i in range(n)\n  a\nx\n-- endfor\n", "x", ("<top>", 3, 1)),
        ("  -- set a = 1 ## c\n  x: 1\n", "x", ("<top>", 2, 3)),
        ("[b]\n[c!]\n\n    x ## y\n", "x", ("<top>", 4, 5)),
        ("-- include 'inc'\n", "inc", ("<inc>", 2, 3)),
        ("a: {% include 'inc' %}", "inc", ("<inc>", 2, 3)),
        ("-- include 'part'\n#--- part --- \n\n x\n", "x", ("<top>", 4, 2)),
        ("-- extends 'base'\n[a]\n== super()\nx\n", "from_base", ("<base>", 3, 3)),
        ("-- extends 'base'\n[a]\n=> super()\nx\n", "from_base", ("<base>", 3, 3)),
        ("-- extends 'base'\n[a]\n== super() | indent(8)\n", "from_base", ("<base>", 3, 3)),
        ("-- extends 'base'\n[a!]\n\n== super()|trim\n", "from_base", ("<base>", 3, 3)),
        ("-- extends 'base'\n[a]\n== super()\nx\n", "x", ("<top>", 4, 1)),
        ("[a]\nx\n[b]\n== self.a()\n", "x", ("<top>", 2, 1)),
        ("{% filter indent(2) %}\nx: {{ n }}\n{% endfilter %}\n", "x", ("<top>", 2, 1)),
        ("{% raw %}\n  x\n{% endraw %}", "x", ("<top>", 2, 3)),
        ("a\n{%- if true -%}\n\n  x\n{%- endif -%}", "x", ("<top>", 4, 3)),
        ("{#\n\n#}\n x\n", "x", ("<top>", 4, 2)),
        ("{% autoescape true %}\n<x>\n{% endautoescape %}", "<x>", ("<top>", 2, 1)),
        # computed text is at the place of its use
        ("a: {{ 'x' }}\n", "x", ("<top>", 1, None)),
        ("a: {{\n  'x'\n}}\n", "x", ("<top>", 2, None)),
        ("-- set a\n\nx\n-- endset\n\n{{ a }}\n", "x", ("<top>", 6, None)),
        ("-- macro m()\nx\n-- endmacro\n\n  {{ m() }}\n", "x", ("<top>", 5, None)),
        ("-- macro m()\n{{ caller() }}\n-- endmacro\n-- call m()\nx\n-- endcall\n", "x",
         ("<top>", 4, None)),
        ("-- filter upper\nx\n-- endfilter\n", "X", ("<top>", 1, None)),
        ("-- set a\n-- include 'inc'\n-- endset\n{{ a }}\n", "inc", ("<top>", 4, None)),
        ("[a]\nx\n[b]\n{% set c = self.a() %}\n{{ c }}\n", "x", ("<top>", 2, 1)),
        ("-- import 'inc' as i\n\n{{ i }}\n", "inc", ("<top>", 3, None)),
        ("-- for i in [[1]] recursive\nx\n{{ loop(i) if i is iterable }}\n-- endfor\n", "x",
         ("<top>", 1, None)),
    ],
)  # fmt: skip
def test_where_text_comes_from(top: str, needle: str, expected: tuple[str, int, int]) -> None:
    result = rendered(top=top, base="[a]\n\n  from_base\n", inc="\n  inc: 1\n")
    assert origin(result, needle) == expected


def test_what_captures_a_block_does_not_see_the_marks() -> None:
    # a condition on the length, a key, a comparison: all must come out as in the plain rendering
    top = """\
-- extends 'base'
[a]
-- set s = super()
{{ s | length }} {{ s == "abc\\n" }} {{ {"abc\\n": 1}[s] }} {{ super() | upper | trim }}
-- if super() | length > 5
wrong
-- else
right
-- endif
[b]
{{ self.a() | length }}
-- set i
-- include 'inc'
-- endset
{{ i | length }} {{ {"inc\n": 2}[i] }}
-- import 'inc' as module
{{ module | string | length }}
"""
    result = rendered(top=top, base="[a]\nabc\n[b]\n", inc="inc\n")
    assert result.text == "4 True 1 ABC\nright\n19\n4 2\n4\n"
    assert origin(result, "right") == ("<top>", 8, 1)


def test_chain_and_sources() -> None:
    sources = {"top": "-- extends 'base'\n", "base": "-- include 'inc'\n", "inc": "x\n"}
    result = rendered(**sources)
    assert result.chain == ("<top>", "<base>", "<inc>")
    assert result.sources == {f"<{name}>": text for name, text in sources.items()}


@pytest.mark.parametrize("text", ["", "\n", "\n\n", "{{ '' }}", "\n{{ '\\r' }}\x85\u2028x"])
def test_every_line_has_an_origin(text: str) -> None:
    result = rendered(top=text)
    assert len(result.origins) == len(re.split("\r\n|[\n\r\x85\u2028\u2029]", result.text))
    assert all(pieces and pieces[0].column == 1 for pieces in result.origins)
    assert result.span(1, 1, 1, 2).file == "<top>"


def test_text_that_holds_mark_characters_gets_coarse_origins() -> None:
    result = rendered(top="a\n" + mark("b", 0) + "\n")
    assert result.text == "a\n" + mark("b", 0) + "\n"
    assert result.origins == ((Piece(1, "<top>", 1, None),),) * 3


@pytest.mark.parametrize(
    "marked", ["ab", mark("ab", 0) + "c", mark("xy", 0), mark("abc", 0), mark("a", 0), "\U0010ffd2"]
)
def test_renderings_that_differ_give_coarse_origins(marked: str) -> None:
    chunk = Chunk(Place(7, 3), "ab")
    assert align("ab", marked, lambda _: ("f", chunk), "top") == ((Piece(1, "top", 1, None),),)
    assert align("ab", mark("ab", 0), lambda _: ("f", chunk), "top") == ((Piece(1, "f", 7, 3),),)


# Generated chains. Every literal line is unique, so the text says where it must come from.


@dataclass
class Author:
    """Writes random templates."""

    draw: st.DrawFn
    counter: itertools.count[int] = field(default_factory=itertools.count)
    includes: list[str] = field(default_factory=list)

    def line(self, indent: str) -> str:
        number = next(self.counter)
        tails = [": {{ n }} and text", "", ": 'a ## b' ## gone", " ## gone", ": {{ [n]|toyaml }}"]
        return f"{indent}k{number}_{self.draw(st.sampled_from(tails))}\n"

    def body(self, indent: str, depth: int, blocks: list[str], inherited: bool) -> str:
        kinds = ["line", "line", "blank", "comment", "if", "for", "set", "macro", "raw", "jinja"]
        kinds += ["include"] if self.includes else []
        kinds += ["super", "trimmed super", "indented super"] if inherited else []
        kinds += ["block"] if depth < 2 and blocks else []
        text = ""
        for kind in self.draw(st.lists(st.sampled_from(kinds), max_size=4)):
            text += self.part(kind, indent, depth, blocks, inherited)
            if kind == "block":
                break  # what follows a header would belong to its block
        return text

    def part(self, kind: str, indent: str, depth: int, blocks: list[str], inherited: bool) -> str:
        match kind:
            case "line":
                return self.line(indent)
            case "blank":
                return self.draw(st.sampled_from(["\n", "  \n", "\n\n"]))
            case "comment":
                return f"{indent}## a comment\n"
            case "if":
                return f"-- if n\n{self.line(indent)}-- else\n{self.line(indent)}-- endif\n"
            case "for":
                return f"{indent}-- for i in range(n)\n{self.line(indent)}  -- endfor\n"
            case "set":
                return f"-- set c\ncaptured {self.line('')}-- endset\n{self.line(indent)}"
            case "macro":
                name = f"m{next(self.counter)}"
                return f"-- macro {name}()\nin_macro\n-- endmacro\n{indent}{{{{ {name}() }}}}\n"
            case "raw":
                return f"{{% raw %}}\n{self.line(indent)}{{% endraw %}}\n".replace("{{ n }}", "n")
            case "jinja":
                return f"{indent}{{%- if n -%}}\n{self.line(indent)}{{%- endif %}}\n"
            case "include":
                return f"{indent}-- include '{self.draw(st.sampled_from(self.includes))}'\n"
            case "super":
                return f"{indent}== super()\n"
            case "trimmed super":
                return f"{indent}=> super()\n"
            case "indented super":
                return f"{indent}== super() | indent(3)\n"
            case _:
                header = f"{indent}[{blocks.pop()}{self.draw(st.sampled_from(['', '!']))}]\n"
                return header + self.body(indent + "  ", depth + 1, blocks, False)

    def file(self, base: str | None, names: list[str]) -> str:
        """A template that extends ``base`` and overrides some blocks, or that defines them all."""
        inline = f"inline{next(self.counter)}"
        has_inline = self.draw(st.booleans())
        if has_inline:
            self.includes.append(inline)
        if base is None:
            blocks = names[::-1]
            text = self.body("", 0, [], False)
            while blocks:
                text += self.part("block", "", 0, blocks, False)
        else:
            text = f"## a comment\n-- extends '{base}'\n\n"
            for name in self.draw(st.lists(st.sampled_from(names), unique=True)):
                mark = self.draw(st.sampled_from(["", "!"]))
                text += f"[{name}{mark}]\n" + self.body("  ", 2, [], True)
        if has_inline:
            self.includes.remove(inline)
            trail = self.draw(st.sampled_from(["", " "]))
            text += f"#---- {inline} ----{trail}\n{self.line('')}" + self.body(" ", 2, [], False)
        return text


@st.composite
def chains(draw: st.DrawFn) -> dict[str, str]:
    author = Author(draw)
    sources = {"part": author.line("") + author.body("", 2, [], False)}
    author.includes.append("part")
    names = [f"b{index}" for index in range(draw(st.integers(1, 4)))]
    base = None
    for level in range(draw(st.integers(1, 3))):
        sources[f"t{level}"] = author.file(base, names)
        base = f"t{level}"
    assert base is not None
    sources["top"] = sources.pop(base)
    return sources


KEY = re.compile(r"k\d+_")


@settings(max_examples=150, deadline=None)
@given(chains())
def test_every_literal_line_is_attributed_to_the_line_that_says_it(sources: dict[str, str]) -> None:
    result = rendered(**sources)
    written = {
        key[0]: (f"<{name}>", number, key.start() + 1)
        for name, text in sources.items()
        for number, line in enumerate(text.split("\n"), 1)
        for key in KEY.finditer(line)
    }
    for pieces, line in zip(result.origins, result.text.split("\n"), strict=True):
        found = KEY.search(line)
        if found is None:
            continue
        assert origin(result, found[0]) == written[found[0]]
        for piece in pieces:  # and literal text stands where its piece says
            if piece.source_column is None:
                continue
            text = line[piece.column - 1 :].split()[0]
            source = result.sources[piece.file].split("\n")[piece.line - 1]
            source_text = source[piece.source_column - 1 :].split()
            assert source_text[0].startswith(text[:1])
            assert line[piece.column - 1] == source[piece.source_column - 1]


@settings(max_examples=60, deadline=None)
@given(chains())
def test_no_generated_chain_falls_back_to_coarse_origins(sources: dict[str, str]) -> None:
    result = rendered(**sources)
    coarse = (Piece(1, "<top>", 1, None),)
    for pieces, line in zip(result.origins, result.text.split("\n"), strict=True):
        assert not line.strip() or pieces != coarse or sources["top"].startswith("{{")


def test_an_error_in_a_generated_place_is_reported_there() -> None:
    with pytest.raises(BuildError) as raised:
        rendered(
            top="-- extends 'base'\n[a]\n  -- if true\n    x: {{ lr }}\n<< endif", base="[a]\n"
        )
    span = raised.value.diagnostics[0].span
    assert span is not None
    assert (span.line, span.column, span.end_column) == (4, 11, 13)
