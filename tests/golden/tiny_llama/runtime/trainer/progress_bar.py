"""What a run shows while it trains."""

import time
from datetime import timedelta
from typing import Self

from rich.console import Console
from rich.progress import BarColumn
from rich.progress import MofNCompleteColumn
from rich.progress import Progress
from rich.progress import TextColumn
from rich.progress import TimeRemainingColumn

from runtime.trainer.metrics import Record

_WORDS = {
    "loss": "loss {:.3f}",
    "eval_loss": "held-out loss {:.3f}",
    "learning_rate": "lr {:.2e}",
    "grad_norm": "grad norm {:.2f}",
    "tokens_per_second": "{:,.0f} tokens/s",
}


class ProgressBar:
    """Within its `with`, a bar with loss, speed and time left; without a terminal, plain lines."""

    def __init__(self, step: int, last_step: int) -> None:
        self._first_step = step
        self._last_step = last_step
        self._began = time.perf_counter()
        console = Console()
        self._bar = Progress(
            MofNCompleteColumn(),
            BarColumn(),
            TextColumn("{task.description}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            console=console,
            disable=not console.is_interactive,
            refresh_per_second=4,
        )
        self._task = self._bar.add_task("", total=last_step, completed=step)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()

    def advance(self) -> None:
        """Moves the bar on by a step."""
        self._bar.advance(self._task)

    def show(self, record: Record) -> None:
        """Shows what was measured: in the bar, or as a line that stays."""
        text = describe(record)
        line = f"step {record['step']}/{self._last_step}  {text}"
        if self._bar.disable:
            if "tokens_per_second" in record:
                line += f"  {self._time_left(record['step'])} left"
            print(line, flush=True)
        elif "eval_loss" in record:
            self._bar.print(line, highlight=False, soft_wrap=True)
        else:
            self._bar.update(self._task, description=text)

    def _time_left(self, step: int) -> timedelta:
        seconds_per_step = (time.perf_counter() - self._began) / (step - self._first_step)
        return timedelta(seconds=round(seconds_per_step * (self._last_step - step)))


def describe(record: Record) -> str:
    """The measurements of a record in words.

    >>> describe({"step": 10, "loss": 6.2, "learning_rate": 2e-3, "tokens_per_second": 3512.4})
    'loss 6.200  lr 2.00e-03  3,512 tokens/s'
    """
    return "  ".join(text.format(record[name]) for name, text in _WORDS.items() if name in record)
