"""TensorBoard reads back what metrics.jsonl holds, each step once."""

from __future__ import annotations

from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from fgc.runtime.callbacks.samples import TextSamples
from fgc.runtime.callbacks.tensorboard import TensorBoard
from fgc.runtime.trainer import strategy
from fgc.runtime.trainer.metrics import read_run


def read(output: Path) -> EventAccumulator:
    accumulator = EventAccumulator(str(output / "tensorboard"), size_guidance={"scalars": 0})
    accumulator.Reload()
    return accumulator


def scalars(output: Path) -> dict[str, list[tuple[int, float]]]:
    found = read(output)
    return {
        name: [(event.step, event.value) for event in found.Scalars(name)]
        for name in found.Tags()["scalars"]
    }


def recorded(output: Path) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = {}
    for record in read_run(output / "metrics.jsonl").records:
        for name in record.keys() - {"step", "tokens", "seconds", "final"}:
            found.setdefault(name, []).append((record["step"], pytest.approx(record[name])))
    return found


def train(run, last_step: int = 12, *, samples=None, on_evaluate=None, **settings) -> None:
    tensorboard = TensorBoard(output_dir=run.output)
    handlers: dict[str, list] = {
        name: [getattr(tensorboard, name)]
        for name in ("on_train_begin", "on_log", "on_evaluate", "on_train_end")
    }
    if samples is not None:
        samples.tensorboard = tensorboard
        handlers["on_train_begin"].append(samples.on_train_begin)
        handlers["on_evaluate"].append(samples.on_evaluate)
    if on_evaluate is not None:
        handlers["on_evaluate"].append(on_evaluate)
    run.resume()
    run.train(last_step, **settings, **handlers)


def kill_at(step: int):
    def handle(state, record):
        if record["step"] == step:
            raise KeyboardInterrupt

    return handle


def test_scalars_are_the_metrics(small_run) -> None:
    run = small_run()
    train(run)
    assert scalars(run.output) == recorded(run.output)
    assert {"loss", "eval_loss", "learning_rate", "grad_norm", "tokens_per_second"} == set(
        scalars(run.output)
    )


def test_a_value_of_zero_is_a_value(small_run) -> None:
    """The schedule begins at a rate of 0, which the first record has."""
    run = small_run()
    tensorboard = TensorBoard(output_dir=run.output)
    handlers = {name: [getattr(tensorboard, name)] for name in ("on_train_begin", "on_log")}
    run.train(2, logging_steps=1, **handlers)
    assert scalars(run.output)["learning_rate"][0] == (1, 0.0)


def test_a_run_that_was_killed_has_each_step_once(small_run) -> None:
    """From step 10 it goes back to step 9, and takes back what it wrote of the tenth."""
    run = small_run()
    with pytest.raises(KeyboardInterrupt):
        train(run, on_evaluate=kill_at(10), logging_steps=2, eval_steps=2, save_steps=9)
    assert scalars(run.output)["loss"][-1][0] == 10
    train(small_run(), logging_steps=2, eval_steps=2, save_steps=9)
    assert scalars(run.output) == recorded(run.output)
    assert [step for step, _ in scalars(run.output)["loss"]] == [2, 4, 6, 8, 10, 12]


def test_a_run_that_was_stopped_has_no_step_twice(small_run) -> None:
    # at steps that log, evaluate, and do neither; and one that is over is started again
    for stop in (5, 6, 8, 12, 12):
        run = small_run()
        train(run, stop)
    found, wanted = scalars(run.output), recorded(run.output)
    for name, points in found.items():
        assert len({step for step, _ in points}) == len(points)
        # what was measured only because the run was stopped stays
        assert [point for point in points if point[0] not in (5, 6, 8)] == [
            point for point in wanted[name] if point[0] not in (5, 6, 8)
        ]


def test_texts_are_shown_as_they_are(small_run, tokenizer) -> None:
    run = small_run()
    samples = TextSamples(
        tokenizer=tokenizer, prompts=["w3 / w4"], output_dir=run.output, max_new_tokens=3
    )
    train(run, samples=samples)
    found = read(run.output)
    (name,) = found.Tags()["tensors"]
    assert name == "samples/w3   w4/text_summary"
    events = found.Tensors(name)
    assert [event.step for event in events] == [4, 8, 12]
    text = events[0].tensor_proto.string_val[0].decode()
    assert text.startswith("    w3 / w4 w")


def test_only_the_main_process_writes(small_run, monkeypatch) -> None:
    monkeypatch.setattr(strategy.single, "is_main", lambda: False)
    monkeypatch.setattr(strategy, "is_main", lambda: False)
    run = small_run()
    train(run, 6)
    assert not (run.output / "tensorboard").exists()
