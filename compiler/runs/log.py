"""The metrics of a run: the file that a training program writes, line by line.

The first line says what the run is and has no ``step``. The last has ``end``, where the process
came to one. A line between is a record: the step, the tokens and the seconds until then, and what
was measured. Any line may be cut short, or be missing.
"""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

CLOCK = ("step", "tokens", "seconds", "final")
"""What says when something was measured, in the fields of a record."""

Status = Literal["finished", "stopped", "failed", "running", "cut short", "not ended"]


@dataclass(frozen=True, slots=True)
class RunLog:
    """A run. ``header`` and ``end`` are empty where the file has no such line."""

    path: Path
    header: Mapping[str, Any]
    records: tuple[Mapping[str, Any], ...]
    end: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name of the configuration, or where the run lies if the file does not say."""
        title = self.header.get("run")
        if isinstance(title, str) and title:
            return title.partition(": ")[0]
        folder = self.path.absolute().parent
        return (folder.parent if folder.name == "output" else folder).name

    @property
    def total_steps(self) -> int | None:
        """How many steps the whole run has."""
        total = self.header.get("total_steps")
        return total if isinstance(total, int) else None

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of what was measured, in the order in which they first come."""
        return tuple(dict.fromkeys(name for r in self.records for name in r if name not in CLOCK))

    def values(self, metric: str, over: str = "step") -> list[tuple[float, float]]:
        """What was measured of ``metric``, each value behind its step, tokens or seconds."""
        return [
            (float(record[over]), float(record[metric]))
            for record in self.records
            if _is_number(record.get(metric)) and _is_number(record.get(over))
        ]

    def latest(self, field: str) -> float:
        """The last value of a field that says how far the run came; 0 where it began only."""
        lines = (self.end, *reversed(self.records))
        return next((float(line[field]) for line in lines if _is_number(line.get(field))), 0.0)

    @property
    def status(self) -> Status:
        """How the run ended, or that it goes on.

        `cut short` is a process that was killed; where that cannot be told, because it ran on
        another machine, the run has `not ended`.
        """
        end = self.end.get("end")
        if end in ("finished", "stopped", "failed"):
            return cast(Status, end)
        alive = _is_alive(self.header)
        return "not ended" if alive is None else "running" if alive else "cut short"


def read_log(path: Path) -> RunLog:
    """The run in the file ``path``. Lines that are no JSON objects are left out.

    Raises:
        OSError: the file cannot be read.
    """
    header: Mapping[str, Any] = {}
    end: Mapping[str, Any] = {}
    records: list[Mapping[str, Any]] = []
    for line in _objects(path):
        if "end" in line:
            end = line
        elif _is_number(line.get("step")):
            records.append(line)
        elif not header and not records:
            header = line
    return RunLog(path, header, tuple(records), end)


def _objects(path: Path) -> Iterator[Mapping[str, Any]]:
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            found: object = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield cast(Mapping[str, Any], found)


def _is_number(value: object) -> bool:
    """Whether a field holds a number that arithmetic can be done with."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _is_alive(header: Mapping[str, Any]) -> bool | None:
    """Whether the process that writes the file is there; None where that cannot be told."""
    pid = header.get("pid")
    here = header.get("host") == platform.node() and os.name == "posix"
    if not here or not isinstance(pid, int) or not 0 < pid < 2**31:
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True
