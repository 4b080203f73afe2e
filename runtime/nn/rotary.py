"""Rotary position embeddings."""

import torch
from torch import Tensor
from torch import nn
from transformers import initialization as init


def rotary_frequencies(head_dim: int, theta: float) -> Tensor:
    """Angle per position of each rotated pair, in float32: (head_dim/2)."""
    exponents = torch.arange(0, head_dim, 2, dtype=torch.float32) / head_dim
    return 1.0 / theta**exponents


class RotaryEmbedding(nn.Module):
    """Cosines and sines of rotary position embeddings (Su et al., 2021), once for all layers."""

    inv_freq: Tensor

    def __init__(self, *, head_dim: int, theta: float):
        super().__init__()
        self.head_dim = head_dim
        self.theta = theta
        frequencies = rotary_frequencies(self.head_dim, self.theta)
        self.register_buffer("inv_freq", frequencies, persistent=False)

    def reset_buffers(self) -> None:
        """Fill what no checkpoint holds."""
        init.copy_(self.inv_freq, rotary_frequencies(self.head_dim, self.theta))

    @torch.no_grad()
    def forward(self, hidden_states: Tensor, position_ids: Tensor) -> tuple[Tensor, Tensor]:
        # not a matrix product, whose precision autocast would lower
        angles = position_ids[:, None, :, None].float() * self.inv_freq.float()
        dtype = hidden_states.dtype
        return angles.cos().to(dtype), angles.sin().to(dtype)  # (batch or 1, 1, length, head_dim/2)


def apply_rotary(states: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotate each pair (i, i + head_dim/2) of queries or keys by its angle."""
    first, second = states.chunk(2, dim=-1)  # (batch, heads, length, head_dim/2)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)
