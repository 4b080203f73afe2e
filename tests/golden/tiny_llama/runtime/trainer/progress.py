"""How far a run has come."""

import math
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from torch import Tensor


@dataclass
class Progress:
    """The counters of a run. A checkpoint holds them; a resumed run goes on from them."""

    tokens_per_step: int  # that a step reads, over all ranks
    step: int = 0  # optimizer steps taken
    tokens: int = 0  # that these read, over all ranks
    start_step: int = 0  # where the run began: that of another run's checkpoint, or 0
    # of each step since the last log record: its loss, left on the device, and its target tokens
    losses: list[tuple[Tensor | float, int]] = field(default_factory=list)

    def advance(self, loss: Tensor, num_targets: int) -> None:
        """Counts a step. Does not wait for the device."""
        self.step += 1
        self.tokens += self.tokens_per_step
        self.losses.append((loss, num_targets))

    def mean_loss(self) -> float:
        """The loss per target token since the last log record. Waits for the device.

        Raises FloatingPointError where it is not finite.
        """
        weighted = sum(float(loss) * targets for loss, targets in self.losses)
        mean = weighted / sum(targets for _, targets in self.losses)
        if not math.isfinite(mean):
            since = self.step - len(self.losses)
            raise FloatingPointError(f"the loss is {mean} between steps {since} and {self.step}")
        return mean

    def require_finite(self) -> None:
        """Raises FloatingPointError where a loss since the last log record is not finite."""
        if self.losses:
            self.mean_loss()

    def take_mean_loss(self) -> float:
        """`mean_loss`, and begins anew."""
        mean = self.mean_loss()
        self.losses.clear()
        return mean

    def state_dict(self) -> dict[str, Any]:
        """The counters as numbers and lists. Waits for the device."""
        return {
            "tokens_per_step": self.tokens_per_step,
            "step": self.step,
            "tokens": self.tokens,
            "start_step": self.start_step,
            "losses": [[float(loss), targets] for loss, targets in self.losses],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes on what `state_dict` gave, but for the size of a step, which is the program's."""
        self.step = state["step"]
        self.tokens = state["tokens"]
        self.start_step = state["start_step"]
        self.losses = [(loss, targets) for loss, targets in state["losses"]]
