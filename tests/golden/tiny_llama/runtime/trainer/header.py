"""What a run says of itself when it begins."""

import os
import platform
from datetime import UTC
from datetime import datetime
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import PreTrainedModel

from runtime.data.blocks import TokenBlocks
from runtime.trainer import strategy
from runtime.trainer.checkpoint import code_hash


def print_header(
    title: str,
    model: PreTrainedModel,
    device: torch.device,
    data: TokenBlocks,
    project_dir: Path,
    *,
    tokens_per_step: int,
    total_steps: int,
) -> dict[str, Any]:
    """Prints title, versions, device, sizes and budget, a line each.

    Returns what the metrics begin with. `project_dir` is the folder of train.py, whose hash
    tells runs of different programs apart.
    """
    parameters = sum(parameter.numel() for parameter in model.parameters())
    print(title)
    print(f"python      {platform.python_version()}")
    print(f"torch       {torch.__version__}, transformers {transformers.__version__}")
    print(f"device      {device}, {strategy.world_size()} process(es)")
    print(f"model       {type(model).__name__}, {parameters:,} parameters")
    print(f"data        {data.ledger()}")
    print(f"budget      {total_steps:,} steps of {tokens_per_step:,} tokens", flush=True)
    return {
        "run": title,
        "code": code_hash(project_dir),
        "model": type(model).__name__,
        "parameters": parameters,
        "total_steps": total_steps,
        "tokens_per_step": tokens_per_step,
        "device": str(device),
        "world_size": strategy.world_size(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        # while this process lives, and the file has no end, the run goes on
        "host": platform.node(),
        "pid": os.getpid(),
    }
