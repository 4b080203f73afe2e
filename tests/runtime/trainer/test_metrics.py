"""The file of metrics is whole lines, and has each step once."""

from pathlib import Path

import pytest
import torch

from fgc.runtime.trainer.metrics import MetricsLog, read_run
from fgc.runtime.trainer.progress import Progress

HEADER = {"run": "a test", "total_steps": 5}


def write(path: Path, *steps: int, start: int = 0, final: bool = False) -> None:
    progress = Progress(8, step=start)
    with MetricsLog(path, progress, HEADER) as metrics:
        for progress.step in steps:
            metrics.write({"loss": torch.tensor(0.5)}, final=final)


def steps(path: Path) -> list[int]:
    return [record["step"] for record in read_run(path).records]


def test_a_record_can_be_read_at_once(tmp_path) -> None:
    path = tmp_path / "new/metrics.jsonl"
    with MetricsLog(path, Progress(8, step=1, tokens=8), HEADER) as metrics:
        metrics.write({"loss": torch.tensor(0.5)})
        (record,) = read_run(path).records
    assert record.pop("seconds") >= 0
    assert record == {"step": 1, "tokens": 8, "loss": 0.5}


def test_what_lies_past_the_resumed_step_goes(tmp_path) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, 1, 2, 3, 4)
    write(path, 3, 4, 5, start=2)
    assert steps(path) == [1, 2, 3, 4, 5]


def test_a_final_record_goes_when_the_run_goes_on(tmp_path) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, 2)
    write(path, 3, start=2, final=True)
    assert steps(path) == [2, 3]
    write(path, 4, start=3)
    assert steps(path) == [2, 4]


def test_a_line_cut_short_by_a_kill_goes(tmp_path) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, 1, 2)
    path.write_text(path.read_text() + '{"step": 2, "lo')
    write(path, 3, start=2)
    assert steps(path) == [1, 2, 3]


def test_seconds_go_on_over_processes(tmp_path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1, "tokens": 8, "seconds": 100.0}\n')
    write(path, 2, start=1)
    assert 100.0 <= read_run(path).records[1]["seconds"] < 110.0


def test_speed_is_since_the_latest_record(tmp_path, monkeypatch) -> None:
    now = 10.0
    monkeypatch.setattr("time.perf_counter", lambda: now)
    progress = Progress(8, tokens=1000)
    with MetricsLog(tmp_path / "metrics.jsonl", progress, HEADER) as metrics:
        now, progress.tokens = 12.0, 1500
        assert metrics.tokens_per_second() == 250.0
        metrics.write({})
        now, progress.tokens = 13.0, 1600
        assert metrics.tokens_per_second() == 100.0


def test_header_and_end(tmp_path) -> None:
    path = tmp_path / "metrics.jsonl"
    progress = Progress(8)
    with MetricsLog(path, progress, HEADER) as metrics:
        progress.step = 3
        metrics.write({"loss": 0.5})
        assert read_run(path).end == {}
    assert read_run(path).header == HEADER
    assert read_run(path).end.items() >= {"step": 3, "end": "stopped"}.items()
    # another process of the run says what it is, and takes back that the run was over
    with MetricsLog(path, progress, HEADER | {"pid": 2}) as metrics:
        assert read_run(path) == (HEADER | {"pid": 2}, read_run(path).records, {})
        progress.step = 5
    assert steps(path) == [3]
    assert read_run(path).end["end"] == "finished"


def test_an_error_is_the_end(tmp_path) -> None:
    path = tmp_path / "metrics.jsonl"
    for error, said in (
        (FloatingPointError("the loss is nan"), "FloatingPointError: the loss is nan"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ):
        with pytest.raises(type(error)), MetricsLog(path, Progress(8, step=2), HEADER):
            raise error
        end = read_run(path).end
        assert (end["end"], end["error"], end["step"]) == ("failed", said, 2)


def test_a_file_without_header_is_read(tmp_path) -> None:
    path = tmp_path / "metrics.jsonl"
    assert read_run(path) == ({}, [], {})
    path.write_text('{"step": 1, "loss": 2.0}\n{"step": 2')
    assert read_run(path) == ({}, [{"step": 1, "loss": 2.0}], {})
