"""A run that begins at a checkpoint of another: its schedule starts there, and nothing jumps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from torch.optim.lr_scheduler import LRScheduler, StepLR

from fgc.runtime.schedule import constant, exponential, infinite, linear
from fgc.runtime.trainer.checkpoint import TrainingState
from fgc.runtime.trainer.resume import resume
from tests.runtime.trainer.conftest import SmallRun, random_tokens
from tests.runtime.trainer.test_resume import assert_same_state

LR = 1e-2  # of a small run


def with_schedule(run: SmallRun, make: Any, lr: float = LR, **knobs: Any) -> SmallRun:
    """The run with another optimizer and schedule."""
    run.optimizer = type(run.optimizer)(run.model.named_parameters(), lr=lr)
    run.schedule = make(run.optimizer, **knobs)
    run.state = TrainingState(
        run.model, run.optimizer, run.schedule, run.batches, run.progress, run.state.device
    )
    return run


class Branch:
    """Processes of one run of 6 steps, which begins at a checkpoint."""

    def __init__(self, small_run: Any, name: str, make: Any = linear, **knobs: Any) -> None:
        self.make_run, self.name, self.make = small_run, name, make
        self.knobs = {"total": 6, "min_lr_ratio": 0.1} if make is linear else knobs

    def start(self, choice: str | Path = "auto") -> SmallRun:
        """A process, after it has loaded its checkpoint."""
        run = with_schedule(self.make_run(self.name), self.make, **self.knobs)
        resume(str(choice), run.checkpoints, run.state, run.folder, from_checkpoint=True)
        return run

    @staticmethod
    def last_step(run: SmallRun, length: int = 6) -> int:
        """As main computes it."""
        return run.progress.start_step + length


@pytest.fixture
def stable(small_run) -> SmallRun:
    """A run of 8 steps at one rate, with a checkpoint every 4."""
    run = with_schedule(small_run("stable"), constant, warmup=3)
    run.train(8, save_steps=4, logging_steps=1)
    return run


def rates(run: SmallRun) -> dict[int, float]:
    """The learning rate of each step, which is told from 1."""
    return {r["step"]: r["learning_rate"] for r in run.metrics() if "learning_rate" in r}


@pytest.mark.parametrize("step", [4, 8])
def test_decays_from_the_checkpoint_on(small_run, stable, step) -> None:
    run = Branch(small_run, "branch").start(stable.checkpoints / f"step-{step:08d}")
    run.train(Branch.last_step(run), logging_steps=1, eval_steps=None)
    expected = {step + 1 + n: LR * (1 - 0.9 * n / 6) for n in range(6)}
    assert rates(run) == pytest.approx(expected, rel=1e-15)
    # from the very rate that the other had reached
    assert rates(run)[step + 1] == rates(stable)[8] == LR
    assert run.progress.step == step + 6
    assert run.progress.tokens == stable.progress.tokens * (step + 6) // 8


def test_without_the_decay_it_is_the_run_that_it_began_at(small_run, stable) -> None:
    """Weights, moments, data and generators all go on, to the bit."""
    longer = with_schedule(small_run("longer"), constant, warmup=3)
    longer.train(14)
    run = Branch(small_run, "branch", constant).start(stable.checkpoints / "step-00000008")
    run.train(14)
    for left, right in zip(run.model.parameters(), longer.model.parameters(), strict=True):
        assert left.equal(right)
    assert run.batches.state_dict() == longer.batches.state_dict()


@pytest.mark.parametrize("stops", [(9,), (10, 11, 13)])
def test_stopping_it_changes_no_bit(small_run, stable, stops) -> None:
    folder = stable.checkpoints / "step-00000008"
    whole = Branch(small_run, "whole").start(folder)
    whole.train(14)
    parts = Branch(small_run, "parts")
    run = parts.start(folder)
    for stop in stops:
        run.train(stop)
        run = parts.start()
        assert Branch.last_step(run) == 14
    run.train(14)
    assert_same_state(run, whole)
    assert run.metrics() == whole.metrics()
    assert run.schedule.state_dict() == whole.schedule.state_dict()


def test_a_decay_from_a_cooled_down_rate(small_run) -> None:
    """A run of another rate: that at which the first one stays."""
    first = with_schedule(small_run("first"), infinite, cooldown=3, constant_lr_ratio=0.2)
    first.train(8, logging_steps=1)
    run = with_schedule(small_run("decay"), exponential, lr=LR * 0.2, time_constant=2)
    path = str(first.checkpoints / "step-00000008")
    resume(path, run.checkpoints, run.state, run.folder, from_checkpoint=True)
    run.train(12, logging_steps=1)
    expected = {9 + n: LR * 0.2 * 2.718281828459045 ** (-n / 2) for n in range(4)}
    assert rates(run) == pytest.approx(expected, rel=1e-15)
    assert rates(run)[9] == rates(first)[8]


def test_begins_in_place_where_the_first_run_stopped(small_run, stable) -> None:
    """A rebuilt program in the folder of the first one."""
    branch = Branch(small_run, "stable")
    run = branch.start()
    assert (run.progress.step, run.schedule.last_epoch) == (8, 0)
    run.train(10)
    run = branch.start()
    assert (run.progress.step, run.schedule.last_epoch) == (10, 2)


def test_a_branch_of_a_branch(small_run, stable) -> None:
    first = Branch(small_run, "first").start(stable.checkpoints / "step-00000004")
    first.train(7)
    second = Branch(small_run, "second").start(first.checkpoints / "step-00000007")
    assert (second.progress.step, second.schedule.last_epoch) == (7, 0)
    assert second.schedule.get_last_lr() == [LR]


def test_says_what_jumps(small_run, stable, capsys) -> None:
    run = with_schedule(small_run("branch"), linear, lr=2e-3, total=6)
    path = str(stable.checkpoints / "step-00000008")
    resume(path, run.checkpoints, run.state, run.folder, from_checkpoint=True)
    assert "changed     lr 0.01 -> 0.002\n" in capsys.readouterr().out
    Branch(small_run, "other").start(path)
    assert "changed" not in capsys.readouterr().out


def test_data_that_are_others_start_anew(small_run, stable, capsys) -> None:
    branch = Branch(small_run, "branch")
    run = with_schedule(small_run("branch"), linear, total=6)
    run.batches.data.tokens = random_tokens(2 * 16, 5)
    assert len(run.batches.data) == 2 < stable.batches.index
    path = str(stable.checkpoints / "step-00000008")
    resume(path, run.checkpoints, run.state, run.folder, from_checkpoint=True)
    assert (run.batches.epoch, run.batches.index) == (0, 0)
    said = "changed     the data begin anew: its place in the data was taken on other data"
    assert said in capsys.readouterr().out
    # where the place is there, they go on
    assert branch.start(path).batches.state_dict() == stable.batches.state_dict()


def test_its_steps_may_be_of_another_size(small_run, stable) -> None:
    """The schedule begins there; what the run's own checkpoints hold must fit all the same."""
    branch = Branch(small_run, "branch")
    run = with_schedule(small_run("branch"), linear, total=6)
    run.progress.tokens_per_step = 64
    run.batches.batch_size = 4
    path = str(stable.checkpoints / "step-00000008")
    resume(path, run.checkpoints, run.state, run.folder, from_checkpoint=True)
    run.train(9)
    assert run.progress.tokens == 8 * 32 + 64
    with pytest.raises(SystemExit, match="its steps read 64 tokens each, and those of this pro"):
        branch.start()


@pytest.mark.parametrize("choice", ["auto", "never"])
def test_needs_a_checkpoint(small_run, choice) -> None:
    with pytest.raises(SystemExit, match="begins at a checkpoint, which --resume PATH names"):
        Branch(small_run, "branch").start(choice)


def test_another_run_does_not_go_on_from_a_branch(small_run, stable) -> None:
    run = Branch(small_run, "stable").start()
    run.train(10)
    again = with_schedule(small_run("stable"), constant, warmup=3)
    message = "its schedule began at step 8, and this one at step 0"
    with pytest.raises(SystemExit, match=message):
        again.resume()


def test_a_schedule_that_is_no_function_starts_too(small_run, stable) -> None:
    def falling(optimizer: Any) -> LRScheduler:
        return StepLR(optimizer, step_size=2, gamma=0.5)

    branch = Branch(small_run, "branch", falling)
    run = branch.start(stable.checkpoints / "step-00000008")
    run.train(11, logging_steps=1)
    run = branch.start()
    run.train(14, logging_steps=1)
    expected = [LR, LR, LR / 2, LR / 2, LR / 4, LR / 4]
    assert list(rates(run).values()) == pytest.approx(expected, rel=1e-15)
