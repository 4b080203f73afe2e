"""What constructors make of `nn.Module` is told as torch makes it, in many ways of writing them."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent, indent
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from fgc.targets.model.anatomy import Module, anatomy_of, is_known, total_parameters
from tests.targets.model.described import Description, of_anatomy, of_torch, unknown

FIELDS: dict[str, Any] = {
    "hidden_size": 8,
    "num_layers": 3,
    "layer_types": ["full", "window", "full"],
    "bias": True,
    "dropout": None,
}

HEAD = """
import copy
import functools
import math
from collections import OrderedDict
from functools import partial

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn import Linear
from torch.nn.parameter import Parameter


class Block(nn.Module):
    size = 4

    def __init__(self, config, index: int, *, wide: bool = False, **unused):
        super().__init__()
        self.inner = config.hidden_size * (4 if wide else 2)
        self.up = nn.Linear(config.hidden_size, self.inner, bias=config.bias)
        self.down = nn.Linear(in_features=self.inner, out_features=config.hidden_size)
        self.kind = config.layer_types[index]
        if self.kind == "window":
            self.register_buffer("window", torch.ones(self.size, self.size).tril()[None, None])
        self.drop = nn.Identity() if config.dropout is None else nn.Dropout(config.dropout)

    @property
    def width(self) -> int:
        return self.up.out_features


def blocks(config, number):
    for index in range(number):
        yield Block(config, index)

