"""The held-out loss."""

import math
from collections.abc import Iterable
from typing import Literal

import torch
from transformers import PreTrainedModel

from fgc.runtime.data.batch import Batch
from fgc.runtime.trainer import strategy


@torch.no_grad()
def evaluate(
    model: PreTrainedModel,
    batches: Iterable[Batch],
    device: torch.device,
    *,
    # what matrix products are computed in, as in training
    precision: Literal["bf16", "fp16"] | None = None,
) -> float:
    """The mean cross-entropy per target over all of `batches`, in nats. Waits for the device once.

    There is at least one target.
    """
    training = model.training
    model.eval()
    sums = []
    num_targets = 0
    for batch in batches:
        sums.append(strategy.forward(model, batch.to(device), num_targets=1, precision=precision))
        num_targets += batch.num_targets
    model.train(training)
    loss_sum = math.fsum(torch.stack(sums).tolist())
    return strategy.total(loss_sum) / strategy.total(num_targets)
