"""A run in a few numbers, and runs beside each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from fgc.compiler.chart.chart import plain, shortened
from fgc.compiler.runs.log import RunLog, Status

_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Summary:
    """What is None was not measured. Losses are in nats a token; ``speed`` is tokens a second, the
    median of all records."""

    name: str
    status: Status
    step: int
    total_steps: int | None
    tokens: int
    seconds: float
    loss: float | None
    best_loss: float | None
    eval_loss: float | None
    best_eval_loss: float | None
    tokens_per_second: float | None
    error: str | None
    metrics: str  # the file that all this is from

    @property
    def steps(self) -> str:
        """The steps that were taken, of how many."""
        return f"{self.step:,}" + (f"/{self.total_steps:,}" if self.total_steps else "")

    @property
    def time(self) -> str:
        """How long the run took, all its processes together."""
        minutes, seconds = divmod(round(self.seconds), 60)
        return f"{minutes // 60:,}:{minutes % 60:02}:{seconds:02}"


def summarised(log: RunLog, name: str) -> Summary:
    """``log`` in numbers; ``name`` is what the run is called beside others."""
    losses = [value for _, value in log.values("loss")]
    held_out = [value for _, value in log.values("eval_loss")]
    speeds = [value for _, value in log.values("tokens_per_second")]
    error = log.end.get("error")
    return Summary(
        name=plain(name),
        status=log.status,
        step=int(log.latest("step")),
        total_steps=log.total_steps,
        tokens=int(log.latest("tokens")),
        seconds=log.latest("seconds"),
        loss=losses[-1] if losses else None,
        best_loss=min(losses, default=None),
        eval_loss=held_out[-1] if held_out else None,
        best_eval_loss=min(held_out, default=None),
        tokens_per_second=median(speeds) if speeds else None,
        error=plain(error) if isinstance(error, str) else None,
        metrics=plain(log.path.as_posix()),
    )


def as_json(summaries: Sequence[Summary]) -> str:
    """A list of objects with the fields of `Summary`."""
    return json.dumps([asdict(summary) for summary in summaries], indent=2, ensure_ascii=False)


def as_text(summaries: Sequence[Summary]) -> str:
    """One run as a list of its numbers, several as a table."""
    if len(summaries) != 1:
        return _aligned([list(_COLUMNS), *map(_cells, summaries)])
    (run,) = summaries
    rows = {
        "run": run.name,
        "status": run.status + (f": {run.error}" if run.error else ""),
        "steps": run.steps,
        "tokens": f"{run.tokens:,}",
        "time": run.time,
        "loss": _with_best(run.loss, run.best_loss),
        "held-out loss": _with_best(run.eval_loss, run.best_eval_loss),
        "tokens/s": _speed(run),
        "metrics": run.metrics,
    }
    return "\n".join(f"{label:<14}{text}" for label, text in rows.items() if text)


def as_lines(summaries: Sequence[Summary]) -> str:
    """A line for each run."""
    return "\n".join(map(_line, summaries))


def as_markdown(summaries: Sequence[Summary]) -> str:
    """A table in Markdown."""
    rows = [list(_COLUMNS), *([cell.replace("|", "\\|") for cell in _cells(s)] for s in summaries)]
    rows.insert(1, ["---" if left else "---:" for left in _COLUMNS.values()])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


FORMATS: dict[str, Callable[[Sequence[Summary]], str]] = {
    "text": as_text,
    "line": as_lines,
    "md": as_markdown,
    "json": as_json,
}

# Each column, and whether it is text.
_COLUMNS = {
    "run": True,
    "status": True,
    "steps": False,
    "tokens": False,
    "time": False,
    "loss": False,
    "best": False,
    "held out": False,
    "best held out": False,
    "tokens/s": False,
    "metrics": True,
}


def _cells(run: Summary) -> list[str]:
    return [
        shortened(run.name, _LONGEST_NAME),
        run.status,
        run.steps,
        f"{run.tokens:,}",
        run.time,
        _loss(run.loss),
        _loss(run.best_loss),
        _loss(run.eval_loss),
        _loss(run.best_eval_loss),
        _speed(run),
        run.metrics,
    ]


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines: list[str] = []
    for row in rows:
        cells = zip(row, widths, _COLUMNS.values(), strict=True)
        padded = [f"{cell:<{width}}" if left else f"{cell:>{width}}" for cell, width, left in cells]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _line(run: Summary) -> str:
    parts = [
        f"{run.status}" + (f" ({run.error})" if run.error else ""),
        f"{run.steps} steps",
        f"{run.tokens:,} tokens in {run.time}",
        "loss " + _with_best(run.loss, run.best_loss) if run.loss is not None else "",
        "held-out " + _with_best(run.eval_loss, run.best_eval_loss) if run.eval_loss else "",
        f"{_speed(run)} tokens/s" if run.tokens_per_second else "",
        run.metrics,
    ]
    return f"{run.name}: " + ", ".join(part for part in parts if part)


def _loss(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _with_best(value: float | None, best: float | None) -> str:
    return "" if value is None else f"{_loss(value)} (best {_loss(best)})"


def _speed(run: Summary) -> str:
    return "" if run.tokens_per_second is None else f"{run.tokens_per_second:,.0f}"
