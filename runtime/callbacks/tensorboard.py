"""Metrics for TensorBoard."""

from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from fgc.runtime.trainer import strategy
from fgc.runtime.trainer.checkpoint import TrainingState
from fgc.runtime.trainer.metrics import Record

# What says when something was measured.
_CLOCK = ("step", "tokens", "seconds", "final")


class TensorBoard:
    """Writes the records of metrics.jsonl to `output/tensorboard` too, for TensorBoard to draw.

    Other callbacks may add to its `writer`, which the main process has from the beginning of the
    training to its end.
    """

    def __init__(self, *, output_dir: Path) -> None:
        self.folder = output_dir / "tensorboard"
        self.writer: SummaryWriter | None = None
        self._first_step = 0

    def on_train_begin(self, state: TrainingState) -> None:
        self._first_step = state.progress.step + 1
        if strategy.is_main():
            # hides what an earlier process wrote of steps that are now taken again
            self.writer = SummaryWriter(str(self.folder), purge_step=self._first_step)

    def on_log(self, state: TrainingState, record: Record) -> None:
        self._add(record)

    def on_evaluate(self, state: TrainingState, record: Record) -> None:
        self._add(record)

    def on_train_end(self, state: TrainingState) -> None:
        if self.writer is not None:
            self.writer.close()

    def _add(self, record: Record) -> None:
        # a run that was finished already makes its last records again
        if self.writer is None or record["step"] < self._first_step:
            return
        for name, value in record.items():
            if name not in _CLOCK:
                self.writer.add_scalar(name, value, record["step"])
        self.writer.flush()
