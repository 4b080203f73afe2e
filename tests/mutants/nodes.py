"""Nodes of another kind, or with other arguments, than they are meant to have."""

from __future__ import annotations

import re
from random import Random

from tests.mutants.template import Edit, Edits, Template, rewritten, spots, with_spot

_CALL = r"!(singleton|call|factory|partial|lambda)(?=:)"
_MADE = ("singleton", "call")


def scalar_for_arguments(template: Template, random: Random) -> Edits:
    """A scalar stands where a callable's arguments belong."""
    for line in template.lines:
        for spot in spots(line, r"(!(?:singleton|call|factory|partial):\S+|!tuple)( .+)?$"):
            if line.is_yaml:
                end = line.number + 1 + len(template.below(line))
                scalar = random.choice(["3", "text", "0.5", "true"])
                yield Edit(line.number, end, (f"{line.whole[:spot.end(1)]} {scalar}",))


def list_to_mapping(template: Template, random: Random) -> Edits:
    """Arguments by name stand where they are given by place, the names made up."""
    for line in template.lines:
        for spot in spots(line, r"(?:!(?:singleton|call|factory|partial):\S+|!tuple) \[(.+)\]$"):
            if line.is_yaml and "{{" not in line.text:
                items = line.whole[spot.start(1) : spot.end(1)].split(", ")
                named = ", ".join(f"item_{n}: {item}" for n, item in enumerate(items))
                yield rewritten(line, f"{line.whole[:spot.start(1) - 1]}{{{named}}}")


def mapping_to_list(template: Template, random: Random) -> Edits:
    """Arguments by place stand where they are given by name."""
    for line in template.lines:
        below = template.below(line)
        if not list(spots(line, _CALL)) or not below or not line.is_yaml:
            continue
        if all(other.key and other.indent == below[0].indent for other in below):
            items = (f"{' ' * other.indent}- {other.value}" for other in below)
            yield Edit(line.number, line.number + 1 + len(below), (line.whole, *items))


def call_kind(template: Template, random: Random) -> Edits:
    """An object is made where a callable is meant, or the other way round.

    Between objects that are made once and made anew, the choice is free. A `!factory` that is given
    to what calls it gets the rest of its arguments then, as a `!partial` does: it is no mistake.
    """
    for line in template.lines:
        for spot in spots(line, _CALL) if line.is_yaml else ():
            kinds = _MADE if spot[1] in ("partial", "lambda") else ("partial", "lambda")
            yield rewritten(line, with_spot(line, spot, random.choice(kinds), 1))


def made_anew(template: Template, random: Random) -> Edits:
    """A node that nothing refers to, or only one other, is made at each reference, or once."""
    for line in template.lines:
        anchors = [spot[1] for spot in spots(line, r"(?<=\s)&(\w+)")]
        for spot in spots(line, r"!(singleton|factory)(?=:)") if line.is_yaml else ():
            if not set(anchors) & set(template.aliases):
                other = "factory" if spot[1] == "singleton" else "singleton"
                yield rewritten(line, with_spot(line, spot, other, 1))


def surplus_by_place(template: Template, random: Random) -> Edits:
    """One more argument by place than there are parameters."""
    for line in template.lines:
        for spot in spots(line, r"!(?:singleton|call|factory|partial):\S+ \[.+(\])$"):
            if line.is_yaml:
                yield rewritten(line, with_spot(line, spot, ", 17, 18, 19]", 1))


def depends_on_itself(template: Template, random: Random) -> Edits:
    """A node is an argument of itself."""
    for line in template.lines:
        anchors = [spot[1] for spot in spots(line, r"(?<=\s)&(\w+)")]
        for other in template.below(line) if anchors and line.is_yaml else ():
            if other.key and other.value:
                yield rewritten(other, other.with_value(f"*{anchors[0]}"))


def surplus_target(template: Template, random: Random) -> Edits:
    """A top-level key that nothing reads: one that is read, misspelt, beside the right one."""
    for line in template.lines:
        key = line.key or ""
        if key in template.read and not line.indent and re.fullmatch(r"\w+", key):
            slip = template.misspelt(key, random)
            yield rewritten(line, f"{slip}: 1", line.whole)
