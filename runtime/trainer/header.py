"""What a run says of itself when it begins."""

import platform

import torch
import transformers
from torch.optim import Optimizer
from transformers import PreTrainedModel

from fgc.runtime.data.blocks import TokenBlocks
from fgc.runtime.optim.groups import describe_groups
from fgc.runtime.trainer import strategy


def print_header(
    model: PreTrainedModel,
    device: torch.device,
    data: TokenBlocks,
    *,
    tokens_per_step: int,
    total_steps: int,
    # whose parameters are in groups
    optimizer: Optimizer | None = None,
) -> None:
    """Prints versions, device, sizes and budget, a line each."""
    parameters = sum(parameter.numel() for parameter in model.parameters())
    print(f"python      {platform.python_version()}")
    print(f"torch       {torch.__version__}, transformers {transformers.__version__}")
    print(f"device      {device}, {strategy.world_size()} process(es)")
    print(f"model       {type(model).__name__}, {parameters:,} parameters")
    if optimizer is not None:
        groups = len(optimizer.param_groups)
        print(f"optimizer   {type(optimizer).__name__}, {groups} groups")
        for line in describe_groups(optimizer):
            print(f"            {line}")
    print(f"data        {data.ledger()}")
    print(f"budget      {total_steps:,} steps of {tokens_per_step:,} tokens", flush=True)
