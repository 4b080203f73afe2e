"""What a model is given at once, and how it is made from samples."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """A batch for a causal language model, which itself shifts the labels against the inputs."""

    input_ids: Tensor  # (batch, length), int64
    labels: Tensor  # (batch, length), int64
    num_targets: int  # labels that are predicted; a Python number, so that nothing waits for it

    def to(self, device: torch.device) -> "Batch":
        """This batch on `device`."""
        return Batch(
            self.input_ids.to(device, non_blocking=True),
            self.labels.to(device, non_blocking=True),
            self.num_targets,
        )


def collate(samples: list[Tensor]) -> Batch:
    """Token sequences of one length as a batch, in which all but the first token is a target."""
    input_ids = torch.stack(samples)
    batch_size, length = input_ids.shape
    return Batch(input_ids, input_ids.clone(), batch_size * (length - 1))
