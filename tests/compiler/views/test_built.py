"""What is shown of an object that was built."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

from fgc.compiler.views.built import built_text


class Plain:
    def __init__(self, **attributes: Any):
        self.__dict__.update(attributes)


class Long(Plain):
    def __len__(self) -> int:
        return 12345


class Broken(Plain):
    def __len__(self) -> int:
        raise RuntimeError


class Slotted:
    __slots__ = ("_hidden", "a", "unset")

    def __init__(self) -> None:
        self.a, self._hidden = 1, 2


HERE = __name__


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1, "1"),
        ("a\nb", "'a\\nb'"),
        (None, "None"),
        (int, "class int"),
        (len, "function len"),
        (torch.optim.SGD, "class torch.optim.sgd.SGD"),
        ({"b": 1, "a": 1_000_000}, "{'b': 1, 'a': 1_000_000}"),
        (torch.tensor([1, 2]), "tensor([1, 2])"),
        (Plain(), f"{HERE}.Plain"),
        (Plain(a=1, _b=2, text="x\ny"), f"{HERE}.Plain\n    a     1\n    text  'x\\ny'"),
        (Plain(of=Long(), by=len), f"{HERE}.Plain\n    of  {HERE}.Long of 12,345\n    by  len"),
        (Long(x="w" * 200), f"{HERE}.Long of 12,345\n    x  '{'w' * 70}…"),
        (Broken(), f"{HERE}.Broken"),
        (Slotted(), f"{HERE}.Slotted\n    a  1"),
        (partial(int, base=2), "functools.partial(<class 'int'>, base=2)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_shown(value: object, shown: str) -> None:
    assert built_text(value) == shown


def test_many_attributes() -> None:
    lines = built_text(Plain(**{f"a{n}": n for n in range(100)})).splitlines()
    assert (len(lines), lines[-1]) == (42, "    … 60 more")


def test_a_module_is_its_tree_and_size() -> None:
    layer = nn.Linear(3, 2)
    layer.bias.requires_grad = False
    both = nn.Sequential(layer, layer, nn.Linear(2, 1, bias=False).half())
    shown = built_text(both)
    assert shown.startswith(f"{both!r}\n\n")
    size = "10 parameters in 3 tensors, 8 of them trained, 36 bytes as float16 and float32"
    assert shown.endswith(size)
    assert built_text(nn.ReLU()) == "ReLU()\n\n0 parameters in 0 tensors"
    with torch.device("meta"):
        assert "1,000,000 parameters in 1 tensors, 4.0 MB" in built_text(
            nn.Linear(1000, 1000, False)
        )


def test_an_optimizer_is_a_column_for_each_group() -> None:
    first, second = nn.Linear(3, 2), nn.Linear(2, 2, bias=False)
    groups = [{"params": first.parameters()}, {"params": second.parameters(), "lr": 0.25}]
    optimizer = SGD(groups, lr=0.5, momentum=0.9)
    name, head, *lines = built_text(optimizer).splitlines()
    assert (name, head.split()) == ("torch.optim.sgd.SGD", ["group", "0", "group", "1"])
    assert lines[:2] == ["    tensors         2        1", "    parameters      8        4"]
    settings = {line.split()[0]: line.split()[1:] for line in lines}
    assert settings["lr"] == ["0.5", "0.25"]
    assert settings["momentum"] == ["0.9", "0.9"]
    assert "params" not in settings
    schedule = LambdaLR(optimizer, lambda step: 1.0)
    assert built_text(schedule).splitlines()[:2] == [
        "torch.optim.lr_scheduler.LambdaLR",
        "    optimizer   torch.optim.sgd.SGD",
    ]
