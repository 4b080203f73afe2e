"""A small model, and what training it for a few steps leaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from transformers import LlamaConfig, LlamaForCausalLM

IDS = torch.arange(24).view(2, 12)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def llama(**config: object) -> LlamaForCausalLM:
    """Two layers; the same weights each time."""
    torch.manual_seed(0)
    sizes = {
        "vocab_size": 32,
        "hidden_size": 8,
        "intermediate_size": 12,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
    }
    return LlamaForCausalLM(LlamaConfig(**{**sizes, "mlp_bias": True, **config}))


def trained(
    model: nn.Module, optimizer: Optimizer, schedule: LRScheduler | None, steps: int
) -> Iterator[dict[str, Tensor]]:
    """The weights after each of so many steps."""
    for _ in range(steps):
        model(input_ids=IDS, labels=IDS).loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        optimizer.zero_grad()
        yield {name: tensor.clone() for name, tensor in model.state_dict().items()}


def assert_same(left: dict[str, Tensor], right: dict[str, Tensor]) -> None:
    """Equal names and bits."""
    assert left.keys() == right.keys()
    for name, tensor in left.items():
        assert torch.equal(tensor, right[name]), name
