"""What of an optimizer and its schedule comes back from a checkpoint.

What training has changed does: moments, counts, the step of the schedule. What the code says is as
the code says it: the optimizer's options, and the shape of a schedule.
"""

import inspect
from collections import Counter
from collections.abc import Hashable
from typing import Any
from typing import TypeGuard

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.lr_scheduler import LRScheduler

# What the schedules of torch set in an optimizer.
_SCHEDULED = {
    *("lr", "initial_lr", "max_lr", "min_lr", "swa_lr"),
    *("momentum", "base_momentum", "max_momentum", "betas"),
}

Groups = list[dict[str, Any]]


def optimizer_state(optimizer: Optimizer) -> dict[str, Any]:
    """An optimizer's state, with the name of its class."""
    return optimizer.state_dict() | {"class": type(optimizer).__qualname__}


def is_function(schedule: LRScheduler) -> TypeGuard[LambdaLR]:
    """Whether the step alone decides the learning rates."""
    return type(schedule) is LambdaLR


def restore_optimizer(optimizer: Optimizer, saved: dict[str, Any], *, scheduled: bool) -> None:
    """Gives each parameter what the optimizer had kept for it, whichever its group was.

    Options stay as they are; `scheduled` says whether those that a schedule may have set come back
    all the same. What else is found in a group is the optimizer's own, such as a count of steps.

    Raises ValueError for the state of another class, or of other parameters.
    """
    name = type(optimizer).__qualname__
    if saved["class"] != name:
        raise ValueError(f"its optimizer is {saved['class']}, and this one is {name}")
    groups: Groups = optimizer.state_dict()["param_groups"]
    before = _group_of_each(saved["param_groups"])
    places = {key: place for place, key in enumerate(_keys(groups))}
    different = sorted(map(str, places.keys() ^ before.keys()))
    if different:
        raise ValueError(f"its optimizer has other parameters: {', '.join(different[:5])}")
    stays = {"params", "param_names", *_options(optimizer), *_SCHEDULED}
    if scheduled:
        stays -= _SCHEDULED
    for group in groups:
        old = before[_keys([group])[0]]
        group.update({option: value for option, value in old.items() if option not in stays})
    new_places = {place: places[key] for place, key in enumerate(before)}
    state = {new_places.get(place, place): kept for place, kept in saved["state"].items()}
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def restore_schedule(schedule: LRScheduler, saved: dict[str, Any]) -> None:
    """Moves a schedule to the step at which it was saved, and the learning rates with it.

    One that is no function of the step gets back all that it had kept, its own options included.
    """
    if not is_function(schedule):
        schedule.load_state_dict(saved)
        return
    step = saved["last_epoch"]
    pairs = zip(schedule.base_lrs, schedule.lr_lambdas, strict=True)
    rates = [base_lr * ratio(step) for base_lr, ratio in pairs]
    for group, rate in zip(schedule.optimizer.param_groups, rates, strict=True):
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate
    place = {"last_epoch": step, "_step_count": step + 1, "_last_lr": rates}
    schedule.load_state_dict(schedule.state_dict() | place)


def changed_options(optimizer: Optimizer, saved: dict[str, Any]) -> list[str]:
    """The options that had other values when a state was saved, with the old and the new ones.

    A learning rate is told without what a schedule has made of it.
    """
    before = _group_of_each(saved["param_groups"])
    now = _group_of_each(optimizer.state_dict()["param_groups"])
    changes: Counter[tuple[str, str, str]] = Counter()
    for key, group in now.items():
        for option in sorted(_options(optimizer) & group.keys() & before[key].keys()):
            old, new = _as_written(before[key], option), _as_written(group, option)
            if old != new:
                changes[option, _shown(old), _shown(new)] += 1
    lines = []
    for (option, old, new), count in changes.items():
        noun = "tensor" if count == 1 else "tensors"
        where = "" if count == len(now) else f" ({count} {noun})"
        lines.append(f"{option} {old} -> {new}{where}")
    return lines


def _as_written(group: dict[str, Any], option: str) -> object:
    """An option as the code gives it; a schedule keeps the learning rate aside."""
    return group[f"initial_{option}" if option == "lr" and "initial_lr" in group else option]


def _options(optimizer: Optimizer) -> set[str]:
    """What the optimizer's constructor takes beside the parameters."""
    return set(inspect.signature(type(optimizer)).parameters) - {"params"}


def _keys(groups: Groups) -> list[Hashable]:
    """What tells the parameters apart: their names where the optimizer has them, else places."""
    return [key for group in groups for key in group.get("param_names", group["params"])]


def _group_of_each(groups: Groups) -> dict[Hashable, dict[str, Any]]:
    return {key: group for group in groups for key in _keys([group])}


def _shown(value: object) -> str:
    return f"{float(value):.6g}" if isinstance(value, float | Tensor) else str(value)
