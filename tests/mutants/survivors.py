"""The kinds of mistakes some of which fgc does not tell yet, and what of each is left.

A kind that is not here has no survivor. The nightly test fails where one of these has none any
more.
"""

from __future__ import annotations

_UNCLOSED = "which of several `if` is not closed can only be guessed: the first one is shown"
_CHAIN = "an error in a linked project, or at a use behind a local variable, is shown there only"

SURVIVORS: dict[str, str] = {
    "deleted line": _UNCLOSED,
    "comment marker": _UNCLOSED,
    "end of a statement removed": _UNCLOSED,
    "bracket removed": _UNCLOSED,
    "changed indentation": _CHAIN,
    "misspelt knob, at its use": _CHAIN,
    "misspelt !var": _CHAIN,
    "misspelt block": "below a base that an expression chooses, a block that overrides nothing",
    "misspelt argument": "fields of a model's config that no code reads; keys of `meta`",
    "misspelt knob, at an override": "a knob that is set and never read",
    "misspelt target": "a target that the program can do without",
    "misspelt --set": "a name that no template reads",
    "duplicated key": "a key that stands twice in one mapping of one block",
    "bracket added": "text for the number of a field of a model's config",
    "colon added": "text for the number of a field of a model's config",
    "number to text": "text for the number of a field of a model's config",
    "text to number": "a number for a text of `meta`",
    "style of a number": "a float, or a tuple, for the number of a field of a model's config",
    "word for a truth value": _CHAIN,
    "nothing and zero": "0 where null is meant; null for a field of a model's config",
    "mapping to list": "the mistake is shown at its fourth line, or at the variable not given",
    "one @name for two nodes": "two nodes that a tokenizer's configuration never has both",
    "!partial and !singleton": "a partial for an object of a class, or for a number",
    "!factory and !singleton": "data made anew, where the program makes them once",
}
