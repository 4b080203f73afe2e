"""Schedules have the values of transformers' own, in steps and in tokens."""

import math

import pytest
import torch
from transformers import get_cosine_schedule_with_warmup, get_wsd_schedule
from transformers.optimization import get_cosine_with_min_lr_schedule_with_warmup

from fgc.runtime.schedule import (
    batch_tokens,
    cosine,
    scaled_lr,
    steps,
    warmup_stable_decay,
)

LR = 3e-3


def optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)


def values(schedule, count: int = 110) -> list[float]:
    rates = []
    for _ in range(count):
        rates.append(schedule.get_last_lr()[0])
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
def test_cosine(warmup) -> None:
    reference = get_cosine_schedule_with_warmup(optimizer(), warmup or 0, 100)
    ours = values(cosine(optimizer(), total=100, warmup=warmup), 101)
    assert close(ours, values(reference, 101))


def test_cosine_to_a_floor() -> None:
    reference = get_cosine_with_min_lr_schedule_with_warmup(optimizer(), 10, 100, min_lr_rate=0.1)
    ours = cosine(optimizer(), total=100, warmup=10, min_lr_ratio=0.1)
    assert close(values(ours, 101), values(reference, 101))
    # and stays there, where theirs would rise again
    assert close(values(ours, 20), [0.1 * LR] * 20)


@pytest.mark.parametrize("make", [cosine, warmup_stable_decay])
def test_tokens_are_steps_times_their_size(make) -> None:
    decay = {} if make is cosine else {"decay": 30}
    in_steps = make(optimizer(), total=100, warmup=10, min_lr_ratio=0.1, **decay)
    decay = {name: 2048 * length for name, length in decay.items()}
    in_tokens = make(
        optimizer(), total=204_800, warmup=20_480, per_step=2048, min_lr_ratio=0.1, **decay
    )
    assert close(values(in_steps), values(in_tokens))


@pytest.mark.parametrize("make", [cosine, warmup_stable_decay])
def test_resumes_exactly(make) -> None:
    knobs = {"total": 97, "warmup": 7} | ({} if make is cosine else {"decay": 31})
    whole = make(optimizer(), **knobs)
    expected = values(whole, 80)[50:]
    first = make(optimizer(), **knobs)
    values(first, 50)
    other = optimizer()
    second = make(other, **knobs)
    other.load_state_dict(first.optimizer.state_dict())
    second.load_state_dict(first.state_dict())
    assert values(second, 30) == expected


def test_a_longer_run_shares_its_beginning() -> None:
    short = values(warmup_stable_decay(optimizer(), total=100, warmup=10, decay=20), 80)
    long = values(warmup_stable_decay(optimizer(), total=200, warmup=10, decay=20), 80)
    assert short == long


def test_parts_that_do_not_fit_are_errors() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        warmup_stable_decay(optimizer(), total=100, warmup=60, decay=41)
    with pytest.raises(ValueError, match="do not fit"):
        warmup_stable_decay(optimizer(), total=100, decay=0)
    with pytest.raises(ValueError, match="does not fit"):
        cosine(optimizer(), total=100, warmup=100)


def test_budget() -> None:
    assert batch_tokens(batch_size=8, seq_len=256, world_size=1) == 2048
    per_step = batch_tokens(batch_size=8, seq_len=256, gradient_accumulation_steps=4, world_size=2)
    assert per_step == 16_384
    assert [steps(tokens, 2048) for tokens in (1, 2048, 2049)] == [1, 1, 2]
    assert scaled_lr(1e-3, 4096, base_batch_tokens=1024, alpha=0.5) == 2e-3
    assert scaled_lr(1e-3, 4096, base_batch_tokens=1024, alpha=1.0) == 4e-3
