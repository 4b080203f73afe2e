"""The loop does what a bare loop does, and nothing beside it."""

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from fgc.runtime.trainer import loop
from fgc.runtime.trainer.metrics import read_run


class Operations(TorchDispatchMode):
    """Records the names of the aten operations that run within its `with`."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.names.append(str(func))
        return func(*args, **(kwargs or {}))


def bare_loop(run, steps: int, max_grad_norm: float | None) -> list[torch.Tensor]:
    """What one would write by hand where nothing but the losses is wanted."""
    losses = []
    run.model.train()
    for _ in range(steps):
        batch = next(run.batches)
        loss = run.model(
            input_ids=batch.input_ids,
            labels=batch.labels,
            num_items_in_batch=batch.num_targets,
            use_cache=False,
        ).loss
        loss.backward()
        losses.append(loss.detach())
        if max_grad_norm is not None:
            nn.utils.clip_grad_norm_(run.model.parameters(), max_grad_norm)
        run.optimizer.step()
        run.schedule.step()
        run.optimizer.zero_grad(set_to_none=True)
    return losses


def test_same_operations_in_the_same_order_as_a_bare_loop(small_run, monkeypatch) -> None:
    # a checkpoint ends the run, not a step
    monkeypatch.setattr(loop, "save_checkpoint", lambda *args, **kwargs: None)
    for max_grad_norm in (None, 0.5):
        bare = small_run("bare")
        with Operations() as expected:
            bare_loop(bare, 6, max_grad_norm)
        ours = small_run("ours")
        with Operations() as done:
            ours.train(
                6, max_grad_norm=max_grad_norm, eval_data=None, logging_steps=100, eval_steps=None
            )
        # the final log record reads six losses
        reads = ["aten._local_scalar_dense.default"] * 6
        assert len(expected.names) > 500
        assert done.names == expected.names + reads
        for name, tensor in bare.model.state_dict().items():
            assert torch.equal(tensor, ours.model.state_dict()[name]), name


def test_logs_what_the_bare_loop_sees(small_run) -> None:
    losses = [loss.item() for loss in bare_loop(small_run("bare"), 10, 0.5)]
    ours = small_run("ours")
    ours.train(10, eval_steps=None)
    first, second = (record["loss"] for record in ours.metrics() if "learning_rate" in record)
    assert abs(first - sum(losses[:5]) / 5) < 1e-6
    assert abs(second - sum(losses[5:]) / 5) < 1e-6


def test_records_and_cadences(small_run) -> None:
    run = small_run()
    run.train(12)
    kinds = [
        (record["step"], sorted(record.keys() - {"step", "tokens"})) for record in run.metrics()
    ]
    logged = ["grad_norm", "learning_rate", "loss"]
    assert kinds == [
        (4, ["eval_loss"]),
        (5, logged),
        (8, ["eval_loss"]),
        (10, logged),
        (12, ["eval_loss"]),
        (12, ["final", "loss"]),
    ]
    assert [record["tokens"] for record in run.metrics()] == [128, 160, 256, 320, 384, 384]
    # the rate of the fifth step, the fourth after the warm-up's start at zero
    assert run.metrics()[1]["learning_rate"] == 1e-2
    assert run.saved() == ["step-00000012"]


def test_what_is_off_leaves_no_trace(small_run) -> None:
    run = small_run()
    run.train(12, max_grad_norm=None, eval_data=None, eval_steps=None)
    names = {name for record in run.metrics() for name in record}
    assert names == {"step", "tokens", "loss", "learning_rate", "final"}


def test_saving_is_no_part_of_the_speed(small_run, monkeypatch) -> None:
    """By a clock that goes on by a second a step, and by a thousand while a checkpoint is saved."""
    now = 0.0
    monkeypatch.setattr("time.perf_counter", lambda: now)
    save, step = loop.save_checkpoint, torch.optim.AdamW.step

    def slow_save(*args, **kwargs):
        nonlocal now
        now += 1000
        save(*args, **kwargs)

    def timed_step(*args, **kwargs):
        nonlocal now
        now += 1
        return step(*args, **kwargs)

    monkeypatch.setattr(loop, "save_checkpoint", slow_save)
    monkeypatch.setattr(torch.optim.AdamW, "step", timed_step)
    run = small_run()
    run.train(6, save_steps=3, logging_steps=2, eval_steps=None)
    records = read_run(run.output / "metrics.jsonl").records
    assert [r["tokens_per_second"] for r in records if "loss" in r] == [32.0] * 3


def test_accumulation_equals_one_large_batch(small_run) -> None:
    small, large = (small_run(name, attention_dropout=0.0) for name in ("small", "large"))
    large.batches.batch_size = 6
    small.train(4, gradient_accumulation_steps=3, logging_steps=1)
    large.train(4, logging_steps=1)
    for left, right in zip(small.metrics(), large.metrics(), strict=True):
        assert left["step"] == right["step"]
        if "loss" in left:
            assert abs(left["loss"] - right["loss"]) < 1e-5
    for name, tensor in small.model.state_dict().items():
        torch.testing.assert_close(tensor, large.model.state_dict()[name], rtol=1e-3, atol=1e-4)


def test_a_loss_that_is_not_finite_ends_the_run(small_run) -> None:
    run = small_run()
    run.train(4)
    with torch.no_grad():
        run.model.lm_head.weight.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match="the loss is nan between steps 0 and 5"):
        run.train(12)
    # the state of before is what a new process goes on from
    assert run.saved() == ["step-00000004"]
