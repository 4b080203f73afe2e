"""The comparison itself: it sees each kind of difference, and none where there is none."""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

from fgc.runtime.nn import RMSNorm
from tests.equivalence.compare import assert_equal
from tests.equivalence.draft import Probe


class TinyRMSNorm(RMSNorm):
    """A class with the name of an emitted one."""


class Gated(nn.Linear):
    """Draws random numbers as it computes, and takes no part of the bias's gradient."""

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return nn.functional.linear(hidden, self.weight, self.bias.detach())


@dataclass
class Options:
    size: int
    flag: bool | None = None


class MyOptions:
    def __init__(self, **attributes: object):
        self.__dict__.update(attributes)


class Linear(nn.Linear):
    """A class with the name of another, that computes something else."""

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return super().forward(hidden) * 2


def linear(kind: type[nn.Linear] = nn.Linear, seed: int = 0) -> nn.Linear:
    torch.manual_seed(seed)
    return kind(3, 3)


def schedule(rate: float, lr: float = 0.1) -> LambdaLR:
    optimizer = SGD([nn.Parameter(torch.zeros(1))], lr=lr)
    return LambdaLR(optimizer, lambda step: 1.0 if step < 90 else rate)


def changed(module: nn.Module, change: Callable[[Any], object]) -> nn.Module:
    change(module)
    return module


def twice(module: nn.Module) -> nn.Module:
    return nn.Sequential(module, module)


def same_and_other(module: nn.Module) -> nn.Module:
    return nn.Sequential(module, deepcopy(module))


EQUAL: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
    ("nan", lambda: [math.nan, {"x": -math.nan}], lambda: [math.nan, {"x": -math.nan}]),
    ("nan in a tensor", lambda: torch.tensor(math.nan), lambda: torch.tensor(math.nan)),
    ("views", lambda: {1: 2}.items(), lambda: {1: 2}.items()),
    ("a prefixed class", lambda: _norm(TinyRMSNorm), lambda: _norm(RMSNorm)),
    ("a module", linear, linear),
    ("a shared module", lambda: twice(linear()), lambda: twice(linear())),
    ("a schedule", lambda: schedule(0.5), lambda: schedule(0.5)),
    ("a folded attribute", lambda: MyOptions(size=1), lambda: MyOptions(size=1, flag=None)),
    ("attributes", lambda: MyOptions(size=1, _x=1), lambda: Options(1)),
    ("a partial", lambda: partial(max, 3), lambda: partial(max, 3, 1)),
]

DIFFERENT: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
    ("an int and a float", lambda: 1, lambda: 1.0),
    ("a float and an int", lambda: 1.0, lambda: 1),
    ("an int and a bool", lambda: 1, lambda: True),
    ("signs of zero", lambda: -0.0, lambda: 0.0),
    ("a list and a tuple", lambda: [1], lambda: (1,)),
    ("lengths", lambda: [1, 2], lambda: [1]),
    ("order of keys", lambda: {"a": 1, "b": 2}, lambda: {"b": 2, "a": 1}),
    ("values of views", lambda: {1: 2}.values(), lambda: {1: 3}.values()),
    ("types of arrays", lambda: np.arange(3, dtype="int32"), lambda: np.arange(3)),
    ("bits", lambda: torch.tensor([0.0]), lambda: torch.tensor([-0.0])),
    ("dtypes", lambda: torch.tensor([1]), lambda: torch.tensor([1], dtype=torch.int32)),
    ("requires_grad", lambda: torch.ones(1), lambda: torch.ones(1, requires_grad=True)),
    ("seeds", lambda: linear(seed=1), linear),
    ("modes", lambda: linear().eval(), linear),
    ("classes", lambda: linear(Gated), linear),
    ("what is computed", lambda: linear(Linear), linear),
    ("gradients", lambda: linear(Gated), lambda: linear(Gated2)),
    ("random numbers", lambda: nn.Dropout(0.5), lambda: nn.Dropout(0.4)),
    ("frozen", lambda: linear().requires_grad_(False), linear),
    ("more state", lambda: _with_buffer(linear(), True), linear),
    ("more hidden state", lambda: _with_buffer(linear(), False), linear),
    ("persistence", lambda: _with_buffer(linear(), False), lambda: _with_buffer(linear(), True)),
    ("one module is two", lambda: same_and_other(linear()), lambda: twice(linear())),
    ("two modules are one", lambda: twice(linear()), lambda: same_and_other(linear())),
    ("one object is two", lambda: [linear(), linear()], lambda: [linear()] * 2),
    ("two objects are one", lambda: [linear()] * 2, lambda: [linear(), linear()]),
    ("schedules", lambda: schedule(0.5), lambda: schedule(0.6)),
    ("optimizers", lambda: schedule(0.5, 0.2), lambda: schedule(0.5)),
    ("an attribute", lambda: Options(2), lambda: Options(1)),
    ("a lost attribute", lambda: MyOptions(), lambda: MyOptions(size=1)),
    ("an added attribute", lambda: MyOptions(size=1, x=None), lambda: MyOptions(size=1)),
    ("results of partials", lambda: partial(max, 3), lambda: partial(max, 5)),
    ("no partial", lambda: 4, lambda: partial(max, 3)),
    ("a class and its object", lambda: linear(), lambda: nn.Linear),
]


