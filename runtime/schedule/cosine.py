"""Warm-up, then half a cosine."""

import math

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def cosine(
    optimizer: Optimizer,
    *,
    # length of the run; this and the warm-up are in tokens, or both in steps
    total: int,
    # length of the linear rise from 0 to the optimizer's own learning rate
    warmup: int | None = None,
    # how far one step advances: the tokens that it reads, or 1 where lengths are in steps
    per_step: int = 1,
    # where the cosine ends, as a share of the optimizer's own learning rate
    min_lr_ratio: float = 0.0,
) -> LambdaLR:
    """The learning rate rises, then falls along half a cosine until the run ends.

    A warm-up begins at 0, as in transformers: its first step leaves the weights as they are.

    From Loshchilov and Hutter, 2017 (arXiv 1608.03983), without restarts.

    Raises ValueError where the warm-up leaves nothing of the run.
    """
    depth = 1.0 - min_lr_ratio
    if warmup is not None and warmup >= total:
        raise ValueError(f"a warm-up of {warmup:,} does not fit into a run of {total:,}")

    def ratio(step: int) -> float:
        place = step * per_step
        if warmup is not None and place < warmup:
            return place / warmup
        x = min(place / total if warmup is None else (place - warmup) / (total - warmup), 1.0)
        return 1.0 - depth * 0.5 * (1.0 - math.cos(math.pi * x))

    return LambdaLR(optimizer, ratio)
