"""Runs in 16 bits do what a plain loop with torch's own means does, to the bit."""

import json
from collections.abc import Callable
from contextlib import nullcontext

import pytest
import torch
from torch import Tensor, nn
from transformers import Trainer, TrainingArguments

from fgc.runtime.data.batch import Batch
from fgc.runtime.nn import RMSNorm, RotaryEmbedding
from fgc.runtime.nn.rotary import rotary_frequencies
from fgc.runtime.trainer import loop, strategy
from fgc.runtime.trainer.evaluate import evaluate
from fgc.runtime.trainer.precision import default_dtype, scaled_step
from tests.runtime.trainer.test_resume import assert_same_state

CPU = torch.device("cpu")
DTYPES = {None: None, "bf16": torch.bfloat16, "fp16": torch.float16}
# With this first scale the gradients of the first steps overflow in float16.
TOO_LARGE = 2.0**26
SETTINGS = {
    "bf16": {"precision": "bf16"},
    "fp16": {"precision": "fp16", "first_scale": 2.0**16},
    "fp16 that overflows": {"precision": "fp16", "first_scale": TOO_LARGE},
    "bf16 weights": {"precision": None, "dtype": torch.bfloat16},
    "bf16 weights and autocast": {"precision": "bf16", "dtype": torch.bfloat16},
}


def made(small_run: Callable, case: str, name: str):
    """A run in a precision, and what its loop is told."""
    settings = dict(SETTINGS[case])
    precision = settings.pop("precision")
    return small_run(name, **settings), precision


def plain_loop(
    run, steps: int, precision: str | None, accumulation: int | None, max_grad_norm: float | None
) -> list[float]:
    """torch's own recipe; returns the losses. Steps that are skipped do not move the schedule."""
    losses = []
    dtype, scaler = DTYPES[precision], run.scaler
    run.model.train()
    for _ in range(steps):
        batches = [next(run.batches) for _ in range(accumulation or 1)]
        num_targets = sum(batch.num_targets for batch in batches)
        loss_of_step = 0.0
        for batch in batches:
            with nullcontext() if dtype is None else torch.autocast("cpu", dtype=dtype):
                loss = run.model(
                    input_ids=batch.input_ids,
                    labels=batch.labels,
                    num_items_in_batch=num_targets,
                    use_cache=False,
                ).loss
            (loss if scaler is None else scaler.scale(loss)).backward()
            loss_of_step = loss_of_step + loss.detach()
        if scaler is not None:
            scaler.unscale_(run.optimizer)
        if max_grad_norm is not None:
            nn.utils.clip_grad_norm_(run.model.parameters(), max_grad_norm)
        finite = all(p.grad.isfinite().all() for p in run.model.parameters())
        if scaler is None:
            run.optimizer.step()
        else:
            scaler.step(run.optimizer)
            scaler.update()
        if scaler is None or finite:
            run.schedule.step()
        run.optimizer.zero_grad()
        losses.append(float(loss_of_step))
    return losses


@pytest.mark.parametrize("accumulation", [None, 2])
@pytest.mark.parametrize("max_grad_norm", [None, 0.5])
@pytest.mark.parametrize("case", SETTINGS)
def test_equals_torch_s_own_recipe(small_run, case, max_grad_norm, accumulation) -> None:
    plain, precision = made(small_run, case, "plain")
    losses = plain_loop(plain, 10, precision, accumulation, max_grad_norm)
    ours, _ = made(small_run, case, "ours")
    ours.train(
        10,
        precision=precision,
        gradient_accumulation_steps=accumulation,
        max_grad_norm=max_grad_norm,
        logging_steps=1,
        eval_data=None,
    )
    assert [record["loss"] for record in ours.metrics() if "loss" in record] == losses
    plain.progress = ours.progress
    assert_same_state(plain, ours)
    assert plain.schedule.state_dict()["last_epoch"] == ours.schedule.state_dict()["last_epoch"]
    if ours.scaler is not None:
        assert plain.scaler.state_dict() == ours.scaler.state_dict()


