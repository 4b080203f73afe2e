"""Values of another type than the one that is meant."""

from __future__ import annotations

import re
from random import Random

from tests.mutants.template import Edits, Line, Template, rewritten

_NUMBER = re.compile(r"-?\d[\d_]*(\.\d+)?(e[-+]?\d+)?")
_TEXT = re.compile(r'"[^"]*"')
_BOOLS = {
    "true": ("yes", "on", "True", "TRUE", "y", "1"),
    "false": ("no", "off", "False", "n", "0"),
}
_NOTHING = ("none", "null")


def number_to_text(template: Template, random: Random) -> Edits:
    """A number in quotes."""
    for line in template.lines:
        if _NUMBER.fullmatch(line.value):
            yield rewritten(line, line.with_value(f'"{line.value}"'))


def text_to_number(template: Template, random: Random) -> Edits:
    """A number where text belongs."""
    for line in template.lines:
        word = line.key and re.fullmatch(r"[a-z]\w*", line.value)
        if _TEXT.fullmatch(line.value) or (word and line.value not in (*_BOOLS, *_NOTHING)):
            yield rewritten(line, line.with_value("17"))


def number_style(template: Template, random: Random) -> Edits:
    """A number as another language writes it, or another person."""
    for line in template.lines:
        if not _NUMBER.fullmatch(line.value):
            continue
        value = float(line.value.replace("_", ""))
        mantissa, _, exponent = f"{value:.10e}".partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".")
        plain = line.value.replace("_", "")
        for style in (
            f"{mantissa}e{int(exponent)}",
            f"{mantissa}E{int(exponent):+03d}",
            plain.replace(".", ","),
            f"{plain}f",
            f"{plain}k",
            f"+{plain}",
            f"_{plain}",
            f"{plain[0]} {plain[1:]}" if len(plain) > 1 else f"{plain} {plain}",
        ):
            if style != line.value:
                yield rewritten(line, line.with_value(style))


def bool_word(template: Template, random: Random) -> Edits:
    """A truth value as another language writes it."""
    for line in template.lines:
        for word in _BOOLS.get(line.value, ()):
            yield rewritten(line, line.with_value(word))


def nothing_and_zero(template: Template, random: Random) -> Edits:
    """0 where nothing is meant, and nothing where there must be a number.

    A dropout of 0 drops nothing, as null does: it is no mistake.
    """
    for line in template.lines:
        if line.value in _NOTHING and not (line.knob or "").endswith("_dropout"):
            yield rewritten(line, line.with_value("0"))
        elif _is_number(line) and not _may_be_nothing(template, line):
            yield rewritten(line, line.with_value("none" if line.knob else "null"))


def _is_number(line: Line) -> bool:
    return bool(_NUMBER.fullmatch(line.value) and float(line.value.replace("_", "")))


def _may_be_nothing(template: Template, line: Line) -> bool:
    """Whether what is said of a knob, or of a parameter, allows null."""
    if line.knob:
        return line.knob in template.optional
    parameter = template.parameters.get(line.number)
    return parameter is None or "None" in (parameter.annotation or "None")
