"""The numbers of a run over time, one JSON object a line.

The first line says what the run is (`header.py`); it is the only one without a `step`. The last
one, where the process came to an end, has `end`: "finished", "stopped", or "failed" with the
`error`. All between are records of what was measured.
"""

import time
from pathlib import Path
from types import TracebackType
from typing import Any
from typing import NamedTuple
from typing import Self

from torch import Tensor

from runtime.trainer.json_lines import line
from runtime.trainer.json_lines import read_lines
from runtime.trainer.json_lines import write_lines
from runtime.trainer.progress import Progress

# By name; a tensor is one number, left on the device.
Measurements = dict[str, float | Tensor]

# What a line holds: the step, the tokens and the seconds until then, and what was measured.
Record = dict[str, Any]


class MetricsLog:
    """Within its `with`, appends records to a file, where each can be read at once.

    What an earlier process wrote stays, up to the step from which the run goes on; the header is
    that of the newest process.
    """

    def __init__(self, path: Path, progress: Progress, header: Record) -> None:
        kept = [
            record
            for record in read_run(path).records
            if record["step"] <= progress.step and "final" not in record
        ]
        write_lines(path, [header, *kept])
        self._file = path.open("a", encoding="utf-8")
        self._progress = progress
        self._total_steps = header["total_steps"]
        self._began = time.perf_counter() - (kept[-1]["seconds"] if kept else 0.0)
        self.start_window()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        record = self._clock()
        if kind is not None:
            record |= {"end": "failed", "error": f"{kind.__name__}: {error}".removesuffix(": ")}
        else:
            done = self._progress.step >= self._total_steps
            record["end"] = "finished" if done else "stopped"
        self._append(record)
        self._file.close()

    def write(self, measurements: Measurements, *, final: bool = False) -> Record:
        """Appends a record; returns it. Waits for the device where there are tensors.

        `final` marks one that is there only because the run ends: one that goes on drops it.
        """
        record = self._clock()
        record.update((name, float(value)) for name, value in measurements.items())
        if final:
            record["final"] = True
        self._append(record)
        self.start_window()
        return record

    def tokens_per_second(self) -> float:
        """The speed since the latest record, or `start_window`."""
        seconds = time.perf_counter() - self._window_began
        return round((self._progress.tokens - self._window_tokens) / seconds, 1)

    def _clock(self) -> Record:
        return {
            "step": self._progress.step,
            "tokens": self._progress.tokens,
            "seconds": round(time.perf_counter() - self._began, 3),
        }

    def _append(self, record: Record) -> None:
        self._file.write(line(record))
        self._file.flush()

    def start_window(self) -> None:
        """Has the speed measured from now on."""
        self._window_began = time.perf_counter()
        self._window_tokens = self._progress.tokens


class Run(NamedTuple):
    """What a file of metrics holds; header and end are empty where there is none."""

    header: Record
    records: list[Record]
    end: Record


def read_run(path: Path) -> Run:
    """The content of a file, if there is one; a last line that was cut short is left out."""
    lines = read_lines(path)
    headers = [record for record in lines if "step" not in record]
    ends = [record for record in lines if "end" in record]
    records = [record for record in lines if "step" in record and "end" not in record]
    return Run(headers[0] if headers else {}, records, ends[-1] if ends else {})
