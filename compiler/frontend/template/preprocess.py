"""Rewrite line statements, block headers and comments as Jinja, line for line.

===========  =============================  =========================================
``--``       ``{% ... %}``                  a statement
``<<``       ``{%- ... %}``                 a statement that eats the blanks before it
``>>``       ``{% ... -%}``                 a statement that eats the blanks after it
``==``       ``{{ ... }}``                  an expression
``=>``       ``{{ (...)|trim("\\n") }}``     an expression without surrounding blank lines
``[name]``   ``{% block name %}``           to the next header that is not indented deeper
``[name!]``  the same, without surrounding blank lines
``## ...``   ``{# #}``                      a comment
===========  =============================  =========================================

A line stays the line that it is, and literal text keeps its columns; only what a tag was made of
moves, by a distance that is kept for each line. A block ends after its last line that is neither
blank nor a comment, so that ``== super()`` brings no blank lines along.
"""

from __future__ import annotations

from dataclasses import dataclass

from fgc.compiler.frontend.template.lines import Kind, Line, classify_lines
from fgc.compiler.frontend.template.place import Place

_TAGS = {
    "--": ("{% ", " %}"),
    "<<": ("{%- ", " %}"),
    ">>": ("{% ", " -%}"),
    "==": ("{{ ", " }}"),
    "=>": ("{{ (", ')|trim("\\n") }}'),
}


@dataclass(frozen=True, slots=True)
class Shift:
    """On a rewritten line, what stands at column ``c`` came from column ``c + delta``."""

    delta: int
    first: int  # the first column that can be meant


@dataclass(frozen=True, slots=True)
class Preprocessed:
    """Jinja source. Its line ``i`` is line ``first_line + i - 1`` of the file."""

    text: str
    first_line: int
    shifts: dict[int, Shift]

    def place(self, line: int, column: int, tag: int = 0) -> Place:
        """Where in the file ``column`` of ``line`` of the Jinja source was written."""
        shift = self.shifts.get(line)
        if shift is not None:
            column = max(column + shift.delta, shift.first)
        return Place(line + self.first_line - 1, column, tag)


@dataclass(frozen=True, slots=True)
class _Block:
    indent: int
    trimmed: bool

    @property
    def end(self) -> str:
        return '{% endfilter %}{{ "\\n" }}{% endblock %}' if self.trimmed else "{% endblock %}"


class _Rewriter:
    def __init__(self) -> None:
        self.output: list[str] = []
        self.shifts: dict[int, Shift] = {}
        self._blocks: list[_Block] = []
        self._content = 0  # the number of lines up to the last one with content

    def add(self, line: Line) -> None:
        """Rewrite the next line."""
        if line.kind is Kind.HEADER:
            self._open_block(line)
        elif line.kind is Kind.COMMENT:
            self.output.append("{# #}")
        elif line.kind is Kind.STATEMENT:
            before, after = _TAGS[line.token]
            self._append(before + line.text + after, line.column, len(before) + 1)
        else:
            self.output.append(line.text)
        if line.kind not in (Kind.BLANK, Kind.COMMENT):
            self._content = len(self.output)

    def close_blocks(self, indent: int = 0) -> str:
        """End the blocks that a header at ``indent`` ends.

        The tags belong behind the last content. Where a blank line or a comment follows that, they
        stand at its beginning; else they are returned, for the line that comes next.
        """
        ends = ""
        while self._blocks and self._blocks[-1].indent >= indent:
            ends += self._blocks.pop().end
        if not ends or self._content == len(self.output):
            return ends
        following = self.output[self._content]
        if following != "{# #}":  # a blank line, which must keep its line break
            ends = ends.removesuffix("%}") + "+%}"
            self.output[self._content] = ends + following
        else:
            self.output[self._content] = ends
        return ""

    def _open_block(self, line: Line) -> None:
        before = self.close_blocks(line.indent) + "{% block "
        trimmed = line.token == "!"
        after = ' %}{% filter trim("\\n") %}' if trimmed else " %}"
        self._append(before + line.text + after, line.column, len(before) + 1)
        self._blocks.append(_Block(line.indent, trimmed))

    def _append(self, text: str, column: int, column_now: int) -> None:
        self.output.append(text)
        self.shifts[len(self.output)] = Shift(column - column_now, column)


def preprocess(text: str, first_line: int = 1) -> Preprocessed:
    r"""The Jinja source of a template, whose text holds no line break but ``\n``.

    Raises `jinja2.TemplateSyntaxError` as `classify_lines` does.

    >>> preprocess("[optimizer]\n    == super()\n    -- if fused ## always\n").text
    '{% block optimizer %}\n{{ super() }}\n{% if fused %}\n{% endblock %}'
    """
    rewriter = _Rewriter()
    ends_line = text.endswith("\n")
    for line in classify_lines(text.removesuffix("\n"), first_line):
        rewriter.add(line)
    last = rewriter.output[-1] if rewriter.output else ""
    ends = rewriter.close_blocks()
    output = "\n".join(rewriter.output)
    if ends and not (ends_line or last.endswith("%}")):
        ends_line = True  # what is inherited must end its last line
    return Preprocessed(output + "\n" * ends_line + ends, first_line, rewriter.shifts)
