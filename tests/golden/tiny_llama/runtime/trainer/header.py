"""What a run says of itself when it begins."""

import platform

import torch
import transformers
from transformers import PreTrainedModel

from runtime.data.blocks import TokenBlocks
from runtime.trainer import strategy


def print_header(
    model: PreTrainedModel,
    device: torch.device,
    data: TokenBlocks,
    *,
    tokens_per_step: int,
    total_steps: int,
) -> None:
    """Prints versions, device, sizes and budget, a line each."""
    parameters = sum(parameter.numel() for parameter in model.parameters())
    print(f"python      {platform.python_version()}")
    print(f"torch       {torch.__version__}, transformers {transformers.__version__}")
    print(f"device      {device}, {strategy.world_size()} process(es)")
    print(f"model       {type(model).__name__}, {parameters:,} parameters")
    print(f"data        {data.ledger()}")
    print(f"budget      {total_steps:,} steps of {tokens_per_step:,} tokens", flush=True)
