"""The gated feed-forward network with a SiLU gate."""

import torch.nn.functional as F
from torch import Tensor
from torch import nn


class SwiGLU(nn.Module):
    """Feed-forward network with a SiLU gate (Shazeer, 2020)."""

    def __init__(self, *, hidden_size: int, intermediate_size: int, bias: bool = False):
        super().__init__()
        self.gate_proj = nn.Linear(hidden_size, intermediate_size, bias=bias)
        self.up_proj = nn.Linear(hidden_size, intermediate_size, bias=bias)
        self.down_proj = nn.Linear(intermediate_size, hidden_size, bias=bias)

    def forward(self, hidden_states: Tensor) -> Tensor:
        gate = F.silu(self.gate_proj(hidden_states))  # (batch, length, intermediate)
        return self.down_proj(gate * self.up_proj(hidden_states))
