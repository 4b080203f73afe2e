"""Where the metrics of a run lie, and what tells several runs apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from fgc.compiler.runs.log import RunLog

METRICS = "metrics.jsonl"


def find_metrics(path: Path) -> list[Path]:
    """The metrics that ``path`` names: a file, an output folder, a tree, or a folder of these."""
    if path.is_file():
        return [path]
    direct = [folder / METRICS for folder in (path, path / "output")]
    found = [file for file in direct if file.is_file()]
    if found:
        return found
    return sorted(
        file
        for pattern in (f"*/{METRICS}", f"*/output/{METRICS}")
        for file in path.glob(pattern)
        if file.is_file()
    )


def labels(logs: Sequence[RunLog]) -> list[str]:
    """A name for each run: that of its configuration, and what tells those of one name apart.

    That is first what ``--set`` gave their builds and not all of them, then where they lie.
    """
    names = [log.name for log in logs]
    overrides = [_overrides(log) for log in logs]
    counts = Counter(item for given in overrides for item in given.items())
    told = [
        ", ".join(
            f"{key}={value}" for key, value in given.items() if counts[key, value] < len(logs)
        )
        for given in overrides
    ]
    several = Counter(names)
    names = [
        f"{name} ({more})" if several[name] > 1 and more else name
        for name, more in zip(names, told, strict=True)
    ]
    several = Counter(names)
    return [
        f"{name} ({_where(log)})" if several[name] > 1 else name
        for name, log in zip(names, logs, strict=True)
    ]


def _overrides(log: RunLog) -> Mapping[str, str]:
    """What ``--set`` gave the build of the tree that the run's output folder lies in."""
    lock = log.path.absolute().parent.parent / "fgc.lock"
    try:
        found: Any = json.loads(lock.read_text(encoding="utf-8")).get("overrides")
    except (OSError, ValueError, AttributeError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(k): str(v) for k, v in cast(dict[Any, Any], found).items()}


def _where(log: RunLog) -> str:
    folder = log.path.parent
    return (folder.parent if folder.name == "output" else folder).as_posix()