class Gated2(Gated):
    """As `Gated`, and with the gradient: only that differs."""

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return nn.Linear.forward(self, hidden)


Gated2.__name__ = "Gated"


def _norm(kind: type[RMSNorm]) -> RMSNorm:
    return kind(hidden_size=4, eps=1e-5)


def _with_buffer(module: nn.Module, persistent: bool) -> nn.Module:
    module.register_buffer("extra", torch.zeros(1), persistent=persistent)
    return module


PROBES = {"it": Probe((4,))}


@pytest.mark.parametrize(("made", "known"), [c[1:] for c in EQUAL], ids=[c[0] for c in EQUAL])
def test_equal(made: Callable[[], object], known: Callable[[], object]) -> None:
    assert_equal({"it": made()}, {"it": known()}, PROBES)


@pytest.mark.parametrize(
    ("made", "known"), [c[1:] for c in DIFFERENT], ids=[c[0] for c in DIFFERENT]
)
def test_different(made: Callable[[], object], known: Callable[[], object]) -> None:
    with pytest.raises(AssertionError, match=r"^it"):
        assert_equal({"it": made()}, {"it": known()}, PROBES)


def test_top_level_keys_and_their_order_count() -> None:
    with pytest.raises(AssertionError):
        assert_equal({"a": 1, "b": 2}, {"b": 2, "a": 1})
    with pytest.raises(AssertionError):
        assert_equal({"a": 1}, {"a": 1, "b": 2})


def test_a_part_of_a_module_is_known_again_elsewhere() -> None:
    def sides(same: bool) -> dict[str, object]:
        part = linear()
        return {"whole": nn.Sequential(part), "part": part if same else linear()}

    assert_equal(sides(True), sides(True))
    for same in (True, False):
        with pytest.raises(AssertionError, match="part"):
            assert_equal(sides(same), sides(not same))


def test_what_is_made_anew_at_each_call_is_told_from_what_is_not() -> None:
    def maker(fresh: bool) -> Callable[[], object]:
        kept = linear()
        return lambda: linear() if fresh else kept

    probes = {"make": Probe()}
    assert_equal({"make": maker(True)}, {"make": maker(True)}, probes)
    for fresh in (True, False):
        with pytest.raises(AssertionError, match="make"):
            assert_equal({"make": maker(fresh)}, {"make": maker(not fresh)}, probes)


def test_a_callable_that_nothing_says_how_to_call_is_an_error() -> None:
    with pytest.raises(AssertionError, match="nothing says how to call"):
        assert_equal({"f": partial(max, 1)}, {"f": partial(max, 1)})
