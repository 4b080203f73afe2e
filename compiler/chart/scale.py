"""Where numbers stand on an axis, and which of them are written beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

# Numbers that are closer than this are one.
_SMALLEST = 1e-150

_SUFFIXES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


@dataclass(frozen=True, slots=True)
class Scale:
    """The numbers from ``low`` to ``high``, which differ; both are positive where it is ``log``."""

    low: float
    high: float
    log: bool = False

    @classmethod
    def over(cls, values: Iterable[float], *, log: bool = False, margin: float = 0.0) -> Scale:
        """The scale of ``values``, with this share of its length added at both ends.

        >>> Scale.over([2.0, 4.0], margin=0.5)
        Scale(low=1.0, high=5.0, log=False)
        >>> Scale.over([0.0]), Scale.over([])
        (Scale(low=-1.0, high=1.0, log=False), Scale(low=0.0, high=1.0, log=False))
        """
        found = [math.log10(value) if log else float(value) for value in values]
        low, high = (min(found), max(found)) if found else (0.0, 1.0)
        size = max(abs(low), abs(high))
        if high - low <= max(1e-12 * size, _SMALLEST):
            around = 1.0 if log or size <= _SMALLEST else 0.1 * size
            low, high = low - around, high + around
        added = (high - low) * margin
        low, high = low - added, high + added
        return cls(10**low, 10**high, log) if log else cls(low, high, log)

    def share(self, value: float) -> float:
        """How far ``value`` is from ``low``, where ``high`` is 1.

        >>> Scale(1.0, 100.0, log=True).share(10.0)
        0.5
        """
        if self.log:
            low, high, value = math.log10(self.low), math.log10(self.high), math.log10(value)
        else:
            low, high = self.low, self.high
        return (value - low) / (high - low)

    def ticks(self, count: int = 5) -> list[float]:
        """About ``count`` round numbers on the scale, ascending, at least one.

        >>> Scale(0.0, 977.0).ticks()
        [0.0, 200.0, 400.0, 600.0, 800.0]
        >>> Scale(1e-5, 2e-3, log=True).ticks()
        [1e-05, 0.0001, 0.001]
        >>> Scale(2.0, 8.5, log=True).ticks()
        [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
        """
        if self.log and self.high / self.low >= 10:
            return _powers(self.low, self.high, count)
        return _multiples(self.low, self.high, count)

    def labels(self, ticks: Iterable[float]) -> list[str]:
        """What is written at ``ticks``, no two of them alike.

        >>> Scale(0.0, 1.0).labels([0.0, 0.5, 1.0]), Scale(0.0, 1e6).labels([0.0, 500_000.0])
        (['0.0', '0.5', '1.0'], ['0', '500k'])
        >>> Scale(0.0, 2e-5).labels([0.0, 1e-5])
        ['0', '1e-5']
        """
        numbers = list(ticks)
        if self.log and self.high / self.low >= 10:
            return [_short(number) for number in numbers]
        largest = max((abs(number) for number in numbers), default=0.0)
        unit, suffix = next((s for s in _SUFFIXES if largest >= max(s[0], 1e4)), (1.0, ""))
        if largest and not 1e-3 <= largest < 1e16:
            return [_short(number) for number in numbers]
        gaps = [b - a for a, b in pairwise(numbers)]
        decimals = _decimals(min(gaps, default=largest or 1.0) / unit)
        return [
            f"{number / unit:,.{decimals}f}{suffix}" if number or not suffix else "0"
            for number in numbers
        ]


def _multiples(low: float, high: float, count: int) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten, by the step that comes nearest to ``count``."""
    wanted = (high - low) / max(count, 1)
    power = 10.0 ** math.floor(math.log10(wanted))
    steps = [multiple * power for multiple in (1, 2, 5, 10)]
    step = min(steps, key=lambda step: abs(math.log(step / wanted)))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if first > last:
        return [(low + high) / 2]
    # of the digits that the step has, so that 3 * 0.1 is 0.3
    digits = _decimals(step) + 1
    return [round(n * step, digits) if digits < 300 else n * step for n in range(first, last + 1)]


def _powers(low: float, high: float, count: int) -> list[float]:
    """Powers of ten, every one or every few; with 2 and 5 times them where they are few."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    powers = range(first, last + 1)
    if len(powers) <= count / 3:
        found = [float(f"{m}e{p}") for p in range(first - 1, last + 1) for m in (1, 2, 5)]
        return [number for number in found if low <= number <= high]
    every = math.ceil(len(powers) / max(count, 1))
    return [float(f"1e{power}") for power in powers if (power - first) % every == 0]


def _decimals(step: float) -> int:
    """The decimals that tell multiples of ``step`` apart."""
    exact = f"{step:.2e}"
    mantissa, exponent = exact.split("e")
    significant = len(mantissa.rstrip("0").rstrip(".").replace(".", "")) - 1
    return max(0, significant - int(exponent))


def _short(number: float) -> str:
    """
    >>> _short(1e-05), _short(2.5e-4), _short(0.01), _short(100.0), _short(2e4), _short(1e15)
    ('1e-5', '2.5e-4', '0.01', '100', '20k', '1e15')
    """
    unit, suffix = next((s for s in _SUFFIXES if abs(number) >= s[0]), (1.0, ""))
    if number == 0 or 1e-2 <= abs(number) < 1e15:
        return f"{number / unit:g}{suffix}"
    mantissa, exponent = f"{number:.3e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