def test_the_precisions_differ(small_run) -> None:
    """So that what is compared above is not the same for all."""
    weights = set()
    for case in ("bf16", "fp16", "bf16 weights"):
        run, precision = made(small_run, case, case)
        run.train(3, precision=precision, eval_data=None)
        weights.add(float(run.model.lm_head.weight.detach().double().sum()))
    full = small_run("full")
    full.train(3, eval_data=None)
    assert len(weights | {float(full.model.lm_head.weight.detach().double().sum())}) == 4


class Batches(Trainer):
    """transformers' Trainer over batches that are given."""

    def __init__(self, batches: list[Batch], *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.batches = batches

    def get_train_dataloader(self):
        return [{"input_ids": b.input_ids, "labels": b.labels} for b in self.batches]


@pytest.mark.parametrize("accumulation", [None, 3])
def test_equals_transformers_trainer(small_run, tmp_path, accumulation) -> None:
    theirs = small_run("theirs", attention_dropout=0.0)
    count = 6 * (accumulation or 1)
    arguments = TrainingArguments(
        output_dir=str(tmp_path / "trainer"),
        max_steps=6,
        gradient_accumulation_steps=accumulation or 1,
        bf16=True,
        use_cpu=True,
        max_grad_norm=0.5,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
    )
    Batches(
        [next(theirs.batches) for _ in range(count)],
        theirs.model,
        arguments,
        train_dataset=theirs.batches.data,
        optimizers=(theirs.optimizer, theirs.schedule),
    ).train()
    ours = small_run("ours", attention_dropout=0.0)
    ours.train(6, precision="bf16", gradient_accumulation_steps=accumulation, eval_data=None)
    for name, tensor in theirs.model.state_dict().items():
        assert torch.equal(tensor, ours.model.state_dict()[name]), name
    assert theirs.schedule.get_last_lr() == ours.schedule.get_last_lr()


@pytest.mark.parametrize("accumulation", [None, 2])
@pytest.mark.parametrize("case", SETTINGS)
def test_a_stopped_run_goes_on_to_the_bit(small_run, case, accumulation) -> None:
    knobs = {"gradient_accumulation_steps": accumulation, "logging_steps": 1}
    whole, precision = made(small_run, case, "whole")
    whole.train(precision=precision, **knobs)
    for stop in (2, 7, 12):  # the first of them while the scale still falls
        part, _ = made(small_run, case, "parts")
        part.resume()
        part.train(stop, precision=precision, **knobs)
    assert_same_state(part, whole)
    assert part.metrics() == whole.metrics()
    assert part.schedule.state_dict() == whole.schedule.state_dict()
    if whole.scaler is not None:
        assert part.scaler.state_dict() == whole.scaler.state_dict()


def test_a_step_that_overflows_changes_neither_weights_nor_learning_rate(small_run) -> None:
    run = small_run(first_scale=TOO_LARGE)
    before = {name: tensor.clone() for name, tensor in run.model.state_dict().items()}
    run.train(1, precision="fp16", logging_steps=1, eval_data=None)
    assert all(torch.equal(before[name], t) for name, t in run.model.state_dict().items())
    assert not run.optimizer.state_dict()["state"]
    assert run.schedule.last_epoch == 0
    assert run.progress.step == 1
    assert (run.batches.epoch, run.batches.index) == (0, 2)
    (record,) = (r for r in run.metrics() if "final" not in r)
    assert record["loss_scale"] == TOO_LARGE / 2
    assert "grad_norm" not in record
    run.train(12, precision="fp16", logging_steps=1, eval_data=None)
    skipped = [r["step"] for r in run.metrics() if "loss" in r and "grad_norm" not in r]
    assert skipped[:3] == [1, 2, 3]
    assert 3 <= len(skipped) < 10
    assert run.schedule.last_epoch == 12 - len(skipped)
    assert run.scaler.get_scale() == TOO_LARGE / 2 ** len(skipped)
    # what the metrics hold is JSON that others read too
    for line in (run.output / "metrics.jsonl").read_text().splitlines():
        json.loads(line, parse_constant=lambda name: pytest.fail(name))


def test_a_step_is_taken_or_not() -> None:
    parameter = nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    scaler = torch.amp.GradScaler("cpu", 4.0)
    for gradient, taken in ((1.0, True), (float("inf"), False), (float("nan"), False), (2.0, True)):
        scaler.scale(parameter.sum() * gradient).backward()
        assert scaled_step(scaler, optimizer) is taken
        optimizer.zero_grad()
    assert parameter.tolist() == [-3.0, -3.0]
    assert scaler.get_scale() == 1.0


def test_a_checkpoint_without_a_scale_is_of_another_run(small_run) -> None:
    small_run().train(4)
    with pytest.raises(SystemExit, match=r"cannot go on from .*: it has no scaler\.pt"):
        small_run(first_scale=2.0).resume()


@pytest.mark.parametrize("precision", [None, "bf16", "fp16"])
@torch.no_grad()
def test_the_held_out_loss_is_in_the_precision_of_training(small_run, precision) -> None:
    run = small_run()
    run.model.eval()
    dtype = DTYPES[precision]
    total = targets = 0.0
    for batch in run.eval_data:
        with nullcontext() if dtype is None else torch.autocast("cpu", dtype=dtype):
            logits = run.model(input_ids=batch.input_ids, use_cache=False).logits
        assert logits.dtype == (dtype or torch.float32)
        logits, labels = logits[:, :-1].flatten(0, 1).float(), batch.labels[:, 1:].flatten()
        total += float(nn.functional.cross_entropy(logits, labels, reduction="sum"))
        targets += labels.numel()
    measured = evaluate(run.model, run.eval_data, CPU, precision=precision)
    assert abs(measured - total / targets) < 1e-6
    exact = evaluate(run.model, run.eval_data, CPU)
    assert (measured == exact) is (precision is None)


def test_autocast_surrounds_the_forward_pass_and_the_loss_alone(small_run) -> None:
    run = small_run()
    seen = {}
    run.model.lm_head.register_forward_hook(lambda m, i, o: seen.update(logits=o.dtype))
    run.model.register_forward_hook(lambda m, i, o: seen.update(loss=o.loss.dtype))
    run.model.lm_head.weight.register_hook(
        lambda grad: seen.update(backward=torch.is_autocast_enabled("cpu"))
    )
    run.optimizer.register_step_pre_hook(
        lambda *_: seen.update(
            step=torch.is_autocast_enabled("cpu"), gradient=run.model.lm_head.weight.grad.dtype
        )
    )
    run.train(1, precision="bf16", eval_data=None)
    assert seen == {
        "logits": torch.bfloat16,
        "loss": torch.float32,
        "backward": False,
        "gradient": torch.float32,
        "step": False,
    }


def test_weights_in_bfloat16_have_gradients_and_states_of_their_dtype(small_run) -> None:
    run = small_run(dtype=torch.bfloat16)
    losses = []
    run.model.register_forward_hook(lambda m, i, o: losses.append(o.loss.dtype))
    run.train(2, eval_data=None)
    state = run.optimizer.state[run.model.lm_head.weight]
    assert {p.dtype for p in run.model.parameters()} == {torch.bfloat16}
    assert state["exp_avg"].dtype == state["exp_avg_sq"].dtype == torch.bfloat16
    assert set(losses) == {torch.float32}
    assert run.model.model.rotary_emb.inv_freq.dtype == torch.float32


def test_what_is_made_under_a_default_dtype() -> None:
    """Weights have it; norms and rotary positions compute in float32 all the same."""
    with default_dtype(torch.bfloat16):
        norm, rotary = RMSNorm(hidden_size=64, eps=1e-5), RotaryEmbedding(head_dim=8, theta=1e4)
        with pytest.raises(ZeroDivisionError), default_dtype(torch.float64):
            raise ZeroDivisionError
        assert torch.get_default_dtype() is torch.bfloat16
    assert torch.get_default_dtype() is torch.float32
    assert norm.weight.dtype is torch.bfloat16
    torch.manual_seed(0)
    states = torch.randn(2, 5, 64, dtype=torch.bfloat16)
    mean = states.float().pow(2).mean(-1, keepdim=True)
    expected = (states.float() * torch.rsqrt(mean + 1e-5)).bfloat16()
    assert torch.equal(norm(states), expected)

    assert torch.equal(rotary.inv_freq, rotary_frequencies(8, 1e4))
    positions = torch.arange(1000, 1005)[None]
    cos, sin = rotary(states, positions)
    angles = positions[:, None, :, None].float() * rotary_frequencies(8, 1e4)
    assert torch.equal(cos, angles.cos().bfloat16())
    assert torch.equal(sin, angles.sin().bfloat16())


class Exact(nn.Module):
    """A next-token model in float64 throughout, its loss included."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(11, 5, dtype=torch.float64)
        self.head = nn.Linear(5, 11, dtype=torch.float64)

    def forward(self, input_ids: Tensor, labels: Tensor, num_items_in_batch: int, **_: object):
        logits = self.head(self.embed(input_ids).cumsum(1)[:, :-1])
        total = nn.functional.cross_entropy(
            logits.flatten(0, 1), labels[:, 1:].flatten(), reduction="sum"
        )
        return type("Output", (), {"loss": total / num_items_in_batch})


def test_uneven_batches_have_the_gradients_of_one_large_batch() -> None:
    torch.manual_seed(0)
    model = Exact()
    ids = torch.randint(0, 11, (6, 9))
    labels = ids.clone()
    for row, targets in enumerate((8, 1, 0, 3, 8, 5)):
        labels[row, 1 + targets :] = -100
    batches = [
        Batch(ids[rows], labels[rows], int((labels[rows, 1:] != -100).sum()))
        for rows in (slice(0, 1), slice(1, 3), slice(3, 6))
    ]
    assert [batch.num_targets for batch in batches] == [8, 1, 16]
    results = []
    for parts in (batches, [Batch(ids, labels, 25)]):
        model.zero_grad()
        num_targets = sum(batch.num_targets for batch in parts)
        loss = strategy.accumulate(model, parts, num_targets, CPU)  # type: ignore[arg-type]
        results.append((loss, [p.grad.clone() for p in model.parameters()]))
    (small, gradients), (large, expected) = results
    torch.testing.assert_close(small, large, rtol=1e-14, atol=0)
    for left, right in zip(gradients, expected, strict=True):
        torch.testing.assert_close(left, right, rtol=1e-12, atol=1e-15)


def test_attention_runs_in_the_kernels_that_are_named(small_run, monkeypatch) -> None:
    used = []
    attention = nn.functional.scaled_dot_product_attention

    def spy(*args, **kwargs):
        used.append(torch.nn.attention._cur_sdpa_kernel_backends(with_priority=True))
        return attention(*args, **kwargs)

    monkeypatch.setattr(nn.functional, "scaled_dot_product_attention", spy)
    before = torch.nn.attention._cur_sdpa_kernel_backends(with_priority=True)
    run = small_run()
    run.train(1, sdpa_backends=["MATH", "FLASH_ATTENTION"])
    kernels = torch.nn.attention.SDPBackend
    assert used
    assert all(each == [kernels.MATH, kernels.FLASH_ATTENTION] for each in used)
    assert torch.nn.attention._cur_sdpa_kernel_backends(with_priority=True) == before
    run.train(2, sdpa_backends=["MATH"])
    assert used[-1] == [kernels.MATH]


def test_a_kernel_that_cannot_serve_is_an_error(small_run) -> None:
    run = small_run()
    with pytest.raises(RuntimeError, match=r"No (available|viable)"):
        run.train(1, sdpa_backends=["CUDNN_ATTENTION"])


def test_kernels_are_chosen_once_not_in_each_step(small_run, monkeypatch) -> None:
    entered = []
    kernels = loop.sdpa_kernel
    monkeypatch.setattr(
        loop,
        "sdpa_kernel",
        lambda *args, **kwargs: entered.append(args) or kernels(*args, **kwargs),
    )
    small_run().train(4, sdpa_backends=["MATH"])
    assert len(entered) == 1
