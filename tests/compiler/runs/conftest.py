"""Runs as their metrics.jsonl, written line by line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HEADER = {
    "run": "Tiny Llama: five million parameters",
    "total_steps": 100,
    "host": "elsewhere",
    "pid": 1,
}
Write = Callable[..., Path]


def records(steps: int, *, start: float = 8.0) -> list[dict[str, Any]]:
    """A loss that falls, logged every five steps, held-out every twenty."""
    found: list[dict[str, Any]] = []
    for step in range(5, steps + 1, 5):
        clock = {"step": step, "tokens": 1000 * step, "seconds": step / 2}
        loss = start / (1 + step / 50)
        found.append({**clock, "loss": loss, "learning_rate": 0.0, "tokens_per_second": 2000.0})
        if step % 20 == 0:
            found.append({**clock, "eval_loss": loss + 0.25})
    return found


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a run's metrics below a folder of its own; returns the folder."""

    def make(
        name: str = "run",
        *,
        steps: int = 100,
        header: dict[str, Any] | None = HEADER,
        end: str | None = "finished",
        tail: str = "",
        start: float = 8.0,
        **more: Any,
    ) -> Path:
        lines = [] if header is None else [header | more]
        lines += records(steps, start=start)
        if end is not None:
            lines.append({"step": steps, "tokens": 1000 * steps, "seconds": steps / 2, "end": end})
        folder = tmp_path / name
        (folder / "output").mkdir(parents=True)
        text = "".join(json.dumps(line) + "\n" for line in lines) + tail
        (folder / "output" / "metrics.jsonl").write_text(text)
        return folder

    return make
