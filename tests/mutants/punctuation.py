"""Quotes, brackets, braces and colons that are missing, or one too many."""

from __future__ import annotations

from random import Random

from tests.mutants.template import Edits, Line, Template, rewritten, spots

_QUOTES = "\"'"
_SIGNS = {"quote": _QUOTES, "bracket": "[]()", "brace": "{}", "colon": ":"}


def _removed(template: Template, signs: str) -> Edits:
    for line in template.lines:
        if line.is_comment:
            continue
        shown = line.whole if signs == _QUOTES else _hidden(line)
        for at, sign in enumerate(shown):
            if sign in signs:
                yield rewritten(line, line.whole[:at] + line.whole[at + 1 :])


def _added(template: Template, signs: str, random: Random) -> Edits:
    """Behind a value, or before it: within text a sign is text."""
    for line in template.lines:
        if line.is_comment or not line.value or _is_plain_text(line):
            continue
        sign = random.choice(signs)
        yield rewritten(
            line, random.choice([line.whole + sign, line.with_value(sign + line.value)])
        )


def _is_plain_text(line: Line) -> bool:
    """Whether the value is YAML's text without quotes, which may hold most signs."""
    return line.is_yaml and line.value[0] not in "\"'[{*!&0123456789"


def _hidden(line: Line) -> str:
    hidden = [*line.whole]
    for spot in spots(line, "\0"):
        hidden[spot.start()] = "\0"
    return "".join(hidden)


def quote_removed(template: Template, random: Random) -> Edits:
    """A quote is missing."""
    return _removed(template, _SIGNS["quote"])


def quote_added(template: Template, random: Random) -> Edits:
    """There is a quote too many."""
    return _added(template, _SIGNS["quote"], random)


def bracket_removed(template: Template, random: Random) -> Edits:
    """A bracket or parenthesis is missing."""
    return _removed(template, _SIGNS["bracket"])


def bracket_added(template: Template, random: Random) -> Edits:
    """There is a bracket or parenthesis too many."""
    return _added(template, _SIGNS["bracket"], random)


def brace_removed(template: Template, random: Random) -> Edits:
    """A brace is missing."""
    return _removed(template, _SIGNS["brace"])


def brace_added(template: Template, random: Random) -> Edits:
    """There is a brace too many."""
    return _added(template, _SIGNS["brace"], random)


def colon_removed(template: Template, random: Random) -> Edits:
    """A colon is missing."""
    return _removed(template, _SIGNS["colon"])


def colon_added(template: Template, random: Random) -> Edits:
    """There is a colon too many."""
    return _added(template, _SIGNS["colon"], random)