"""

BODIES = {
    "layers": """
        self.layers = nn.ModuleList([Block(config, i) for i in range(config.num_layers)])
        self.norm = nn.LayerNorm(config.hidden_size)
    """,
    "a list that is filled": """
        self.layers = nn.ModuleList()
        for index, kind in enumerate(config.layer_types):
            self.layers.append(Block(config, index=index, wide=kind == "window"))
        self.layers.insert(1, nn.Identity())
        self.layers.extend([nn.GELU(), nn.Linear(2, 3)])
        self.layers[0] = nn.Linear(5, 6, bias=False)
        self.last = self.layers[-1]
        self.some = self.layers[1:3]
    """,
    "sequences": """
        self.a = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))
        self.b = nn.Sequential(OrderedDict([("up", nn.Linear(8, 4)), ("act", nn.SiLU())]))
        self.c = self.a[1:]
        self.d = nn.Sequential(*[Block(config, i) for i in range(2)], nn.RMSNorm(8))
        self.b.append(nn.Linear(1, 1))
        for layer in self.d:
            layer.extra = nn.Parameter(torch.zeros(2, 3))
    """,
    "mappings": """
        self.heads = nn.ModuleDict({"a": nn.Linear(2, 3), "b": nn.Identity()})
        self.heads["c"] = nn.Linear(1, 1)
        self.heads.update([("d", nn.PReLU())])
        sizes = {name: index for index, name in enumerate(self.heads.keys())}
        self.total = nn.Linear(len(sizes), sizes["d"])
        for name, head in self.heads.items():
            head.register_buffer(f"{name}_scale", torch.ones(sizes[name]))
    """,
    "parameters": """
        self.weight = Parameter(torch.empty(config.hidden_size, 2 * config.hidden_size))
        self.gain = nn.Parameter(torch.ones((3,)), requires_grad=False)
        self.bias = None
        self.register_parameter("shift", None)
        self.register_parameter("scale", nn.Parameter(torch.randn(4).abs() * 2))
        self.many = nn.ParameterList([torch.zeros(2), nn.Parameter(torch.zeros(3))])
        self.named = nn.ParameterDict({"a": torch.zeros(1), "b": nn.Parameter(torch.zeros(2))})
        nn.init.normal_(self.weight, mean=0.0, std=0.02)
        with torch.no_grad():
            self.scale.fill_(math.sqrt(2))
    """,
    "attributes that change": """
        self.a = nn.Linear(1, 2)
        self.a = nn.Linear(3, 4)
        self.b = torch.ones(3)
        self.b = nn.Parameter(self.b)
        self.c = nn.Linear(2, 2)
        self.c = None
        self.d = nn.Linear(2, 2)
        del self.d
        self.e = nn.Parameter(torch.ones(2))
        self.e = None
        self.f = torch.ones(2)
        self.f = nn.Linear(1, 1)
        self.register_buffer("g", torch.ones(2))
        self.g = torch.ones(5, 5)
        self.register_buffer("h", None)
        self.i = 3
        self.i = nn.Linear(self.i, 1) if True else None
    """,
    "buffers": """
        self.register_buffer("mask", torch.tril(torch.ones(4, 4)).view(1, 1, 4, 4))
        self.register_buffer("inv", 1.0 / 10 ** (torch.arange(0, 8, 2) / 8), persistent=False)
        self.register_buffer("step", torch.tensor(0))
        position = torch.arange(16)[:, None] * self.inv[None, :]
        self.register_buffer("table", torch.cat([position.sin(), position.cos()], dim=-1))
        outer = torch.outer(torch.arange(3.0), torch.ones(5))
        self.register_buffer("outer", outer, persistent=False)
        self.own = nn.Buffer(torch.zeros(2, 2), persistent=False)
        self.inv = self.inv.float()
    """,
    "what is shared": """
        self.embed = nn.Embedding(16, config.hidden_size)
        self.head = nn.Linear(config.hidden_size, 16, bias=False)
        self.head.weight = self.embed.weight
        shared = Block(config, 0)
        self.one, self.two = shared, shared
        self.layers = nn.ModuleList([shared] * 2)
        self.scale = self.again = nn.Parameter(torch.ones(1))
    """,
    "copies": """
        layer = Block(config, 1)
        self.layers = nn.ModuleList([copy.deepcopy(layer) for _ in range(2)])
        self.first = layer
        tied = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
        tied[1].weight = tied[0].weight
        self.tied = copy.deepcopy(tied)
    """,
    "factories": """
        norm = partial(nn.LayerNorm, eps=1e-6, elementwise_affine=True)
        linear = functools.partial(Linear, bias=False)
        make = {"norm": norm, "linear": lambda n: linear(n, n + 1)}
        self.norm = make["norm"](config.hidden_size)
        self.up = make["linear"](3)
        self.layers = nn.ModuleList(blocks_of(config, make=lambda i: Block(config, i)))
    """,
    "inheritance": """
        self.wide = Wide(config.hidden_size)
        self.gated = Gated(config)
        self.block = Special(config, 0)
        self.same = Wide.of(self.wide.out_features)
    """,
    "what a constructor reads": """
        block = Block(config, 0)
        rows, columns = block.up.weight.shape
        self.a = nn.Linear(block.width, rows - columns)
        self.b = nn.Linear(block.down.weight.size(0), block.up.bias.numel())
        self.c = nn.Linear(sum(p.numel() for p in block.parameters()), 1)
        self.d = nn.Embedding(len(list(block.modules())), block.up.weight.dim())
        self.e = nn.Linear(getattr(config, "hidden_size", 3), len(config.layer_types))
        assert isinstance(self.a, nn.Linear) and not isinstance(self.d, nn.Linear)
        self.f = nn.Linear(max(block.inner, 100), max(1, *[2, 3]), bias=bool(config.dropout))
    """,
    "what a config may lack": """
        self.a = nn.Linear(getattr(config, "head_size", 3), 1)
        self.b = nn.Linear(getattr(config, "num_layers", 7), 1)
        self.c = nn.Linear(1, 4) if hasattr(config, "window_size") else nn.Linear(1, 5)
        self.d = nn.Linear(1, 4) if hasattr(config, "layer_types") else nn.Linear(1, 5)
    """,
    "setting up weights": """
        self.layers = nn.ModuleList([Block(config, i) for i in range(2)])
        self.norm = nn.LayerNorm(8)
        self.apply(self.start)
        for name in ("a", "b"):
            self.add_module(name, nn.Linear(1, 2))
        for p in self.parameters():
            p.requires_grad_(False)
        self.half = self.norm.to(torch.float32)
    """,
    "a name that the class has too": """
        self.proj = nn.Linear(2, 2)
        self.size = self.proj
    """,
}
METHODS = """
    proj = None

    def start(self, module):
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                module.bias.data.zero_()
        elif isinstance(module, (nn.LayerNorm, nn.Embedding)):
            module.weight.data.fill_(1.0)


def blocks_of(config, make):
    return [make(index) for index in range(config.num_layers)]


class Wide(nn.Linear):
    def __init__(self, size, factor=4):
        super().__init__(size, size * factor, bias=False)
        self.factor = nn.Parameter(torch.ones(factor))

    @classmethod
    def of(cls, size):
        return cls(size, factor=2)


