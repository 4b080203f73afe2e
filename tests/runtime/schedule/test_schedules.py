"""Schedules have the values of transformers' own, or of their formula, in steps and in tokens."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from torch.optim.lr_scheduler import LRScheduler
from transformers import (
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_linear_schedule_with_warmup,
    get_wsd_schedule,
)
from transformers.optimization import get_cosine_with_min_lr_schedule_with_warmup

from fgc.runtime.schedule import (
    batch_tokens,
    constant,
    cosine,
    exponential,
    infinite,
    linear,
    scaled_lr,
    steps,
    warmup_stable_decay,
)

LR = 3e-3


def optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)


def values(schedule: LRScheduler, count: int = 110) -> list[float]:
    rates = []
    for _ in range(count):
        rates.append(float(schedule.get_last_lr()[0]))
        schedule.optimizer.step()
        schedule.step()
    return rates


def close(left: list[float], right: list[float]) -> bool:
    return all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-15) for a, b in zip(left, right, strict=True)
    )


@pytest.mark.parametrize(
    ("shape", "theirs"), [("linear", "linear"), ("cosine", "cosine"), ("sqrt", "1-sqrt")]
)
@pytest.mark.parametrize("floor", [0.0, 0.1])
def test_warmup_stable_decay(shape, theirs, floor) -> None:
    ours = values(
        warmup_stable_decay(
            optimizer(), total=100, warmup=10, decay=30, min_lr_ratio=floor, decay_shape=shape
        )
    )
    reference = values(
        get_wsd_schedule(
            optimizer(), num_warmup_steps=10, num_stable_steps=60, num_decay_steps=30,
            decay_type=theirs, min_lr_ratio=floor,
        )
    )  # fmt: skip
    # their warm-up rises from the floor, ours from 0
    start = 10 if floor else 0
    assert close(ours[start:], reference[start:])
    assert ours[0] == 0.0
    assert ours[5] == LR / 2


@pytest.mark.parametrize("warmup", [10, None])
@pytest.mark.parametrize(
    ("make", "theirs"),
    [(cosine, get_cosine_schedule_with_warmup), (linear, get_linear_schedule_with_warmup)],
)
def test_falling_until_the_end(make, theirs, warmup) -> None:
    reference = theirs(optimizer(), warmup or 0, 100)
    assert close(values(make(optimizer(), total=100, warmup=warmup), 101), values(reference, 101))


def test_cosine_to_a_floor() -> None:
    reference = get_cosine_with_min_lr_schedule_with_warmup(optimizer(), 10, 100, min_lr_rate=0.1)
    ours = cosine(optimizer(), total=100, warmup=10, min_lr_ratio=0.1)
    assert close(values(ours, 101), values(reference, 101))
    # and stays there, where theirs would rise again
    assert close(values(ours, 20), [0.1 * LR] * 20)


def test_linear_to_a_floor() -> None:
    ours = values(linear(optimizer(), total=100, warmup=10, min_lr_ratio=0.1), 120)
    falling = np.interp(np.arange(120), [10, 100], [LR, 0.1 * LR])
    assert close(ours[10:], falling[10:].tolist())


@pytest.mark.parametrize("warmup", [10, None])
def test_constant(warmup) -> None:
    reference = get_constant_schedule_with_warmup(optimizer(), warmup or 0)
    assert close(values(constant(optimizer(), warmup=warmup)), values(reference))


@pytest.mark.parametrize("warmup", [10, None])
@pytest.mark.parametrize("per_step", [1, 7])
def test_infinite(warmup, per_step) -> None:
    ours = infinite(
        optimizer(), warmup=warmup, cooldown=150, per_step=per_step, constant_lr_ratio=0.2
    )
    place = np.arange(110, dtype=np.float64) * per_step
    rise = warmup or 0
    falling = 0.2 + 0.8 * (1 + np.cos(np.pi * np.clip((place - rise) / 150, 0, 1))) / 2
    rising = place / (warmup or 1)
    expected = LR * np.where(place < rise, rising, falling)
    assert close(values(ours), expected.tolist())


def test_infinite_stays_at_the_rate_to_the_bit() -> None:
    ours = values(infinite(optimizer(), warmup=5, cooldown=20, constant_lr_ratio=0.1), 500)
    assert set(ours[25:]) == {LR * 0.1}


@pytest.mark.parametrize("per_step", [1, 7])
def test_exponential(per_step) -> None:
    ours = exponential(optimizer(), time_constant=40, per_step=per_step, min_lr_ratio=0.05)
    place = np.arange(110, dtype=np.float64) * per_step
    expected = LR * (0.05 + 0.95 * np.exp(-place / 40))
    assert close(values(ours), expected.tolist())


@pytest.mark.parametrize("floor", [0.0, 0.05, 0.1, 1 / 3, 0.7])
def test_what_only_falls_starts_at_the_rate_itself(floor) -> None:
    """So that a run which begins with it at a checkpoint goes on without a jump."""
    for schedule in (
        exponential(optimizer(), time_constant=40, min_lr_ratio=floor),
        linear(optimizer(), total=100, min_lr_ratio=floor),
        cosine(optimizer(), total=100, min_lr_ratio=floor),
        warmup_stable_decay(optimizer(), total=100, decay=100, min_lr_ratio=floor),
    ):
        assert values(schedule, 1) == [LR]


# Each schedule by its lengths, and what else it takes.
ALL: dict[Callable[..., LRScheduler], tuple[dict[str, int], dict[str, float]]] = {
    constant: ({"warmup": 10}, {}),
    cosine: ({"total": 100, "warmup": 10}, {"min_lr_ratio": 0.1}),
    exponential: ({"time_constant": 30}, {"min_lr_ratio": 0.1}),
    infinite: ({"warmup": 10, "cooldown": 41}, {"constant_lr_ratio": 0.3}),
    linear: ({"total": 100, "warmup": 10}, {"min_lr_ratio": 0.1}),
    warmup_stable_decay: ({"total": 100, "warmup": 10, "decay": 30}, {"min_lr_ratio": 0.1}),
}


@pytest.mark.parametrize("make", ALL)
def test_tokens_are_steps_times_their_size(make) -> None:
    lengths, rest = ALL[make]
    in_tokens = {name: 2048 * length for name, length in lengths.items()}
    schedule = make(optimizer(), per_step=2048, **in_tokens, **rest)
    assert close(values(make(optimizer(), **lengths, **rest)), values(schedule))


@pytest.mark.parametrize("make", ALL)
def test_multiplies_the_rate_of_each_group(make) -> None:
    weights = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    groups = [{"params": weights[:1]}, {"params": weights[1:], "lr": 0.25 * LR}]
    schedule = make(torch.optim.SGD(groups, lr=LR), **ALL[make][0], **ALL[make][1])
    rates = []
    for _ in range(110):
        rates.append(schedule.get_last_lr())
        schedule.optimizer.step()
        schedule.step()
    assert [pair[0] for pair in rates] == values(make(optimizer(), **ALL[make][0], **ALL[make][1]))
    assert all(pair[1] == pytest.approx(0.25 * pair[0], rel=1e-15) for pair in rates)


def test_a_longer_run_shares_its_beginning() -> None:
    short = values(warmup_stable_decay(optimizer(), total=100, warmup=10, decay=20), 80)
    long = values(warmup_stable_decay(optimizer(), total=200, warmup=10, decay=20), 80)
    assert short == long
    assert short == values(constant(optimizer(), warmup=10), 80)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (partial(warmup_stable_decay, total=100, warmup=60, decay=41), "do not fit into a run"),
        (partial(warmup_stable_decay, total=100, decay=101), "do not fit into a run"),
        (partial(warmup_stable_decay, total=100, decay=0), "do not fit into a run"),
        (partial(cosine, total=100, warmup=100), "does not fit into a run of 100"),
        (partial(linear, total=100, warmup=100), "does not fit into a run of 100"),
        (partial(infinite, cooldown=0, constant_lr_ratio=0.1), "the cool-down is 0 long"),
        (partial(exponential, time_constant=0), "the time constant is 0"),
    ],
)
def test_parts_that_do_not_fit_are_errors(make, message) -> None:
    with pytest.raises(ValueError, match=message):
        make(optimizer())


def test_budget() -> None:
    assert batch_tokens(batch_size=8, seq_len=256, world_size=1) == 2048
    per_step = batch_tokens(batch_size=8, seq_len=256, gradient_accumulation_steps=4, world_size=2)
    assert per_step == 16_384
    assert [steps(tokens, 2048) for tokens in (1, 2048, 2049)] == [1, 1, 2]
    assert scaled_lr(1e-3, 4096, base_batch_tokens=1024, alpha=0.5) == 2e-3
    assert scaled_lr(1e-3, 4096, base_batch_tokens=1024, alpha=1.0) == 4e-3
