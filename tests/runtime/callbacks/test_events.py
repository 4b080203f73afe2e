"""Every event is called, when it is said to be; what callbacks ask for happens at the next step."""

from __future__ import annotations

import inspect
import json
from typing import get_args

import pytest
import torch

from fgc.runtime.callbacks.events import Events
from fgc.runtime.trainer.checkpoint import TrainingState
from fgc.runtime.trainer.loop import train
from fgc.runtime.trainer.resume import resume
from fgc.targets.train import skeleton
from fgc.targets.train.program import TRAIN

EVENTS = {
    name: method
    for name, method in vars(Events).items()
    if not name.startswith("_") and callable(method)
}
STATE = ("state_dict", "load_state_dict")


class Recorder:
    """Notes each event that it is asked to handle, with the step and what else it is given."""

    def __init__(self, state=None) -> None:
        self.seen: list[tuple[str, int, object]] = []
        self.about = state or (lambda state: None)

    def handlers(self) -> dict[str, list]:
        return {name: [self._handler(name)] for name in EVENTS if name not in STATE}

    def _handler(self, name: str):
        def handle(state, *rest):
            self.seen.append((name, state.progress.step, rest[0] if rest else self.about(state)))
            return False

        return handle

    def names(self, step: int) -> list[str]:
        return [name for name, at, _ in self.seen if at == step]


def test_the_loop_the_skeleton_and_the_compiler_know_the_same_events() -> None:
    events = {
        name: tuple(inspect.signature(method).parameters)[1:]
        for name, method in EVENTS.items()
        if name not in STATE
    }
    assert TRAIN.callbacks is not None
    assert events == TRAIN.callbacks.events
    assert tuple(name for name in EVENTS if name in STATE) == TRAIN.callbacks.state
    for function in (train, skeleton.main):
        parameters = inspect.signature(function).parameters
        taken = [name for name in parameters if name.startswith(("on_", "should_"))]
        assert taken == list(events)
        assert parameters[TRAIN.callbacks.states].default is None
        for name, given in events.items():
            handlers, nothing = get_args(parameters[name].annotation)
            (handler,) = get_args(handlers)
            takes, _ = get_args(handler)
            assert (takes[0], len(takes), nothing) == (TrainingState, len(given), type(None))


def test_each_event_comes_in_its_place(small_run) -> None:
    run = small_run()
    recorder = Recorder()
    run.train(5, logging_steps=2, eval_steps=4, save_steps=4, **recorder.handlers())
    assert recorder.names(0) == [
        "on_train_begin",
        "should_training_stop",
        "on_step_begin",
        "on_pre_optimizer_step",
        "on_optimizer_step",
    ]
    between = recorder.names(0)[1:]
    asked = ["should_evaluate", "should_save"]
    assert recorder.names(1) == ["on_step_end", *asked, *between]
    assert recorder.names(2) == ["on_step_end", "on_log", *asked, *between]
    # the cadence decides, and nobody is asked
    assert recorder.names(4) == ["on_step_end", "on_log", "on_evaluate", "on_save", *between]
    assert recorder.names(5) == [
        "on_step_end",
        *asked,
        "on_save",
        "on_log",
        "on_evaluate",
        "on_train_end",
    ]


def test_events_are_given_what_they_are_about(small_run) -> None:
    run = small_run()
    recorder = Recorder()
    run.train(5, logging_steps=2, eval_steps=4, save_steps=4, **recorder.handlers())
    written = [json.loads(line) for line in (run.output / "metrics.jsonl").open()]
    given = [about for name, _, about in recorder.seen if name in ("on_log", "on_evaluate")]
    assert given == [record for record in written if {"loss", "eval_loss"} & record.keys()]
    folders = [about for name, _, about in recorder.seen if name == "on_save"]
    assert folders == sorted(run.checkpoints.iterdir())


def test_gradients_are_there_before_and_behind_the_optimizer(small_run) -> None:
    run = small_run()
    weight = run.model.lm_head.weight
    recorder = Recorder(
        lambda state: (weight.detach().clone(), None if weight.grad is None else weight.grad.norm())
    )
    names = ("on_step_begin", "on_pre_optimizer_step", "on_optimizer_step", "on_step_end")
    handlers = {n: h for n, h in recorder.handlers().items() if n in names}
    run.train(3, max_grad_norm=1e-3, **handlers)
    begin, before, behind, end = (about for _, _, about in recorder.seen[-4:])
    assert torch.equal(begin[0], before[0])
    assert not torch.equal(before[0], behind[0])
    assert torch.equal(behind[0], end[0])
    assert begin[1] is None
    assert 0 < before[1] <= 1.1e-3
    assert before[1] == behind[1]
    assert end[1] is None


