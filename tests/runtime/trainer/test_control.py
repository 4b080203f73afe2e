"""Ctrl-C saves and stops; a second one ends the process at once."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fgc.runtime.trainer.control import StopSignals

PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
import torch
from conftest import SmallRun

torch.set_num_threads(1)
run = SmallRun(Path({folder!r}))
stop_signal = run.train(12_000_000, logging_steps=1, eval_steps=None)
sys.exit(0 if stop_signal is None else 128 + stop_signal)
"""


def test_a_real_signal_saves_stops_and_resumes(small_run, tmp_path) -> None:
    (tmp_path / "run").mkdir()
    program = PROGRAM.format(here=str(Path(__file__).parent), folder=str(tmp_path / "run"))
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.DEVNULL)
    log = tmp_path / "run/output/metrics.jsonl"
    deadline = time.monotonic() + 120
    while not (log.exists() and log.read_text().count("\n") >= 3):
        assert child.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=60) == 128 + signal.SIGINT

    stopped_at = json.loads(log.read_text().splitlines()[-1])["step"]
    again = small_run()
    assert again.saved() == [f"step-{stopped_at:08d}"]
    again.resume()
    assert again.progress.step == stopped_at
    again.train(stopped_at + 2, logging_steps=1, eval_steps=None)
    whole = small_run("whole")
    whole.train(stopped_at + 2, logging_steps=1, eval_steps=None)
    assert again.metrics() == whole.metrics()


def test_the_first_signal_waits_the_second_does_not() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        pid = os.fork()
        if pid == 0:
            signal.signal(number, signal.SIG_DFL)
            with StopSignals() as signals:
                os.kill(os.getpid(), number)
                if signals.received != number:
                    os._exit(1)
                os.kill(os.getpid(), number)
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -number


def test_a_second_ctrl_c_unwinds_what_holds_the_terminal() -> None:
    # a job in the background of a shell has the signal ignored from its start
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with StopSignals():
            signal.raise_signal(signal.SIGINT)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with StopSignals() as signals:
        assert signal.getsignal(signal.SIGINT) != before[0]
        assert signals.received is None
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
