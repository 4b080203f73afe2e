"""A run is read as far as it was written, and its status is what can be told."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.runs.log import read_log
from tests.compiler.runs.conftest import HEADER, Write


def file(folder: Path) -> Path:
    return folder / "output" / "metrics.jsonl"


def test_a_whole_run(write: Write) -> None:
    log = read_log(file(write()))
    assert (log.name, log.total_steps, log.status) == ("Tiny Llama", 100, "finished")
    assert log.metrics == ("loss", "learning_rate", "tokens_per_second", "eval_loss")
    assert log.values("eval_loss")[0] == (20.0, 8 / 1.4 + 0.25)
    assert [x for x, _ in log.values("eval_loss", "tokens")] == [2e4, 4e4, 6e4, 8e4, 1e5]
    # a value of 0 is a value
    assert len(log.values("learning_rate")) == 20


def test_a_last_line_that_was_cut_short_is_left_out(write: Write) -> None:
    log = read_log(file(write(end=None, steps=30, tail='{"step": 35, "tokens": 35000, "lo')))
    assert len(log.records) == 7
    assert log.latest("step") == 30


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "output" / "metrics.jsonl"
    path.parent.mkdir()
    path.write_text("")
    log = read_log(path)
    assert (log.records, log.metrics, log.latest("step")) == ((), (), 0.0)
    assert (log.name, log.status) == (tmp_path.name, "not ended")


def test_a_file_without_a_header_is_called_after_its_folder(write: Write) -> None:
    log = read_log(file(write("mine", header=None)))
    assert (log.name, log.total_steps, log.status) == ("mine", None, "finished")


@pytest.mark.parametrize("end", ["finished", "stopped", "failed"])
def test_an_end_is_the_status(write: Write, end: str) -> None:
    assert read_log(file(write(end=end))).status == end


def test_without_an_end_the_process_tells(write: Write) -> None:
    here = {"host": platform.node(), "end": None}
    assert read_log(file(write("a", pid=os.getpid(), **here))).status == "running"
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    assert read_log(file(write("b", pid=ended.pid, **here))).status == "cut short"
    assert read_log(file(write("c", end=None))).status == "not ended"
    for number, pid in enumerate((-1, 0, "1", 2**40, None, True)):
        folder = write(f"d{number}", pid=pid, **here)
        assert read_log(file(folder)).status in ("not ended", "running")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)
KEYS = st.sampled_from(["step", "tokens", "seconds", "loss", "eval_loss", "end", "run", "x"])


@given(st.lists(st.dictionaries(KEYS, JSON, max_size=6) | JSON), st.text(max_size=20))
def test_any_file_is_read(tmp_path_factory: pytest.TempPathFactory, lines, tail: str) -> None:
    import json

    from fgc.compiler.runs.find import labels
    from fgc.compiler.runs.plot import charts
    from fgc.compiler.runs.summary import FORMATS, summarised

    path = tmp_path_factory.mktemp("any") / "metrics.jsonl"
    text = "\n".join(map(json.dumps, lines)) + "\n" + tail
    path.write_bytes(text.encode("utf-8", errors="replace"))
    log = read_log(path)
    (label,) = labels([log])
    for render in FORMATS.values():
        assert render([summarised(log, label)])
    charts([log], [label], log.metrics, x="time", smooth=True)


def test_headers_are_those_that_runs_write(trained_run: Path) -> None:
    """What the reader knows is what the runtime's writer wrote."""
    log = read_log(file(trained_run))
    assert log.header.keys() >= HEADER.keys()
    assert (log.name, log.total_steps, log.status) == ("Tiny Llama", 977, "stopped")
    assert log.latest("step") == log.records[-1]["step"] == 30
