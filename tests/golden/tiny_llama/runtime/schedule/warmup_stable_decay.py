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

    What comes before the decay does not depend on the length of the run, so that a run can be made
    longer from any checkpoint that lies there. From Hu et al., 2024 (arXiv 2404.06395).

    Raises ValueError where there is no decay, or where the parts exceed the run.
    """
    # In steps, fractions kept; step 0 is the first.
    warmup_end = warmup / per_step
    decay_start = (total - decay) / per_step
    decay_steps = decay / per_step
    depth = 1.0 - min_lr_ratio
    if decay_steps <= 0 or decay_start < warmup_end:
        raise ValueError(f"warm-up and a decay of {decay} do not fit into a run of {total}")

    shape = linear

    def ratio(step: int) -> float:
        if step < warmup_end:
            return step / warmup_end
        if step < decay_start:
            return 1.0
        return 1.0 - depth * shape(min((step - decay_start) / decay_steps, 1.0))

    return LambdaLR(optimizer, ratio)


def linear(x: float) -> float:
    """The share of the way down after a share `x` of the time."""
    return x
