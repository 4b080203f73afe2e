"""What each line of a template is: text, a comment, a line statement or a block header.

A line statement is recognised wherever Jinja's own tags would be, block scalars included; it
leaves nothing in the output, so its indentation means nothing. A ``##`` comment and a ``[name]``
header are recognised only where YAML would read neither a value nor the inside of one: in a quoted
or block scalar ``##`` is text, and in an open flow collection ``[name]`` is an item. Elsewhere a
line that is only ``[name]`` is always a header, even below a key that has no value yet, since that
is how a base offers a block to be filled; a list of one item is written on its key's line, or with
blanks, ``[ name ]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from jinja2 import TemplateSyntaxError

from fgc.compiler.frontend.template.place import Place
from fgc.compiler.frontend.template.tags import ExpressionScanner
from fgc.compiler.frontend.template.yaml_text import YamlScanner

_STATEMENT = re.compile(r"[ \t]*(--|<<|>>|==|=>)[ \t]+(?=\S)")
_HEADER = re.compile(r"[ \t]*\[([^\W\d]\w*)(!?)\][ \t]*(?:##.*)?$")
_COMMENT = re.compile(r"\s##")
_CLOSING = {")": "(", "]": "[", "}": "{"}


class Kind(Enum):
    """The kinds of template line."""

    TEXT = auto()
    BLANK = auto()
    COMMENT = auto()
    STATEMENT = auto()
    HEADER = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a template, with its comment removed.

    ``text`` is the text, the statement behind its token, or the name of the block; it begins at
    ``column`` of the file's line. ``token`` is the statement's token, or ``!`` for a trimmed block.
    """

    kind: Kind
    text: str = ""
    column: int = 1
    indent: int = 0
    token: str = ""


def classify_lines(text: str, first_line: int = 1) -> Iterator[Line]:
    r"""The lines of ``text``, which holds no line break but ``\n``.

    ``first_line`` is the number of its first line in its file. Raises `jinja2.TemplateSyntaxError`,
    with a `Place`, for a tag that is never closed and for a statement that ends within brackets.

    >>> [line.kind.name for line in classify_lines('-- set a = 1 ## one\n## two\nb: "## c"\n[d]')]
    ['STATEMENT', 'COMMENT', 'TEXT', 'HEADER']
    """
    yaml = YamlScanner()
    for number, line in enumerate(text.split("\n"), first_line):
        if yaml.tag is not None:
            at = yaml.resume_tag(line)
            end = yaml.scan(line, number, at) if at < len(line) else len(line)
            yield Line(Kind.TEXT, line[:end])
        else:
            yield _classify(line, number, yaml)
    if yaml.tag is not None:
        raise TemplateSyntaxError(f"'{yaml.tag.opener}' is never closed", yaml.tag_place)


def _classify(line: str, number: int, yaml: YamlScanner) -> Line:
    if not line or line.isspace():
        return Line(Kind.BLANK, line)
    if statement := _STATEMENT.match(line):
        expression = _statement(line, statement.end(), number)
        return Line(Kind.STATEMENT, expression, statement.end() + 1, token=statement[1])
    if yaml.enters_block_scalar(line):
        yaml.skip_tags(line, number)
        return Line(Kind.TEXT, line)
    if line.lstrip().startswith("##") and not yaml.continues_quote(line):
        return Line(Kind.COMMENT)
    yaml.settle(line)
    header = None if yaml.inside_value else _HEADER.match(line)
    if header:
        indent = len(line) - len(line.lstrip())
        return Line(Kind.HEADER, header[1], header.start(1) + 1, indent, header[2])
    return Line(Kind.TEXT, line[: yaml.scan(line, number)])


def _statement(line: str, start: int, number: int) -> str:
    """The expression of a line statement: to the end of the line, or to a comment."""
    scanner = ExpressionScanner()
    at = start
    while at < len(line):
        if not scanner.quote and _COMMENT.match(line, at):
            break
        char = line[at]
        if char in _CLOSING and not scanner.quote:
            open_char = scanner.brackets[-1][0] if scanner.brackets else None
            if open_char != _CLOSING[char]:
                raise TemplateSyntaxError(f"unexpected '{char}'", Place(number, at + 1))
        at = scanner.step(line, at)
    if scanner.quote:
        message = "a string that does not end on its line"
        raise TemplateSyntaxError(message, Place(number, scanner.quote[1] + 1))
    if scanner.brackets:
        char, opened_at = scanner.brackets[-1]
        message = f"'{char}' is not closed on its line; a line statement is one line"
        raise TemplateSyntaxError(message, Place(number, opened_at + 1))
    return line[start:at].rstrip()
