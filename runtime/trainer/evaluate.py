"""The held-out loss."""

import operator
from collections.abc import Iterable

import torch
from transformers import PreTrainedModel

from fgc.runtime.data.batch import Batch
from fgc.runtime.trainer import strategy


@torch.no_grad()
def evaluate(model: PreTrainedModel, batches: Iterable[Batch], device: torch.device) -> float:
    """The mean cross-entropy per target token over `batches`, in nats. Waits for the device once.

    Raises ValueError where there is no target token.
    """
    training = model.training
    model.eval()
    losses = []
    counts = []
    for batch in batches:
        inputs = batch.to(device)
        output = model(
            input_ids=inputs.input_ids,
            labels=inputs.labels,
            num_items_in_batch=inputs.num_targets,
        )
        losses.append(output.loss)
        counts.append(inputs.num_targets)
    model.train(training)
    # every rank comes here, whether it had a batch or not
    num_targets = strategy.total(sum(counts))
    if num_targets == 0:
        raise ValueError("the held-out data hold no target token")
    means = torch.stack(losses).tolist() if losses else []
    return strategy.total(sum(map(operator.mul, means, counts))) / num_targets
