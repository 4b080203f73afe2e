"""The training loop that one would write by hand where nothing but the losses is wanted.

What a generated loop is measured against. It imports torch alone, so that it runs beside a tree.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler


def bare_loop(
    model: nn.Module,
    optimizer: Optimizer,
    schedule: LRScheduler,
    batches: Iterator[Any],
    *,
    device: torch.device,
    steps: int,
    max_grad_norm: float | None,
) -> list[Tensor]:
    """Takes ``steps`` optimizer steps, a batch each; returns their losses, left on the device."""
    losses: list[Tensor] = []
    model.train()
    for _ in range(steps):
        batch = next(batches).to(device)
        loss = model(
            input_ids=batch.input_ids,
            labels=batch.labels,
            num_items_in_batch=batch.num_targets,
            use_cache=False,
        ).loss
        loss.backward()
        losses.append(loss.detach())
        if max_grad_norm is not None:
            nn.utils.clip_grad_norm_(model.parameters(), max_grad_norm)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
    return losses
