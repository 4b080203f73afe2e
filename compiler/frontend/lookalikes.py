"""Plain scalars that mean something else in YAML 1.1, in Python, or to a person."""

from __future__ import annotations

import re

_WORDS = {
    **dict.fromkeys(("yes", "on"), "`true` is the bool"),
    **dict.fromkeys(("no", "off"), "`false` is the bool"),
    **dict.fromkeys(("nan", "+nan", "-nan"), "`.nan` is the number"),
    **dict.fromkeys(("inf", "+inf", "infinity", "+infinity"), "`.inf` is the number"),
    **dict.fromkeys(("-inf", "-infinity"), "`-.inf` is the number"),
}
_OCTAL = re.compile(r"[-+]?0[0-9_]+")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9]*)?")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_BINARY = re.compile(r"[-+]?0[bB][01_]+")


def lookalike(text: str) -> tuple[str, str] | None:
    """What a plain scalar is, and what may be meant instead, where the two are easily confused.

    >>> lookalike("010")
    ('the number 10', '`0o10` is the octal number')
    >>> lookalike("1,000")
    ('text', '`1_000` is the number')
    >>> [lookalike(text) for text in ("true", "none", "0", "0.5", "3e-4", "a:1", "2024-01-01")]
    [None, None, None, None, None, None, None]
    """
    if text == "None":
        return "text", "`null` is nothing"
    word = _WORDS.get(text.lower())
    if word is not None:
        return "text", word
    if not text[:1].isdigit() and text[:1] not in "+-":
        return None
    if _OCTAL.fullmatch(text) and text.strip("+-0_"):
        digits = text.lstrip("+-0_")
        sign = "-" if text[0] == "-" else ""
        value = f"{sign}{digits.replace('_', '')}"
        octal = set(digits) <= set("01234567_")
        remedy = f"`{sign}0o{digits}` is the octal number" if octal else f"`{value}` is clearer"
        return f"the number {value}", remedy
    if _GROUPED.fullmatch(text):
        return "text", f"`{text.replace(',', '_')}` is the number"
    if _BINARY.fullmatch(text):
        return "text", f"`{int(text.replace('_', ''), 2)}` is the number"
    if _SEXAGESIMAL.fullmatch(text):
        return "text", "a time is given as a number of its smallest unit"
    return None
