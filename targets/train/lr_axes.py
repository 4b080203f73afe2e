"""What charts of a learning rate share: numbers as text, places of marks, and what is said."""

from __future__ import annotations

import math
from bisect import bisect_right

from fgc.targets.train.lr_curve import Curve

MOST_BORDERS = 6
ROUND = (25, 50, 100, 200, 250)  # distances of marks that suit any highest rate
UNITS = (("T", 10**12), ("B", 10**9), ("M", 10**6), ("K", 10**3))


def rate_text(rate: float) -> str:
    """A learning rate, short.

    >>> rate_text(0.0012), rate_text(6e-5), rate_text(0.00035714), rate_text(0.0)
    ('1.2e-3', '6e-5', '3.57e-4', '0')
    """
    if rate == 0:
        return "0"
    digits, _, exponent = f"{rate:.2e}".partition("e")
    return f"{digits.rstrip('0').rstrip('.')}e{int(exponent)}"


def count_text(count: int) -> str:
    """A number of steps or tokens, short.

    >>> count_text(977), count_text(1_000_448), count_text(300_000), count_text(5 * 10**9)
    ('977', '1M', '300K', '5B')
    """
    for unit, size in UNITS:
        if count >= size:
            number = f"{count / size:.3g}" if count < 1000 * size else f"{count / size:,.0f}"
            return f"{number}{unit}"
    return f"{count:,}"


def round_steps(total: int, count: int) -> list[int]:
    """Round numbers from 0 up to ``total``, at equal distances, and at most ``count`` of them.

    >>> round_steps(977, 6), round_steps(2_441_407, 4), round_steps(3, 10)
    ([0, 200, 400, 600, 800], [0, 1000000, 2000000], [0, 1, 2, 3])
    """
    exponent = 0
    while True:
        for factor in (1, 2, 5):
            step = factor * 10**exponent
            if total // step < max(count, 1):
                return list(range(0, total + 1, step))
        exponent += 1


def round_rates(top: float) -> list[float]:
    """Three to five round numbers from 0 up to ``top``, which is above 0.

    >>> round_rates(0.0012), round_rates(0.0017)
    ([0.0, 0.0004, 0.0008, 0.0012], [0.0, 0.0005, 0.001, 0.0015])
    """
    exponent = math.floor(math.log10(top))
    parts = round(top / 10.0**exponent * 100)
    sizes = [size for size in (25, 40, 50, 100, 150, 200, 250, 300) if 2 <= parts // size <= 4]
    whole = [size for size in sizes if parts % size == 0]
    step = next(iter(whole or [size for size in sizes if size in ROUND]))
    return [float(f"{index * step}e{exponent - 2}") for index in range(parts // step + 1)]


def rate_at(curve: Curve, step: float) -> float:
    """The learning rate at any point of the run, between those that are known in a straight line.

    ``step`` is from 0 to the last one.
    """
    index = min(bisect_right(curve.steps, step), len(curve.steps) - 1)
    before, after = curve.steps[index - 1], curve.steps[index]
    share = (step - before) / (after - before)
    return curve.lr[index - 1] + share * (curve.lr[index] - curve.lr[index - 1])


def borders(curve: Curve) -> tuple[int, ...]:
    """The steps at which one phase ends and the next begins, where there are few enough to show."""
    found = tuple(phase.last for phase in curve.phases[:-1])
    return found if len(found) <= MOST_BORDERS else ()


def phases_text(curve: Curve) -> str:
    """The phases in words.

    For one: "warm-up to 1.2e-3 at step 98 (100K tokens), constant to step 683 (699K tokens)".
    """
    if len(curve.phases) > MOST_BORDERS + 1:
        return f"{len(curve.phases)} stretches of rise and fall"
    words: list[str] = []
    for phase in curve.phases:
        rate = "" if phase.name == "constant" else f"{rate_text(rate_at(curve, phase.last))} at "
        tokens = count_text(phase.last * curve.tokens_per_step)
        words.append(f"{phase.name} to {rate}step {phase.last:,} ({tokens} tokens)")
    return ", ".join(words)