class Base(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gate = nn.Linear(config.hidden_size, self.gates())
        self.build(config)

    def gates(self):
        return 1

    def build(self, config):
        raise NotImplementedError


class Gated(Base):
    def gates(self):
        return super().gates() + 2

    def build(self, config):
        self.value = nn.Linear(config.hidden_size, 5)


class Mixin:
    def note(self):
        self.noted = nn.Parameter(torch.zeros(7))


class Special(Block, Mixin):
    size = 9

    def __init__(self, config, index):
        super().__init__(config, index + 1, wide=True)
        self.note()
"""


def model(body: str, more: str = METHODS) -> str:
    inside = indent(dedent(body), " " * 8)
    made = "class Model(nn.Module):\n    def __init__(self, config):\n        super().__init__()\n"
    return HEAD + made + inside + more


def by_torch(code: str) -> Description:
    names: dict[str, Any] = {"__name__": "models"}
    exec(code, names)
    with torch.device("meta"):
        return of_torch(names["Model"](SimpleNamespace(**FIELDS)))


def told(code: str) -> Module:
    return anatomy_of({"a.py": code}, "a.py", "Model", FIELDS)


@pytest.mark.parametrize("name", BODIES)
def test_as_torch(name: str) -> None:
    code = model(BODIES[name])
    assert of_anatomy(told(code)) == by_torch(code)


RAISES = {
    "of its own": "raise ValueError(f'no {config.hidden_size}')",
    "no argument of that name": "self.a = nn.Linear(2, 3, biases=True)",
    "no module of that name": "self.a = nn.Linear(2, 3)\nself.a = 3",
    "a module in place of a parameter": (
        "self.a = nn.Parameter(torch.ones(2))\nself.a = nn.Linear(2, 3)"
    ),
    "data in place of a module that is gone": (
        "self.a = nn.Linear(2, 3)\nself.a = None\nself.a = 3"
    ),
    "by arithmetic": "self.a = nn.Linear(2, 3 // (config.hidden_size - 8))",
    "by an index": "self.a = Block(config, 3)",
}


@pytest.mark.parametrize("name", RAISES)
def test_what_raises(name: str) -> None:
    code = model(RAISES[name])
    with pytest.raises(Exception) as raised:  # noqa: PT011
        by_torch(code)
    found = told(code)
    assert not found.known
    assert found.reason.startswith(f"it raises {type(raised.value).__name__}"), found.reason


# `hidden` is what is not known; the rest of the model is
NOT_KNOWN = {
    "an unknown size": "from elsewhere import size\nself.hidden = nn.Linear(size(), 3)",
    "an unknown class": "from elsewhere import Layer\nself.hidden = Layer(8)",
    "an unknown branch": """
        from elsewhere import flag
        class Inner(nn.Module):
            def __init__(self):
                super().__init__()
                self.a = nn.Linear(1, 1)
                if flag:
                    self.a = None
        self.hidden = Inner()
    """,
    "a statement that is not understood": """
        class Inner(nn.Module):
            def __init__(self):
                super().__init__()
                try:
                    self.a = nn.Linear(1, 1)
                finally:
                    self.b = nn.Linear(1, 1)
        self.hidden = Inner()
    """,
    "given to unknown code": """
        from elsewhere import change
        self.hidden = nn.Linear(3, 4)
        change([self.hidden])
    """,
    "wrapped by unknown code": """
        from torch.nn.utils.parametrizations import weight_norm
        self.hidden = weight_norm(nn.Linear(3, 4))
    """,
    "an unknown base": """
        from elsewhere import Base
        class Inner(Base):
            def __init__(self):
                super().__init__()
        self.hidden = Inner()
    """,
    "an unknown decorator": """
        from elsewhere import changed
        @changed
        class Inner(nn.Module):
            def __init__(self):
                super().__init__()
        self.hidden = Inner()
    """,
    "changed by a method that is not read": """
        self.hidden = nn.Linear(2, 2)
        self.hidden.swap_all_weights(3)
    """,
    "an unknown count": """
        import elsewhere
        class Inner(nn.Module):
            def __init__(self):
                super().__init__()
                for _ in range(elsewhere.count()):
                    self.a = nn.Linear(1, 1)
        self.hidden = Inner()
    """,
}


@pytest.mark.parametrize("name", NOT_KNOWN)
def test_what_is_not_known(name: str) -> None:
    code = model("self.known = nn.Linear(2, 5)\n" + dedent(NOT_KNOWN[name]))
    found = told(code)
    assert found.known, found.reason
    known, hidden = (next(c for c in found.children if c.name == n) for n in ("known", "hidden"))
    assert is_known(known)
    assert total_parameters(known) == 15
    assert not is_known(hidden)
    assert not is_known(found)


def test_data_that_are_not_known_hide_no_module() -> None:
    body = """
        import os
        self.debug = os.environ.get("DEBUG")
        self.dtype = torch.get_default_dtype()
        self.implementation = config.an_attribute_that_is_not_told
        self.scale = torch.randn(3) * self.implementation
        self.flag = self.debug == "1"
        self.a = nn.Linear(2, 2)
    """
    found = told(model(body))
    assert [child.name for child in found.children] == ["a"]
    assert is_known(found), unknown(found)


def test_a_check_of_something_unknown_is_taken_to_pass() -> None:
    body = """
        if not torch.cuda.is_available():
            raise RuntimeError("no GPU")
        self.a = nn.Linear(2, 2)
    """
    assert is_known(told(model(body)))


@pytest.mark.parametrize(
    "body",
    [
        "both = [nn.Linear(2, 2), nn.Linear(3, 3)]\nboth[unknown].bias = None\nself.a = both[0]",
        "a, b = nn.Linear(2, 2), nn.Linear(2, 2)\n(a if unknown else b).bias = None\nself.a = a",
        "a, b = nn.Linear(2, 2), nn.Linear(2, 2)\n(unknown or a).bias = None\nself.a = a",
        "a = [nn.Linear(2, 2)]\nmax(a, key=unknown).bias = None\nself.a = a[0]",
        "self.a = nn.Linear(2, 2)\nunknown(self).bias = None",
        "self.a = nn.Linear(2, 2)\ngetattr(self, unknown).bias = None",
        "self.a = nn.Linear(2, 2)\nf = unknown(lambda: self.a)",
        "a = nn.ModuleList([unknown(), nn.Linear(2, 2)])\na[0].bias = None\nself.a = a[1]",
        "self.a = nn.Linear(2, 2)\nunknown(self.a)\nself.b = nn.Linear(*self.a.weight.shape)",
        "self.a = unknown()\nself.b = nn.Linear(len(list(self.modules())), 1)",
        "self.a = nn.ModuleList([])\nunknown(self.a)\nself.b = nn.Linear(len(self.a), 1)",
        "self.a = nn.Linear(2, 2)\nself.a.__dict__['bias'] = None",
        "self.a = nn.Linear(2, 2)\nself.a._parameters['bias'] = None",
        "self.a = nn.Linear(2, 2)\nnn.Module.__setattr__(self, 'a', None)",
        "self.a = nn.Linear(2, 2)\nsetattr(self.a, 'bias', None)",
        "for a in {'x', 'y'}:\n    self.a = nn.Linear(len(a), 1)\n    setattr(self, a, self.a)",
        "self.a = nn.Linear(2, 2).to(unknown)\nself.b = nn.Parameter(torch.ones(2)).to(unknown)",
    ],
)
def test_what_is_not_known_is_never_told_wrong(body: str) -> None:
    code = "from elsewhere import unknown\n" + model(body)
    assert not is_known(told(code))


def test_layers_that_are_alike_are_equal() -> None:
    layers = told(model(BODIES["layers"])).children[0].children
    assert replace(layers[0], name="") == replace(layers[2], name="")
    assert replace(layers[0], name="") != replace(layers[1], name="")


def test_members_that_are_not_known_keep_their_places() -> None:
    body = "self.layers = nn.ModuleList([nn.Linear(1, 2), unknown(), nn.Linear(3, 4)])"
    found = told("from elsewhere import unknown\n" + model(body)).children[0]
    assert [(child.name, child.class_name, child.known) for child in found.children] == [
        ("0", "Linear", True),
        ("1", "", False),
        ("2", "Linear", True),
    ]
    assert total_parameters(found) == 4 + 16


def test_a_module_that_holds_itself() -> None:
    found = told(model("self.again = self"))
    assert unknown(found) == ["again: it holds itself"]


HOSTILE = {
    "modules that are shared over and over": """
        a = nn.Linear(1, 1)
        for _ in range(60):
            a = nn.Sequential(a, a)
        self.a = a
    """,
    "a function for modules that are shared": """
        a = nn.Linear(1, 1)
        for _ in range(60):
            a = nn.Sequential(a, a)
        a.apply(nn.init.zeros_)
    """,
    "one within the other": """
        a = nn.Linear(1, 1)
        for _ in range(5000):
            a = nn.Sequential(a)
        self.a = a
    """,
    "copies of one within the other": """
        a = nn.Linear(1, 1)
        for _ in range(5000):
            a = nn.Sequential(a)
        self.a = copy.deepcopy(a)
    """,
    "very many": "self.a = nn.ModuleList([nn.Linear(1, 1) for _ in range(10**6)])",
    "copies of very many": """
        a = nn.ModuleList([nn.Linear(1, 1) for _ in range(1000)])
        while True:
            a = nn.ModuleList([copy.deepcopy(a) for _ in range(10)])
    """,
    "a module for ever": "while True:\n    self.a = nn.Linear(1, 1)",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_constructors(name: str) -> None:
    found = told(model(HOSTILE[name]))
    assert not found.known
    assert found.children == ()
