"""The events of a run: what a callback may define."""

from pathlib import Path
from typing import Any
from typing import Protocol

from fgc.runtime.trainer.checkpoint import TrainingState
from fgc.runtime.trainer.metrics import Record


class Events(Protocol):
    """The methods that the training loop calls, by the names that transformers gave them.

    A callback is an object of any class that has some of them; it needs no base class. A build
    reads from the class's source which those are, and the loop has the calls of these and no
    others. Callbacks are called in the order of the configuration, on every rank.

    `state` is the run: its model, optimizer, lr_scheduler, train_data, progress
    (`state.progress.step`, `.tokens`) and device. It is what the loop itself works on, not a copy.
    """

    def on_train_begin(self, state: TrainingState) -> None:
        """Before the first step of this process; `state` is that of the checkpoint, if any."""
        ...

    def on_step_begin(self, state: TrainingState) -> None:
        """Before the batch of a step is read."""
        ...

    def on_pre_optimizer_step(self, state: TrainingState) -> None:
        """When the gradients of a step are whole, and clipped where that is wanted."""
        ...

    def on_optimizer_step(self, state: TrainingState) -> None:
        """When the weights have changed; the gradients are still there."""
        ...

    def on_step_end(self, state: TrainingState) -> None:
        """When a step has been counted; before it is logged, evaluated and saved."""
        ...

    def on_log(self, state: TrainingState, record: Record) -> None:
        """When a record of the training loss has been written; `record` is as in metrics.jsonl."""
        ...

    def on_evaluate(self, state: TrainingState, record: Record) -> None:
        """When the held-out loss has been written: `record["eval_loss"]`."""
        ...

    def on_save(self, state: TrainingState, checkpoint: Path) -> None:
        """When `checkpoint`, a folder, is whole and on the disk."""
        ...

    def on_train_end(self, state: TrainingState) -> None:
        """When this process has taken its last step, saved it, and made the last records."""
        ...

    def should_evaluate(self, state: TrainingState) -> bool:
        """Asked at the end of each step: whether to measure the held-out loss now."""
        ...

    def should_save(self, state: TrainingState) -> bool:
        """Asked at the end of each step, after its evaluation: whether to save a checkpoint now."""
        ...

    def should_training_stop(self, state: TrainingState) -> bool:
        """Asked before each step: whether the run is over.

        It is asked again when the run is started again; one that answers from what `state_dict`
        holds stays over.
        """
        ...

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint holds of the callback: tensors, numbers, texts, lists and mappings."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes on what `state_dict` gave. Not called where the checkpoint has nothing of it."""
        ...
