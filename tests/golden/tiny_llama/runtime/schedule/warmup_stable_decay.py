"""Warm-up, a constant stretch, then decay."""

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def warmup_stable_decay(
    optimizer: Optimizer,
    *,
    # length of the run; this and the other lengths are in tokens, or all of them in steps
    total: int,
    # length of the linear rise from 0 to the optimizer's own learning rate
    warmup: int,
    # length of the decay that ends the run
    decay: int,
    # how far one step advances: the tokens that it reads, or 1 where lengths are in steps
    per_step: int,
    # where the decay ends, as a share of the optimizer's own learning rate
    min_lr_ratio: float,
) -> LambdaLR:
    """A trapezoid: the learning rate rises, stays, and falls only as the run ends.

    A warm-up begins at 0, as in transformers: its first step leaves the weights as they are.

    What comes before the decay does not depend on the length of the run, so that a run can be made
    longer from any checkpoint that lies there. From Hu et al., 2024 (arXiv 2404.06395).

    Raises ValueError where there is no decay, or where the parts exceed the run.
    """
    decay_start = total - decay
    depth = 1.0 - min_lr_ratio
    if decay <= 0 or decay_start < warmup:
        raise ValueError(f"warm-up and a decay of {decay:,} do not fit into a run of {total:,}")

    def ratio(step: int) -> float:
        place = step * per_step
        if place < warmup:
            return place / warmup
        if place < decay_start:
            return 1.0
        x = min((place - decay_start) / decay, 1.0)
        return 1.0 - depth * x

    return LambdaLR(optimizer, ratio)
