"""How many mistakes of each kind fgc does not tell yet, or tells far away, among those of a seed.

The numbers are exact, so that a new miss does not hide behind a known one: they may only fall. A
kind that is not here has no survivor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from tests.mutants.judge import ALLOWED, Judgement

SURVIVORS: dict[str, int] = {
    "number to text": 1,
    "text to number": 2,
    "mapping to list": 1,
    "!partial and !singleton": 4,
}
"""Of `test_three_hundred_mistakes`."""

SURVIVORS_OF_MANY: dict[str, int] = {}
"""Of `test_two_thousand_mistakes`."""


def differences(judged: Iterable[Judgement], known: Mapping[str, int]) -> list[str]:
    """What is to be mended, or lowered, where the survivors are not as many as ``known``."""
    survivors = [judgement for judgement in judged if judgement.verdict not in ALLOWED]
    counts = Counter(judgement.mutant.kind for judgement in survivors)
    found: list[str] = []
    for kind in sorted({*counts, *known}):
        number, most = counts[kind], known.get(kind, 0)
        if number > most:
            shown = [f"{s.mutant}\n{s.said}" for s in survivors if s.mutant.kind == kind]
            found += [f"{kind}: {number} survive, {most} are known", *shown]
        elif number < most:
            found.append(f"{kind}: lower {most} to {number}")
    return found
