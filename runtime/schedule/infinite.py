"""Warm-up, a cool-down to a lower rate, then always that."""

import math

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def infinite(
    optimizer: Optimizer,
    *,
    # length of the linear rise from 0 to the optimizer's own learning rate; this and the cool-down
    # are in tokens, or both in steps
    warmup: int | None = None,
    # length of the half cosine from there to the constant rate
    cooldown: int,
    # how far one step advances: the tokens that it reads, or 1 where lengths are in steps
    per_step: int = 1,
    # the constant rate, as a share of the optimizer's own
    constant_lr_ratio: float,
) -> LambdaLR:
    """The learning rate rises, falls along half a cosine to a constant one, and stays there.

    A warm-up begins at 0, as in transformers: its first step leaves the weights as they are.

    It does not depend on the length of the run, which can go on from any of its checkpoints. A run
    that decays can begin at any of them, too. From Ibrahim et al., 2024 (arXiv 2403.08763).

    Raises ValueError where there is no cool-down.
    """
    depth = 1.0 - constant_lr_ratio
    if cooldown <= 0:
        raise ValueError(f"the cool-down is {cooldown:,} long")

    def ratio(step: int) -> float:
        place = step * per_step
        if warmup is not None and place < warmup:
            return place / warmup
        x = place / cooldown if warmup is None else (place - warmup) / cooldown
        if x < 1.0:
            return 1.0 - depth * 0.5 * (1.0 - math.cos(math.pi * x))
        return constant_lr_ratio

    return LambdaLR(optimizer, ratio)
