"""Decay by the same share in each stretch of the same length."""

import math

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def exponential(
    optimizer: Optimizer,
    *,
    # the length, in tokens or in steps, in which what is above the lowest rate falls to 1 / e
    time_constant: int,
    # how far one step advances: the tokens that it reads, or 1 where the length is in steps
    per_step: int = 1,
    # what it comes nearer and nearer to, as a share of the optimizer's own learning rate
    min_lr_ratio: float = 0.0,
) -> LambdaLR:
    """The learning rate falls from the first step on, the slower the lower it is.

    It does not depend on the length of the run.

    Raises ValueError where the time constant is not above 0.
    """
    depth = 1.0 - min_lr_ratio
    if time_constant <= 0:
        raise ValueError(f"the time constant is {time_constant:,}")

    def ratio(step: int) -> float:
        return min_lr_ratio + depth * math.exp(-step * per_step / time_constant)

    return LambdaLR(optimizer, ratio)