def test_callbacks_are_called_in_their_order(small_run) -> None:
    calls: list[str] = []
    both = [lambda state: calls.append("first"), lambda state: calls.append("second")]
    small_run().train(2, on_step_end=both)
    assert calls == ["first", "second"] * 2


def test_a_callback_can_ask_to_evaluate_and_to_save(small_run) -> None:
    run = small_run()
    run.train(
        6,
        eval_steps=None,
        should_evaluate=[lambda state: state.progress.step == 2],
        should_save=[lambda state: False, lambda state: state.progress.step in (2, 3)],
    )
    steps = [record["step"] for record in run.metrics() if "eval_loss" in record]
    assert steps == [2, 6]
    assert run.saved() == ["step-00000002", "step-00000003", "step-00000006"]


def test_a_callback_can_stop_the_run_before_the_next_step(small_run) -> None:
    run = small_run()
    assert run.train(should_training_stop=[lambda state: state.progress.step == 4]) is None
    assert run.saved() == ["step-00000004"]
    # it ends as a run does that has taken all its steps
    assert [r["step"] for r in run.metrics() if "final" in r] == [4]


def test_a_run_that_is_over_stays_over(small_run) -> None:
    over = {"should_training_stop": [lambda state: state.progress.step >= 4]}
    small_run().train(**over)
    again = small_run()
    again.resume()
    again.train(**over)
    assert again.progress.step == 4
    assert again.saved() == ["step-00000004"]


class Patience:
    """Wants the run to end once the held-out loss has not fallen `evaluations` times in a row."""

    def __init__(self, evaluations: int) -> None:
        self.evaluations = evaluations
        self.best = float("inf")
        self.worse: list[int] = []

    def on_evaluate(self, state, record) -> None:
        if record["eval_loss"] < self.best:
            self.best, self.worse = record["eval_loss"], []
        else:
            self.worse.append(record["step"])

    def should_training_stop(self, state) -> bool:
        return len(self.worse) >= self.evaluations

    def state_dict(self) -> dict:
        return {"best": self.best, "worse": self.worse}

    def load_state_dict(self, state: dict) -> None:
        self.best, self.worse = state["best"], state["worse"]


def run_with_patience(run, *stops: int) -> Patience:
    """Trains up to each of ``stops`` in a process of its own."""
    patience = Patience(3)
    for stop in stops:
        patience = Patience(3)
        process = run()
        named = {"patience": patience}
        resume("auto", process.checkpoints, process.state, process.folder, callbacks=named)
        process.train(
            stop,
            eval_steps=1,
            on_evaluate=[patience.on_evaluate],
            should_training_stop=[patience.should_training_stop],
            callbacks=named,
        )
    return patience


def test_a_callbacks_state_goes_through_a_checkpoint(small_run) -> None:
    whole = run_with_patience(lambda: small_run("whole"), 12)
    parts = run_with_patience(lambda: small_run("parts"), 2, 5, 12)
    # random tokens: the held-out loss rises sooner or later
    assert len(whole.worse) == 3
    assert parts.state_dict() == whole.state_dict()
    assert small_run("parts").metrics() == small_run("whole").metrics()
    assert small_run("parts").saved()[-1] == small_run("whole").saved()[-1] < "step-00000012"
    last = small_run("parts").saved()[-1]
    files = small_run("parts").manifest(int(last.removeprefix("step-")))["files"]
    assert {"component": "callback patience", "path": "callback-patience.pt"}.items() <= next(
        file for file in files if file["path"].startswith("callback")
    ).items()


def test_a_callback_that_was_added_since_begins_anew(small_run) -> None:
    small_run().train(3)
    patience = run_with_patience(lambda: small_run(), 4)
    assert patience.best < float("inf")


@pytest.mark.parametrize("event", [name for name in EVENTS if name.startswith("on_")])
def test_an_error_in_a_handler_is_the_runs(small_run, event: str) -> None:
    def broken(*given):
        raise LookupError("a broken callback")

    run = small_run()
    with pytest.raises(LookupError, match="a broken callback"):
        run.train(4, logging_steps=2, eval_steps=2, save_steps=2, **{event: [broken]})
