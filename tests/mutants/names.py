"""Names with a slip of the finger in them."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from tests.mutants.template import Edit, Edits, Line, Template, rewritten, spots, with_spot


def argument(template: Template, random: Random) -> Edits:
    """The key of an argument, or of an entry of a mapping."""
    for line in template.lines:
        if line.key and line.indent and line.key.isidentifier():
            slip = template.misspelt(line.key, random)
            yield rewritten(line, line.whole.replace(line.key, slip, 1))


def block(template: Template, random: Random) -> Edits:
    """The name of a block."""
    for line in template.lines:
        if line.is_block:
            name = line.text.strip("[]!")
            yield rewritten(line, line.whole.replace(name, template.misspelt(name, random)))


def knob_defined(template: Template, random: Random) -> Edits:
    """A knob where it gets its first value."""
    for line in template.lines:
        if line.knob and line.knob not in template.knobs:
            yield _knob(template, line, line.knob, random)


def knob_overridden(template: Template, random: Random) -> Edits:
    """A knob where it gets another value than a template below gave it."""
    for line in template.lines:
        if line.knob and line.knob in template.knobs:
            yield _knob(template, line, line.knob, random)


def _knob(template: Template, line: Line, name: str, random: Random):
    slip = template.misspelt(name, random)
    return rewritten(line, line.whole.replace(f"ns.{name}", f"ns.{slip}", 1), name=name)


def knob_used(template: Template, random: Random) -> Edits:
    """A knob where its value is read."""
    for line in template.lines:
        if not line.is_comment:
            start = line.whole.find("= ") if line.knob else 0
            for spot in spots(line, r"\bns\.(\w+)"):
                if spot.start() >= start:
                    slip = template.misspelt(spot[1], random)
                    yield rewritten(line, with_spot(line, spot, slip, 1))


def target(template: Template, random: Random) -> Edits:
    """A top-level key that is read."""
    for line in template.lines:
        if line.key and line.key in template.read and not line.indent:
            slip = template.misspelt(line.key, random)
            yield rewritten(line, line.whole.replace(line.key, slip, 1))


def anchor(template: Template, random: Random) -> Edits:
    """An anchor where it is defined."""
    for line in template.lines:
        for spot in spots(line, r"(?<=\s)&(\w+)") if line.is_yaml else ():
            slip = template.misspelt(spot[1], random)
            yield rewritten(line, with_spot(line, spot, slip, 1), name=spot[1])


def alias(template: Template, random: Random) -> Edits:
    """An anchor where it is referred to."""
    for line in template.lines:
        for spot in spots(line, r"(?<=[\s\[])\*([a-z_]\w*)") if line.is_yaml else ():
            yield rewritten(line, with_spot(line, spot, template.misspelt(spot[1], random), 1))


def tag(template: Template, random: Random) -> Edits:
    """The word of a tag."""
    for line in template.lines:
        for spot in spots(line, r"(?<=\s)!([a-z]+)\b") if line.is_yaml else ():
            yield rewritten(line, with_spot(line, spot, template.misspelt(spot[1], random), 1))


def import_module(template: Template, random: Random) -> Edits:
    """A part of the module of an import spec."""
    for line in template.lines:
        for spot in spots(line, r"![a-z]+:([\w.]+):(?=[\w.{])") if line.is_yaml else ():
            parts = spot[1].split(".")
            at = random.randrange(len(parts))
            if parts[at]:
                parts[at] = template.misspelt(parts[at], random)
                yield rewritten(line, with_spot(line, spot, ".".join(parts), 1))


def import_name(template: Template, random: Random) -> Edits:
    """The name that an import spec takes from its module."""
    for line in template.lines:
        for spot in spots(line, r"![a-z]+:(?:[\w.]+:)?(\w+)(?=[\s@]|$)") if line.is_yaml else ():
            yield rewritten(line, with_spot(line, spot, template.misspelt(spot[1], random), 1))


def template_name(template: Template, random: Random) -> Edits:
    """The name of the template that is extended."""
    for line in template.lines:
        if line.text.startswith(("-- extends ", "-- set base_template ")):
            name = line.text.split("'")[1].removesuffix(".yaml").rpartition("/")[2]
            yield rewritten(line, line.whole.replace(name, template.misspelt(name, random), 1))


def variable(template: Template, random: Random) -> Edits:
    """The variable that `!var` names."""
    for line in template.lines:
        for spot in spots(line, r"!var (\w+)") if line.is_yaml else ():
            yield rewritten(line, with_spot(line, spot, template.misspelt(spot[1], random), 1))


def node_name(template: Template, random: Random) -> Edits:
    """One name for two nodes: that of a node is given to its neighbour as well."""
    calls = [
        (line, spot)
        for line in template.lines
        if line.is_yaml
        for spot in spots(line, r"![a-z]+:[\w.:]+(?=\s|$)")
    ]
    for (line, spot), (other, second) in pairwise(calls):
        lines = [held.whole for held in template.lines[line.number - 1 : other.number]]
        if line.number == other.number:
            continue
        lines[0] = with_spot(line, spot, f"{spot[0]}@twin")
        lines[-1] = with_spot(other, second, f"{second[0]}@twin")
        also = (line.number, other.number)
        yield Edit(line.number, other.number + 1, tuple(lines), also=also)
