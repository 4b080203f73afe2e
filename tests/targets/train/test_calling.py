"""Calling a target as the training program does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.targets.needed import NEEDED
from fgc.targets.train.calling import TAKEN, VALUES, called, needed_to_call
from fgc.targets.train.program import TRAIN
from tests.compiler.views.reading import read

GRAPH = read(
    "model: !call:f\noptimizer: !partial:g {lr: 1}\nlr_scheduler: !partial:h\nx: !partial:i"
)


def test_everything_that_a_slot_is_given_has_a_source() -> None:
    given = {name for slot in TRAIN.slots.values() for name in slot.parameters}
    assert given <= TAKEN.keys() | VALUES.keys() | set(NEEDED)
    assert {source for source, _ in TAKEN.values()} <= set(NEEDED)


def test_what_a_call_needs() -> None:
    assert needed_to_call(GRAPH, "lr_scheduler") == ["lr_scheduler", "optimizer", "model"]
    assert needed_to_call(GRAPH, "model") == ["model"]
    assert needed_to_call(GRAPH, "x") == ["x"]


def test_each_is_called_once_and_given_what_the_program_gives() -> None:
    calls: list[str] = []

    def optimizer(parameters: object) -> str:
        calls.append("optimizer")
        return f"optimizer of {parameters}"

    made: dict[str, Any] = {
        "model": SimpleNamespace(named_parameters=lambda: "parameters"),
        "optimizer": optimizer,
        "lr_scheduler": lambda optimizer: f"schedule of {optimizer}",
    }
    done: dict[str, Any] = {}
    assert called(GRAPH, "lr_scheduler", made, done) == "schedule of optimizer of parameters"
    assert called(GRAPH, "optimizer", made, done) == "optimizer of parameters"
    assert calls == ["optimizer"]


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(BuildError, match="`optimizer` is called with `named_parameters` of the"):
        needed_to_call(read("optimizer: !partial:g"), "optimizer")
    with pytest.raises(BuildError, match="`lr_scheduler` is called with the target `optimizer`"):
        needed_to_call(read("lr_scheduler: !partial:g"), "lr_scheduler")
