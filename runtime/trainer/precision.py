"""Arithmetic in 16 bits: the dtype of weights, and steps whose gradients may overflow."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.amp import GradScaler
from torch.optim import Optimizer


@contextmanager
def default_dtype(dtype: torch.dtype) -> Iterator[None]:
    """Within its `with`, weights that are made have this dtype.

    Buffers that ask for one of their own keep it: rotary frequencies stay in float32.
    """
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def scaled_step(scaler: GradScaler, optimizer: Optimizer) -> bool:
    """Takes the optimizer's step, unless a gradient is not finite; returns whether it was taken.

    Where one is not, the loss was scaled by too much, and the scale is halved. Waits for the
    device.
    """
    scale = scaler.get_scale()
    scaler.step(optimizer)
    scaler.update()
    return scaler.get_scale() >= scale
