"""Say what Jinja's parser says, in this compiler's words and at the user's own line and column."""

from __future__ import annotations

import re
from difflib import get_close_matches

from jinja2 import TemplateSyntaxError

from fgc.compiler.diagnostics.diagnostic import Diagnostic
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
    r"jinja was looking for the following tags: (.*?)\. "
    r"The innermost block that needs to be closed is (`\w+`)"
)
_TOKEN_NAMES = {
    "end of statement block": "the end of the statement",
    "end of print statement": "the end of the expression",
    "begin of statement block": "a statement",
    "begin of print statement": "an expression",
    "end of template": "the end of the template",
}


def in_house_style(message: str) -> str:
    """A message of Jinja's or Python's in the style of diagnostics.

    >>> in_house_style("Expected token ':', got 'x'.")
    'expected token `:`, got `x`'
    """
    message = re.sub(r" at 0x[0-9a-fA-F]+", "", message.strip())
    message = re.sub(r"""(?<![\\w`])'([^'`\n]*)'(?!\\w)""", r"`\1`", message)
    for name, plain in _TOKEN_NAMES.items():
        message = message.replace(f"token `{name}`", plain).replace(f"`{name}`", plain)
    message = message.removesuffix(".")
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
    place = error.lineno if isinstance(error.lineno, Place) else Place(error.lineno)
    subject = getattr(error, "unknown", None)
    known: tuple[str, ...] = getattr(error, "known", ())
    unknown = _UNKNOWN_TAG.match(message)
    message, _, rest = message.partition(". ")
    if unknown:
        known = () if unknown[1] in _STATEMENTS else _STATEMENTS
        subject = unknown[1] if known else None
        message = (
            f"there is no statement `{subject}`" if known else f"`{unknown[1]}` does not fit here"
        )
    suggestion = nearest(subject, known) if subject else None
    return Diagnostic(
        "FGC003",
        message,
        _span(file, text, place),
        notes=(_note(rest),) if rest and subject is None else (),
        help=f"a similar name exists: `{suggestion}`" if suggestion else None,
    )


def _note(text: str) -> str:
    """What Jinja adds to its message."""
    text = in_house_style(text)
    looking_for = _LOOKING_FOR.match(text)
    if looking_for:
        return f"{looking_for[2]} is open here, and waits for {looking_for[1]}"
    return text


def _span(file: str, text: str, place: Place) -> Span:
    """The word or the character at ``place``."""
    lines = re.split(r"\r\n|\r|\n", text)
    line = lines[place - 1] if place <= len(lines) else ""
    column = min(place.column, len(line) + 1)
    word = re.compile(r"\w+|\{\{|\{%|\{#").match(line, column - 1)
    end = word.end() + 1 if word else column + 1
    return Span(file, int(place), column, int(place), end)
