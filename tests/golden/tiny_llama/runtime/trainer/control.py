"""Ctrl-C and SIGTERM."""

import os
import signal
from types import FrameType
from typing import Self


class StopSignals:
    """Within its `with`, keeps the first SIGINT or SIGTERM for the loop to act on between steps.

    A second one ends the process at once, as if nobody had been listening.
    """

    def __init__(self) -> None:
        self.received: int | None = None  # the number of the signal, once one came
        self._previous = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._previous[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        self.received = number
