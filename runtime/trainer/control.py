"""Ctrl-C and SIGTERM."""

import signal
from types import FrameType
from typing import Any
from typing import Self


class StopSignals:
    """Within its `with`, keeps the first SIGINT or SIGTERM for the loop to act on between steps.

    A second one goes to the handlers that were there before, as if nobody had been listening.
    """

    def __init__(self) -> None:
        self.received: int | None = None  # the number of the signal, once one came
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._previous[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *exception: object) -> None:
        self._restore()

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self.received = number
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
