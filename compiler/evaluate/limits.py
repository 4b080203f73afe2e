"""What an evaluation may cost, and the ways in which it ends early."""

from __future__ import annotations

from dataclasses import dataclass


class NotKnown(Exception):
    """An evaluation came to something that it does not understand; ``reason`` says to what."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class TooMuch(NotKnown):
    """An evaluation reached one of its `Limits`: all of it ends, not only the part at hand."""


class Raised(NotKnown):
    """The code itself raises an exception: so would the program, and all of it would end."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that code written for people stays far below.

    ``steps`` counts evaluated expressions, statements and items of iterations; ``depth`` calls
    within calls; ``length`` the items of a container or the characters of a text; ``bits`` those of
    an integer.
    """

    steps: int = 2_000_000
    depth: int = 40
    length: int = 100_000
    bits: int = 2_048


class Meter:
    """What an evaluation has cost so far."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.steps = 0
        self.depth = 0

    def spend(self, steps: int = 1) -> None:
        """Counts ``steps``. Raises `TooMuch` where they are used up."""
        self.steps += steps
        if self.steps > self.limits.steps:
            raise TooMuch(f"it takes more than {self.limits.steps:,} steps")

    def hold(self, length: int) -> None:
        """Counts the making of a container or text of ``length``.

        Raises `NotKnown` where it is too long; call it before the thing is made.
        """
        if length > self.limits.length:
            raise NotKnown(f"it makes something of {length:,} items")
        self.spend(length // 8)

    def grow(self, length: int) -> None:
        """Counts an item that is added to a container of ``length``."""
        if length >= self.limits.length:
            raise NotKnown(f"it makes something of more than {length:,} items")
        self.spend()

    def fit(self, bits: int) -> None:
        """Counts the making of an integer of ``bits``; raises `NotKnown` where it is too large."""
        if bits > self.limits.bits:
            raise NotKnown(f"it computes an integer of more than {self.limits.bits:,} bits")
        self.spend(bits // 64)

    def enter(self) -> None:
        """Begins a call."""
        self.depth += 1
        if self.depth > self.limits.depth:
            raise TooMuch(f"its calls are nested more than {self.limits.depth} deep")

    def leave(self) -> None:
        """Ends a call."""
        self.depth -= 1
