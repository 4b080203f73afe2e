"""The table of torch's modules says what torch makes."""

from __future__ import annotations

import inspect

import pytest
import torch
from torch import nn

from fgc.compiler.evaluate.program import Program
from fgc.targets.model.anatomy import Module, anatomy_of, weights
from fgc.targets.model.symbolic.layers import DROPOUTS, LAYERS, WEIGHTLESS
from fgc.targets.model.symbolic.library import torch_library

NORMS = ["8", "8, affine=True", "8, affine=False", "8, track_running_stats=True"]
NORMS += ["8, track_running_stats=False", "8, affine=True, track_running_stats=True, bias=False"]
CONVS = ["4, 6, {k}", "4, 6, kernel_size={t}, groups=2", "4, 6, {k}, bias=False, stride=2"]
CONVS += ["in_channels=4, out_channels=8, kernel_size={t}, groups=4, padding=1"]
RECURRENT = ["3, 5", "3, 5, 2", "3, 5, num_layers=2, bidirectional=True", "3, 5, bias=False"]
ENCODER = ["8, 2", "8, 2, 16, bias=False", "8, nhead=4, activation=nn.GELU()"]
ARGUMENTS = {
    "Linear": ["3, 5", "3, 5, bias=False", "in_features=1, out_features=2", "0, 4"],
    "Bilinear": ["3, 4, 5", "3, 4, 5, False"],
    "Embedding": ["7, 3", "7, 3, padding_idx=0", "num_embeddings=2, embedding_dim=9"],
    "EmbeddingBag": ["7, 3", "7, 3, mode='sum'"],
    "PReLU": ["", "4"],
    "RMSNorm": ["6", "(2, 3)", "[4]", "6, 1e-6, False", "6, elementwise_affine=False"],
    "LayerNorm": ["6", "(2, 3)", "[4], bias=False", "6, elementwise_affine=False"],
    "GroupNorm": ["2, 6", "2, 6, affine=False", "num_groups=3, num_channels=6"],
    **dict.fromkeys(["BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm"], NORMS),
    **dict.fromkeys(["InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"], NORMS),
    **{
        f"{name}{n}d": [case.format(k=3, t=tuple(range(2, n + 2))) for case in CONVS]
        for name in ("Conv", "ConvTranspose")
        for n in (1, 2, 3)
    },
    "RNN": [*RECURRENT, "3, 5, nonlinearity='relu'"],
    "GRU": RECURRENT,
    "LSTM": [*RECURRENT, "3, 5, 2, proj_size=4, bidirectional=True", "3, 5, True, proj_size=2"],
    **{name: ["3, 5", "3, 5, bias=False"] for name in ("RNNCell", "GRUCell", "LSTMCell")},
    "MultiheadAttention": [
        "8, 2",
        "8, 2, bias=False",
        "8, 2, kdim=4, vdim=6",
        "8, 2, kdim=8, add_bias_kv=True",
    ],
    "TransformerEncoderLayer": ENCODER,
    "TransformerDecoderLayer": ENCODER,
    "ReLU6": ["", "True"],
    **{f"ZeroPad{n}d": ["1"] for n in (1, 2, 3)},
    **{name: ["4"] for name in ("UpsamplingBilinear2d", "UpsamplingNearest2d")},
    **{name: ["", "0.1", "p=0.3, inplace=True"] for name in DROPOUTS.split()},
}
WEIGHTLESS_ARGUMENTS = {
    "ChannelShuffle": "2",
    "Fold": "4, 2",
    "LocalResponseNorm": "2",
    "PixelShuffle": "2",
    "PixelUnshuffle": "2",
    "Threshold": "0.1, 20",
    "Unflatten": "1, (2, 5)",
    "Unfold": "3",
}
CASES = [(name, case) for name, cases in ARGUMENTS.items() for case in cases]


def told(construction: str) -> Module:
    """What is told of a module without torch."""
    code = (
        "from torch import nn\n\n\n"
        "class Model(nn.Module):\n"
        "    def __init__(self, config):\n"
        "        super().__init__()\n"
        f"        self.layer = {construction}\n"
    )
    return anatomy_of({"a.py": code}, "a.py", "Model", {}).children[0]


def described(module: nn.Module) -> list[tuple[str, tuple[int, ...], str]]:
    """The tensors of a module, in torch's order; of each submodule, parameters first."""
    found: list[tuple[str, tuple[int, ...], str]] = []
    for path, each in module.named_modules():
        prefix = f"{path}." if path else ""
        for name, tensor in each.named_parameters(recurse=False):
            found.append((prefix + name, tuple(tensor.shape), "parameter"))
        for name, tensor in each.named_buffers(recurse=False):
            found.append((prefix + name, tuple(tensor.shape), "buffer"))
    return found


def test_every_entry_is_held_to_torch() -> None:
    assert set(ARGUMENTS) | set(WEIGHTLESS.split()) == set(LAYERS)


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_tensors(name: str, arguments: str) -> None:
    construction = f"nn.{name}({arguments})"
    with torch.device("meta"):
        module = eval(construction)
    found = told(construction)
    assert found.known, found.reason
    assert found.class_name == name
    assert [(path, w.shape, w.kind) for path, w in weights(found)] == described(module)


@pytest.mark.parametrize("name", WEIGHTLESS.split())
def test_classes_without_weights(name: str) -> None:
    required = inspect.signature(getattr(nn, name).__init__).parameters.values()
    count = sum(p.default is p.empty and p.kind == p.POSITIONAL_OR_KEYWORD for p in required) - 1
    arguments = WEIGHTLESS_ARGUMENTS.get(name, ", ".join(["1"] * count))
    module = eval(f"nn.{name}({arguments})")
    assert not list(module.state_dict()) + list(module.buffers())
    found = told(f"nn.{name}({arguments})")
    assert found == Module("layer", name)


def test_which_class_derives_from_which() -> None:
    library = torch_library(Program({}))
    for name in LAYERS:
        for other in LAYERS:
            derives = library[f"torch.nn.{other}"] in library[f"torch.nn.{name}"].mro
            assert derives == issubclass(getattr(nn, name), getattr(nn, other)), (name, other)


def test_attributes_are_those_of_torch() -> None:
    for name, arguments in CASES:
        with torch.device("meta"):
            module = eval(f"nn.{name}({arguments})")
        for kept in LAYERS[name].keeps.split():
            value = getattr(module, kept)
            if isinstance(value, int | float | str | None):
                code = f"from torch import nn\nmade = nn.{name}({arguments}).{kept}\n"
                program = Program({"a.py": code})
                program.library.update(torch_library(program))
                assert program.module("a.py").names["made"] == value, (name, arguments, kept)
