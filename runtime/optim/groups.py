"""Groups of parameters, each with options of its own."""

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from difflib import SequenceMatcher
from itertools import product
from typing import Any

from torch import nn
from torch.optim import Optimizer

Named = tuple[str, nn.Parameter]


def parameter_groups(
    named_parameters: Iterable[Named], options: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The parameters in groups, as torch's optimizers take them.

    `options` has, by regular expression, what the optimizer is given for the parameters in whose
    names that is found; of several expressions the first one counts. What no expression is found
    in comes first, without options of its own.

    Raises ValueError for an expression that leads to no parameter.
    """
    named = list(named_parameters)
    rest: list[Named] = []
    chosen: dict[str, list[Named]] = {pattern: [] for pattern in options}
    for name, parameter in named:
        found = next((pattern for pattern in options if _is_in(pattern, name)), None)
        (rest if found is None else chosen[found]).append((name, parameter))
    for pattern, members in chosen.items():
        if not members:
            raise ValueError(f"parameter group `{pattern}`: {_why_empty(pattern, named)}")
    groups = [{"params": members, **options[pattern]} for pattern, members in chosen.items()]
    return [{"params": rest}, *groups] if rest else groups


def _is_in(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error as error:
        raise ValueError(f"parameter group `{pattern}`: {error}") from error


def _why_empty(pattern: str, named: list[Named]) -> str:
    if any(_is_in(pattern, name) for name, _ in named):
        return "the groups before it have all that it is found in"
    # what differs in numbers alone is one name of several layers
    names = sorted({re.sub(r"\b\d+\b", "N", name) for name, _ in named})
    nearest = sorted(names, key=lambda name: _likeness(pattern, name), reverse=True)
    return f"it is found in the name of no parameter, such as {', '.join(nearest[:3])}"


def _likeness(pattern: str, name: str) -> float:
    """How like a word of the pattern is to a word of the name."""
    pairs = product(re.findall(r"\w+", pattern), name.split("."))
    return max((SequenceMatcher(None, *pair).ratio() for pair in pairs), default=0.0)


def describe_groups(optimizer: Optimizer) -> list[str]:
    """A line for each group: its size, and in which options it differs from the optimizer's own."""
    rows = [
        (
            f"{sum(parameter.numel() for parameter in group['params']):,}",
            f"{len(group['params']):,}",
            "tensor" if len(group["params"]) == 1 else "tensors",
            ", ".join(_differing(group, optimizer.defaults)),
        )
        for group in optimizer.param_groups
    ]
    sizes, counts = (max(len(row[column]) for row in rows) for column in (0, 1))
    return [
        f"{size:>{sizes}} parameters in {count:>{counts}} {noun:<7}  {options}".rstrip()
        for size, count, noun, options in rows
    ]


def _differing(group: dict[str, Any], defaults: dict[str, Any]) -> Iterator[str]:
    for name, default in defaults.items():
        # a schedule has changed the rate itself
        value = group.get("initial_lr", group["lr"]) if name == "lr" else group[name]
        if value != default:
            yield f"{name} {value:.6g}" if isinstance(value, float) else f"{name} {value}"
