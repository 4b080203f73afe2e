"""Say what Jinja's parser says, in this compiler's words and at the user's own line and column."""

from __future__ import annotations

import re
from difflib import get_close_matches

from jinja2 import TemplateSyntaxError

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label
from fgc.compiler.frontend.template.place import Place
from fgc.compiler.ir.span import Span

_STATEMENTS = (
    "autoescape", "block", "call", "elif", "else", "endblock", "endcall", "endfilter", "endfor",
    "endif", "endmacro", "endraw", "endset", "endwith", "extends", "filter", "for", "from", "if",
    "import", "include", "macro", "print", "raw", "set", "with",
)  # fmt: skip
_UNKNOWN_TAG = re.compile(r"encountered unknown tag `(\w+)`")
_LEXER_POSITION = re.compile(r" at \d+$")
_LOOKING_FOR = re.compile(
    r".*looking for (?:the following tags: )?(.*?)\. "
    r"The innermost block that needs to be closed is (`\w+`)"
)
_STATEMENT = re.compile(r"\s*(?:--|<<|>>)\s+(if|for|endif|endfor)\b")
_MOST = 8  # more labels than these explain nothing
_QUOTED = re.compile(r"(?<![\w`])'([^'`\n]*)'(?!\w)")
_RUNS = ("a `[name]` block runs to the next header; what begins in a block ends in it",)
_TOKEN_NAMES = {
    "name": "a name",
    "string": "text",
    "integer": "a number",
    "end of statement block": "the end of the statement",
    "end of print statement": "the end of the expression",
    "begin of statement block": "a statement",
    "begin of print statement": "an expression",
    "end of template": "the end of the template",
}


class UnknownOperation(TemplateSyntaxError):
    """A filter or a test that there is none of; ``known`` are those that there are."""

    def __init__(self, kind: str, name: str, lineno: int, known: tuple[str, ...]):
        super().__init__(f"there is no {kind} '{name}'", lineno)
        self.unknown = name
        self.known = known


class UnfinishedStatement(TemplateSyntaxError):
    """A syntax error inside of a ``statement`` that begins at ``begin``."""

    def __init__(self, error: TemplateSyntaxError, statement: str, begin: Place):
        super().__init__(error.message or "", error.lineno)
        self.statement = statement
        self.begin = begin


def in_house_style(message: str) -> str:
    """A message of Jinja's or Python's in the style of diagnostics.

    >>> in_house_style("Expected token ':', got 'x'.")
    'expected token `:`, got `x`'
    """
    message = re.sub(r" at 0x[0-9a-fA-F]+", "", message.strip())
    message = re.sub(r"\bl_\d+_(\w+)", r"\1", message)  # a variable of generated code
    message = _QUOTED.sub(r"`\1`", message)
    for name, plain in _TOKEN_NAMES.items():
        message = message.replace(f"`{name}`", plain)
    message = (
        message.replace("expected token ", "expected ")
        .replace("unexpected the ", "unexpected ")
        .removesuffix(".")
    )
    first_word = message.partition(" ")[0]
    lower = first_word[:1].isupper() and first_word[1:] == first_word[1:].lower()
    return message[:1].lower() + message[1:] if lower else message


def nearest(name: str, names: list[str] | tuple[str, ...]) -> str | None:
    """The name that was probably meant."""
    found = get_close_matches(name, sorted(set(names) - {name}), n=1)
    return found[0] if found else None


def syntax_diagnostic(error: TemplateSyntaxError, file: str, text: str) -> Diagnostic:
    """The diagnostic FGC003 for a template of ``file``, whose whole text is ``text``."""
    message = _LEXER_POSITION.sub("", in_house_style(error.message or "syntax error"))
    message, _, note = message.partition(". ")
    span = _span(file, text, Place.of(error.lineno))
    if isinstance(error, UnknownOperation):
        return Diagnostic("FGC003", message, span, help=_similar(error.unknown, error.known))
    tag = _UNKNOWN_TAG.match(message)
    if tag and tag[1] not in _STATEMENTS:
        return Diagnostic(
            "FGC003", f"there is no statement `{tag[1]}`", span, help=_similar(tag[1], _STATEMENTS)
        )
    if isinstance(error, UnfinishedStatement) and note:
        return _unfinished(error, tag[1] if tag else "", note, file, text)
    message = f"`{tag[1]}` closes nothing" if tag else message
    return Diagnostic("FGC003", message, span, notes=(note,) if note else ())


def _unfinished(
    error: UnfinishedStatement, end: str, note: str, file: str, text: str
) -> Diagnostic:
    """A statement's end is missing; ``end`` stands there, or, if that is empty, nothing more."""
    begin = _span(file, text, error.begin)
    header_ends_it = end == "endblock" and end not in _line(text, error.lineno)
    if header_ends_it or not end:
        if not header_ends_it:
            return Diagnostic("FGC003", f"`{error.statement}` is never closed", begin)
        header = Label(_span(file, text, Place.of(error.lineno)), "its block ends before this line")
        message = f"`{error.statement}` is never closed"
        closed = _closed(error, file, text)
        return Diagnostic("FGC003", message, begin, labels=(*closed, header), notes=_RUNS)
    looking_for = _LOOKING_FOR.match(in_house_style(note))
    notes = (f"{looking_for[2]} waits for {looking_for[1]}",) if looking_for else ()
    return Diagnostic(
        "FGC003",
        f"`{end}` does not close `{error.statement}`",
        _span(file, text, Place.of(error.lineno)),
        labels=(Label(begin, f"`{error.statement}` begins here"),),
        notes=_RUNS if error.statement == "block" else notes,
    )


def _closed(error: UnfinishedStatement, file: str, text: str) -> list[Label]:
    """What is closed between a statement that is not and the end of its block, by what.

    Any of these ends may be the one that was meant for another statement.
    """
    opened: list[tuple[str, int]] = []
    found: list[Label] = []
    for number in range(int(error.begin) + 1, error.lineno):
        statement = _STATEMENT.match(_line(text, number))
        word = statement[1] if statement else ""
        if word in ("if", "for"):
            opened.append((word, number))
        elif word in ("endif", "endfor") and opened and opened[-1][0] == word.removeprefix("end"):
            begun, line = opened.pop()
            span = _span(file, text, Place(number, (statement.start(1) if statement else 0) + 1))
            found.append(Label(span, f"this closes the `{begun}` of line {line}"))
    return found[-_MOST:]


def _similar(name: str, known: tuple[str, ...]) -> str | None:
    similar = nearest(name, known)
    return f"a similar name exists: `{similar}`" if similar else None


def _line(text: str, number: int) -> str:
    lines = re.split(r"\r\n|\r|\n", text)
    return lines[number - 1] if number <= len(lines) else ""


def _span(file: str, text: str, place: Place) -> Span:
    """The word or the character at ``place``."""
    line = _line(text, place)
    column = min(place.column, len(line) + 1)
    word = re.compile(r"\w+|\{\{|\{%|\{#").match(line, column - 1)
    end = word.end() + 1 if word else column + 1
    return Span(file, int(place), column, int(place), end)
