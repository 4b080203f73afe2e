"""Warm-up, then always the same."""

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def constant(
    optimizer: Optimizer,
    *,
    # length of the linear rise from 0 to the optimizer's own learning rate, in tokens or in steps
    warmup: int | None = None,
    # how far one step advances: the tokens that it reads; None where the warm-up is in steps
    per_step: int | None = None,
) -> LambdaLR:
    """The learning rate rises, and stays.

    A warm-up begins at 0, as in transformers: its first step leaves the weights as they are.

    It does not depend on the length of the run, which can go on from any of its checkpoints. A run
    that decays can begin at any of them, too.
    """

    def ratio(step: int) -> float:
        if warmup is not None:
            place = step if per_step is None else step * per_step
            if place < warmup:
                return place / warmup
        return 1.0

    return LambdaLR(optimizer, ratio)
