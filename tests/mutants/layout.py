"""Lines that are missing, written twice, or in the wrong place."""

from __future__ import annotations

import re
from random import Random

from tests.mutants.template import Edit, Edits, Line, Template, rewritten, spots


def deleted_line(template: Template, random: Random) -> Edits:
    """A line is missing.

    Where a template below gives the knob another value, or a parameter has a default, to leave it
    out is a decision, and no mistake.
    """
    for line in template.lines:
        if not _is_decision(template, line):
            yield Edit(line.number, line.number + 1, (), name=_defined(line))


def _is_decision(template: Template, line: Line) -> bool:
    if line.knob:
        return line.knob in template.knobs
    if line.text.startswith("- "):
        return True
    if not line.key or template.below(line) or "&" in line.text:
        return False
    if not line.indent:
        return line.key not in template.read
    parameter = template.parameters.get(line.number)
    return parameter is None or not parameter.required


def _defined(line: Line) -> str | None:
    if line.knob:
        return line.knob
    if line.is_statement:
        assigned = re.match(r"-- set (\w+)", line.text)
        return assigned[1] if assigned else None
    anchors = list(spots(line, r"(?<=\s)&(\w+)"))
    return anchors[0][1] if anchors else line.key


def duplicated_line(template: Template, random: Random) -> Edits:
    """A line stands twice. In a list that is another list, and no mistake."""
    for line in template.lines:
        if not line.text.startswith("- "):
            yield rewritten(line, line.whole, line.whole)


def duplicated_key(template: Template, random: Random) -> Edits:
    """A key stands twice in one mapping, with two values."""
    for line in template.lines:
        if line.key and line.value and not template.below(line) and "&" not in line.text:
            yield rewritten(line, line.whole, line.with_value("3"))


def indentation(template: Template, random: Random) -> Edits:
    """A line is indented by one to four blanks more, or less."""
    for line in template.lines:
        if line.text:
            by = random.choice([1, 2, 3, 4])
            if line.indent >= by and random.random() < 0.5:
                by = -by
            yield rewritten(line, " " * (line.indent + by) + line.text)


def tab(template: Template, random: Random) -> Edits:
    """A tab stands for the indentation, or for a blank behind a colon."""
    for line in template.lines:
        if line.indent:
            yield rewritten(line, "\t" * max(line.indent // 4, 1) + line.text)
        elif line.key and line.value:
            yield rewritten(line, line.whole.replace(": ", ":\t", 1))


def super_removed(template: Template, random: Random) -> Edits:
    """A block no longer takes over what it overrides."""
    for line in template.lines:
        if line.is_super:
            yield Edit(line.number, line.number + 1, ())


def super_moved(template: Template, random: Random) -> Edits:
    """A block takes over what it overrides behind what it says itself."""
    for line in template.lines:
        if line.is_super:
            rest = []
            for other in template.lines[line.number :]:
                if other.is_block:
                    break
                rest.append(other.whole)
            if rest:
                lines = (*rest, line.whole)
                yield Edit(line.number, line.number + len(lines), lines)


def end_removed(template: Template, random: Random) -> Edits:
    """A statement is not ended."""
    for line in template.lines:
        if re.match(r"-- end\w+$", line.text):
            yield Edit(line.number, line.number + 1, ())


def extends_removed(template: Template, random: Random) -> Edits:
    """A configuration extends nothing."""
    for line in template.lines:
        if line.text.startswith("-- extends "):
            yield Edit(line.number, line.number + 1, ())


def comment(template: Template, random: Random) -> Edits:
    """The signs of a comment: one too few, none, one too many, or those of another kind."""
    for line in template.lines:
        if line.text.startswith("## "):
            said = line.text.removeprefix("## ")
            for signs in ("# ", "", "### ", "-- ", "== ", "// "):
                yield rewritten(line, " " * line.indent + signs + said)
        elif line.is_statement and not line.knob:
            for signs in ("-", "--- ", "## ", "# ", ""):
                yield rewritten(line, " " * line.indent + signs + line.text.removeprefix("-- "))
