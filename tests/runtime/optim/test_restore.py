"""What training has changed comes back; what the code says is what counts."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from torch.optim import SGD, Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    OneCycleLR,
    SequentialLR,
    StepLR,
)

from fgc.runtime.optim.groups import parameter_groups
from fgc.runtime.optim.restore import (
    changed_options,
    is_function,
    optimizer_state,
    restore_optimizer,
    restore_schedule,
)
from fgc.runtime.schedule import constant, cosine, infinite, linear, warmup_stable_decay
from tests.runtime.optim.conftest import assert_same, llama, trained

Make = Callable[[Optimizer], LRScheduler]

FUNCTIONS: dict[str, Make] = {
    "constant": lambda optimizer: constant(optimizer, warmup=3),
    "cosine": lambda optimizer: cosine(optimizer, total=17, warmup=3, min_lr_ratio=0.1),
    "infinite": lambda optimizer: infinite(optimizer, cooldown=9, constant_lr_ratio=0.3),
    "wsd": lambda optimizer: warmup_stable_decay(optimizer, total=11, warmup=2, decay=7),
}
OTHERS: dict[str, Make] = {
    "step": lambda optimizer: StepLR(optimizer, step_size=2, gamma=0.7),
    "chain": lambda optimizer: CosineAnnealingLR(optimizer, T_max=9),
    "cycle": lambda optimizer: OneCycleLR(optimizer, max_lr=0.05, total_steps=14),
    "sequence": lambda optimizer: SequentialLR(
        optimizer,
        [LinearLR(optimizer, total_iters=3), CosineAnnealingLR(optimizer, T_max=9)],
        milestones=[3],
    ),
}
GROUPS = {"norm": {"weight_decay": 0.0}, "embed": {"lr": 0.03, "betas": (0.5, 0.9)}}


def stored(value: dict[str, Any]) -> dict[str, Any]:
    """As it is after a file."""
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


class Run:
    """A model, an optimizer over groups, and a schedule."""

    def __init__(
        self,
        make: Make,
        groups: Mapping[str, dict[str, Any]] = GROUPS,
        kind: Callable[..., Optimizer] = AdamW,
        **options: Any,
    ) -> None:
        self.model = llama()
        members: Any = self.model.named_parameters()
        if groups:
            members = parameter_groups(members, groups)
        self.optimizer = kind(members, **({"lr": 0.01, "weight_decay": 0.1} | options))
        self.schedule = make(self.optimizer)

    def train(self, steps: int) -> list[dict[str, torch.Tensor]]:
        return list(trained(self.model, self.optimizer, self.schedule, steps))

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return stored(optimizer_state(self.optimizer)), stored(self.schedule.state_dict())

    def go_on(self, before: Run) -> None:
        """As loading a checkpoint does."""
        optimizer, schedule = before.state()
        self.model.load_state_dict(before.model.state_dict())
        scheduled = not is_function(self.schedule)
        restore_optimizer(self.optimizer, optimizer, scheduled=scheduled)
        restore_schedule(self.schedule, schedule)

    def options(self) -> list[dict[str, Any]]:
        groups = self.optimizer.param_groups
        return [{k: v for k, v in group.items() if k != "params"} for group in groups]


def assert_same_state(left: Run, right: Run) -> None:
    assert left.options() == right.options()
    # as files have it, the order of keys too
    for ours, theirs in zip(left.state(), right.state(), strict=True):
        assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("stop", [1, 2, 5])
@pytest.mark.parametrize("make", [*FUNCTIONS.values(), *OTHERS.values()])
@pytest.mark.parametrize("groups", [GROUPS, {}])
def test_stopping_changes_no_bit(make: Make, stop: int, groups: dict[str, Any]) -> None:
    whole = Run(make, groups)
    expected = whole.train(9)[stop:]
    first, second = Run(make, groups), Run(make, groups)
    first.train(stop)
    second.go_on(first)
    assert_same_state(second, first)
    for weights, reference in zip(second.train(9 - stop), expected, strict=True):
        assert_same(weights, reference)
    assert_same_state(second, whole)


@pytest.mark.parametrize("make", FUNCTIONS.values())
def test_what_the_code_says_counts(make: Make) -> None:
    """The run goes on as one that had always had the new options, but for its moments."""
    before, after = Run(make), Run(make, lr=0.002, weight_decay=0.3)
    before.train(5)
    after.go_on(before)
    fresh = Run(make, lr=0.002, weight_decay=0.3)
    for _ in range(5):
        fresh.optimizer.step()
        fresh.schedule.step()
    assert after.options() == fresh.options()
    assert after.schedule.get_last_lr() == fresh.schedule.get_last_lr()
    assert [group["initial_lr"] for group in after.options()] == [0.002, 0.002, 0.03]
    assert [group["weight_decay"] for group in after.options()] == [0.3, 0.0, 0.3]
    # the moments are those of before
    ours, theirs = (run.optimizer.state_dict()["state"] for run in (after, before))
    assert repr(ours) == repr(theirs)
    assert ours[0]["exp_avg"].abs().sum() > 0
    changes = changed_options(after.optimizer, before.state()[0])
    assert "weight_decay 0.1 -> 0.3 (22 tensors)" in changes
    # as they are written, not as the schedule has them now
    assert "lr 0.01 -> 0.002 (26 tensors)" in changes
    assert not any("0.03" in change for change in changes)


def test_another_schedule_counts_from_the_next_step_on() -> None:
    before = Run(FUNCTIONS["constant"])
    before.train(5)
    after = Run(lambda optimizer: linear(optimizer, total=10))
    after.go_on(before)
    assert [group["lr"] for group in after.options()] == [0.01 * 0.5, 0.01 * 0.5, 0.03 * 0.5]
    # the optimizer's options are the same
    assert changed_options(after.optimizer, before.state()[0]) == []


def test_nothing_changed_is_nothing_said() -> None:
    before, after = Run(FUNCTIONS["wsd"]), Run(FUNCTIONS["wsd"])
    before.train(4)
    after.go_on(before)
    assert changed_options(after.optimizer, before.state()[0]) == []


@pytest.mark.parametrize("make", OTHERS.values())
def test_a_schedule_that_is_no_function_keeps_its_rates(make: Make) -> None:
    before, after = Run(make), Run(make, lr=0.002, weight_decay=0.3)
    before.train(5)
    after.go_on(before)
    rates = [(group["lr"], group["betas"]) for group in after.options()]
    assert rates == [(group["lr"], group["betas"]) for group in before.options()]
    # what it never sets is the code's all the same
    assert [group["weight_decay"] for group in after.options()] == [0.3, 0.0, 0.3]


def test_moments_follow_their_parameters_into_other_groups() -> None:
    before = Run(FUNCTIONS["wsd"], {})
    before.train(4)
    after = Run(FUNCTIONS["wsd"], {"embed|bias": {"weight_decay": 0.0}})
    after.go_on(before)
    left, right = (
        {name: run.optimizer.state[parameter] for name, parameter in run.model.named_parameters()}
        for run in (before, after)
    )
    for name, moments in left.items():
        assert_same(moments, right[name])
    changes = changed_options(after.optimizer, before.state()[0])
    assert changes == ["weight_decay 0.1 -> 0 (7 tensors)"]


class Counting(Optimizer):
    """Keeps a count in its groups, as some optimizers do."""

    def __init__(self, params: Any, lr: float, weight_decay: float) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay, "k": 0, "total": 0.0})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            group["k"] += 1
            group["total"] += group["lr"]
            for parameter in group["params"]:
                parameter.sub_(group["lr"] / group["k"] * parameter.grad.sign())


def test_what_an_optimizer_keeps_in_its_groups_comes_back() -> None:
    groups = {"norm": {"weight_decay": 0.0}}
    make = FUNCTIONS["cosine"]
    whole = Run(make, groups, Counting)
    expected = whole.train(7)[4:]
    first, second = Run(make, groups, Counting), Run(make, groups, Counting)
    first.train(4)
    second.go_on(first)
    assert [group["k"] for group in second.options()] == [4, 4]
    for weights, reference in zip(second.train(3), expected, strict=True):
        assert_same(weights, reference)
    # and does so beside options that have changed
    third = Run(make, groups, Counting, weight_decay=0.5)
    third.go_on(first)
    assert [(group["k"], group["weight_decay"]) for group in third.options()] == [(4, 0.5), (4, 0)]


def unnamed(kind: type[Optimizer]) -> Callable[..., Optimizer]:
    """As an optimizer is made that does not know names."""

    def make(members: Any, **options: Any) -> Optimizer:
        return kind([parameter for _, parameter in members], **options)

    return make


def test_parameters_without_names_are_told_by_their_places() -> None:
    make, kind = FUNCTIONS["wsd"], unnamed(AdamW)
    whole = Run(make, {}, kind)
    expected = whole.train(6)[3:]
    first, second = Run(make, {}, kind), Run(make, {}, kind)
    first.train(3)
    second.go_on(first)
    for weights, reference in zip(second.train(3), expected, strict=True):
        assert_same(weights, reference)


def test_a_rate_that_is_a_tensor_stays_one() -> None:
    def with_tensor(members: Any, lr: float, weight_decay: float) -> Optimizer:
        return AdamW(members, lr=torch.tensor(lr), weight_decay=weight_decay)

    make = FUNCTIONS["wsd"]
    whole = Run(make, {}, with_tensor)
    expected = whole.train(6)[3:]
    first, second = Run(make, {}, with_tensor), Run(make, {}, with_tensor)
    first.train(3)
    second.go_on(first)
    rates = [run.optimizer.param_groups[0]["lr"] for run in (first, second)]
    assert all(isinstance(rate, torch.Tensor) for rate in rates)
    assert torch.equal(*rates)
    for weights, reference in zip(second.train(3), expected, strict=True):
        assert_same(weights, reference)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Adam, "its optimizer is AdamW, and this one is Adam"),
        (lambda members, **_: SGD(members), "its optimizer is AdamW, and this one is SGD"),
        (
            lambda members, **options: AdamW(list(members)[1:], **options),
            r"its optimizer has other parameters: model\.embed_tokens\.weight",
        ),
        (unnamed(AdamW), "its optimizer has other parameters: "),
    ],
)
def test_the_state_of_another_optimizer_is_an_error(
    kind: Callable[..., Optimizer], message: str
) -> None:
    before, after = Run(FUNCTIONS["wsd"], {}), Run(FUNCTIONS["wsd"], {}, kind)
    before.train(2)
    kept = repr(after.state())
    with pytest.raises(ValueError, match=message):
        after.go_on(before)
    assert repr(after.state()) == kept


def test_is_function() -> None:
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    assert is_function(LambdaLR(optimizer, lambda step: 1.0))
    assert not is_function(StepLR(optimizer, step_size=2))
