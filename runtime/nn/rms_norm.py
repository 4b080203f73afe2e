"""Root mean square layer normalisation."""

import torch
import torch.nn.functional as F
from torch import Tensor
from torch import nn


class RMSNorm(nn.Module):
    """Root mean square layer normalisation (Zhang and Sennrich, 2019)."""

    def __init__(self, *, hidden_size: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden_size))
        self.variance_epsilon = eps

    def forward(self, hidden_states: Tensor) -> Tensor:
        # the mean is taken in float32, the scale applied in the dtype of the input
        normed = F.rms_norm(hidden_states, self.weight.shape, eps=self.variance_epsilon)
        return self.weight * normed
