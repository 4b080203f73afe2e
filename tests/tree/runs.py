"""What a run has left in its output folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CLOCK = ("seconds", "tokens_per_second")


def records(output: Path) -> list[dict[str, Any]]:
    """The lines of metrics.jsonl, without what depends on the clock, and without the first, which
    is of one process."""
    header, *lines = (output / "metrics.jsonl").read_text().splitlines()
    assert "step" not in json.loads(header)
    parsed = [json.loads(line) for line in lines]
    return [{k: v for k, v in record.items() if k not in CLOCK} for record in parsed]


def last_checkpoint(output: Path) -> Path:
    return max((output / "checkpoints").iterdir())


def assert_same_run(left: Path, right: Path) -> None:
    """The same losses, and a last checkpoint of the same bytes: weights, moments, generators."""
    assert records(left) == records(right)
    ours, theirs = last_checkpoint(left), last_checkpoint(right)
    assert ours.name == theirs.name
    contents = [
        {file.name: file.read_bytes() for file in folder.iterdir()} for folder in (ours, theirs)
    ]
    assert {"model.safetensors", "optimizer.pt", "random_state-00000.pt"} <= contents[0].keys()
    differing = [name for name, content in contents[0].items() if contents[1][name] != content]
    assert differing == []
