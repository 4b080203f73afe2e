"""The training loop."""

from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from transformers import PreTrainedModel

from runtime.data.batch import Batch
from runtime.trainer import strategy
from runtime.trainer.checkpoint import save_checkpoint
from runtime.trainer.control import StopSignals
from runtime.trainer.evaluate import evaluate
from runtime.trainer.metrics import MetricsLog
from runtime.trainer.progress import Progress
from runtime.trainer.progress_bar import ProgressBar


def train(
    model: PreTrainedModel,
    optimizer: Optimizer,
    schedule: LRScheduler,
    batches: Iterator[Batch],
    progress: Progress,
    *,
    device: torch.device,
    # the folder of train.py; its model/ files go into every checkpoint
    project: Path,
    # where checkpoints and metrics go
    output_dir: Path,
    # the step after which to stop
    last_step: int,
    # tokens that a step reads, over all ranks
    tokens_per_step: int,
    # held-out data, read from its beginning each time
    eval_data: Iterable[Batch],
    # gradients whose global norm is larger are scaled down to it
    max_grad_norm: float,
    # steps from one log record to the next
    logging_steps: int,
    # steps from one evaluation to the next
    eval_steps: int,
    # steps from one checkpoint to the next
    save_steps: int,
    # checkpoints to keep
    save_total_limit: int,
) -> int | None:
    """Trains from `progress.step` to `last_step`, or until a signal asks to stop.

    Either way it ends on a checkpoint. Nothing within a step waits for the device: losses stay
    there until a log record is due.

    Returns the number of the signal that stopped it, or None.
    """
    saved_step = progress.step
    model.train()
    with (
        MetricsLog(output_dir / "metrics.jsonl", progress) as metrics,
        ProgressBar(progress.step, last_step) as bar,
        StopSignals() as signals,
    ):
        while progress.step < last_step and signals.received is None:
            batch = next(batches)
            num_targets = strategy.total(batch.num_targets)
            loss = strategy.forward_backward(model, batch.to(device), num_targets)
            grad_norm = strategy.clip_grad_norm(model, max_grad_norm)
            learning_rate = schedule.get_last_lr()[0]
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            progress.advance(loss, num_targets, tokens_per_step)
            bar.advance()

            if progress.step % logging_steps == 0:
                record = metrics.write(
                    progress,
                    loss=strategy.total(progress.take_mean_loss()),
                    learning_rate=learning_rate,
                    grad_norm=grad_norm.item(),
                )
                bar.show(record)
            if progress.step % eval_steps == 0:
                bar.show(metrics.write(progress, eval_loss=evaluate(model, eval_data, device)))
            if progress.step % save_steps == 0:
                save_checkpoint(
                    project,
                    output_dir,
                    model,
                    optimizer,
                    schedule,
                    batches,
                    progress,
                    save_total_limit=save_total_limit,
                )
                saved_step = progress.step

        ...
    return signals.received
