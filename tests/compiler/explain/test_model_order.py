"""The parts of a model are told in the order in which it makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fgc.compiler.backend.sourcemap import Place
from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.model_order import LISTS, ModelOrder, Part, model_order
from fgc.targets.model.anatomy import anatomy
from tests.compiler.explain.conftest import Recorded
from tests.compiler.explain.lessons import DEMO, experiment_at
from tests.compiler.explain.reading import line_at


def order_of(made: Experiment) -> ModelOrder:
    (model,) = made.plan.models.values()
    return model_order(made, model, anatomy(made.plan, model, made.emitted))


def test_it_is_the_order_in_which_torch_makes_them(
    experiment: Experiment, recorded: Recorded
) -> None:
    told = list(made_one_by_one(order_of(experiment).parts, ""))
    _, *torch_order = recorded.order  # the first is the model itself
    assert told == [(name, kind) for name, kind in torch_order if kind not in LISTS]


def made_one_by_one(parts: Sequence[Part], prefix: str) -> Iterator[tuple[str, str]]:
    """Each object by its name in the model, and its class."""
    at = 0
    while at < len(parts):
        part = parts[at]
        end = at + 1
        while end < len(parts) and parts[end].depth > part.depth:
            end += 1
        kind = part.class_name.rpartition(" x ")[2]
        for name in members(part):
            yield prefix + name, kind
            yield from made_one_by_one(parts[at + 1 : end], f"{prefix}{name}.")
        at = end


def members(part: Part) -> Iterator[str]:
    """`layers.0-2` is `layers.0`, `layers.1` and `layers.2`."""
    for name in part.names:
        several = re.fullmatch(r"(.+\.)(\d+)-(\d+)", name)
        if several is None:
            yield name
        else:
            first, last = int(several[2]), int(several[3])
            yield from (f"{several[1]}{number}" for number in range(first, last + 1))


def test_a_part_is_where_the_configuration_gives_it() -> None:
    made = experiment_at(DEMO / "baseline.yaml")
    said = {part.names[0]: part.place for part in order_of(made).parts}
    shown = {name: line_at(place) for name, place in said.items() if isinstance(place, Place)}
    assert shown["self_attn"] == "    attention: *attention_factory"
    assert shown["mlp"] == "    mlp: *feedforward_factory"
    assert shown["input_layernorm"] == "    norm: *layer_norm_factory"
    assert said["q_proj"] is None  # Attention has it of its own accord
