"""The numbers of a run over time, one JSON object a line."""

import json
import os
import time
from pathlib import Path
from typing import Any
from typing import Self

from torch import Tensor

from runtime.trainer.progress import Progress

# By name; a tensor is one number, left on the device.
Measurements = dict[str, float | Tensor]

# What a line holds: the step, the tokens and the seconds until then, and what was measured.
Record = dict[str, Any]


class MetricsLog:
    """Within its `with`, appends records to a file, where each can be read at once.

    What an earlier process wrote stays, up to the step from which the run goes on.
    """

    def __init__(self, path: Path, progress: Progress) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = [
            record
            for record in read_metrics(path)
            if record["step"] <= progress.step and "final" not in record
        ]
        temporary = path.with_name(f"{path.name}.tmp")
        temporary.write_text("".join(json.dumps(record) + "\n" for record in kept))
        os.replace(temporary, path)
        self._file = path.open("a")
        self._began = time.perf_counter() - (kept[-1]["seconds"] if kept else 0.0)
        self._start_window(progress)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def write(
        self, progress: Progress, measurements: Measurements, *, final: bool = False
    ) -> Record:
        """Appends a record; returns it. Waits for the device where there are tensors.

        `final` marks one that is there only because the run ends: one that goes on drops it.
        """
        record: Record = {
            "step": progress.step,
            "tokens": progress.tokens,
            "seconds": round(time.perf_counter() - self._began, 3),
        }
        record.update((name, float(value)) for name, value in measurements.items())
        if final:
            record["final"] = True
        self._file.write(json.dumps(record) + "\n")
        self._file.flush()
        self._start_window(progress)
        return record

    def tokens_per_second(self, progress: Progress) -> float:
        """The speed since the latest record."""
        seconds = time.perf_counter() - self._window_began
        return round((progress.tokens - self._window_tokens) / seconds, 1)

    def _start_window(self, progress: Progress) -> None:
        self._window_began = time.perf_counter()
        self._window_tokens = progress.tokens


def read_metrics(path: Path) -> list[Record]:
    """The records of a file, if there is one; a last line that was cut short is left out."""
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]
