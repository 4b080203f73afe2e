"""The loss of a causal language model."""

import torch.nn.functional as F
from torch import Tensor

# Labels with this value are not predicted.
IGNORE_INDEX = -100


def next_token_loss(logits: Tensor, labels: Tensor, num_items: Tensor | int | None) -> Tensor:
    """Cross-entropy, in float32, of each token given those before it.

    `logits` are (batch, length, vocab), `labels` (batch, length), not shifted. The sum is divided
    by `num_items`, the number of predicted tokens in the whole batch of which this may be a part;
    by their number here where it is None. Without a token to predict it is zero.
    """
    # the labels are shifted, not the logits, which would be copied
    targets = F.pad(labels[:, 1:], (0, 1), value=IGNORE_INDEX).flatten()
    loss = F.cross_entropy(
        logits.flatten(0, 1).float(), targets, ignore_index=IGNORE_INDEX, reduction="sum"
    )
    if num_items is None:
        num_items = (targets != IGNORE_INDEX).sum().clamp(min=1)
    return loss / num_items
