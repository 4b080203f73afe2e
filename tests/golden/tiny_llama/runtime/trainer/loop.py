"""The training loop."""

from collections.abc import Iterable
from pathlib import Path

from runtime.data.batch import Batch
from runtime.trainer import strategy
from runtime.trainer.checkpoint import TrainingState
from runtime.trainer.checkpoint import save_checkpoint
from runtime.trainer.control import StopSignals
from runtime.trainer.evaluate import evaluate
from runtime.trainer.metrics import Measurements
from runtime.trainer.metrics import MetricsLog
from runtime.trainer.metrics import Record
from runtime.trainer.progress_bar import ProgressBar


def train(
    state: TrainingState,
    *,
    # where the metrics go
    output_dir: Path,
    # where the checkpoints go
    checkpoints: Path,
    # the folder of train.py, from which a checkpoint takes the model's code and tokenizer
    project_dir: Path,
    # what the metrics begin with
    header: Record,
    # the step after which to stop
    last_step: int,
    # held-out data, read from its beginning at each evaluation
    eval_data: Iterable[Batch],
    # gradients of a larger global norm are scaled down to this one
    max_grad_norm: float,
    # steps from one log record to the next
    logging_steps: int,
    # steps from one evaluation to the next; the end has one anyway
    eval_steps: int,
    # steps from one checkpoint to the next; the end has one anyway
    save_steps: int,
    # how many checkpoints to keep, the newest
    save_total_limit: int,
) -> int | None:
    """Trains until `last_step`, or until a signal asks to stop, and saves a checkpoint.

    Within a step nothing waits for the device: losses stay there until they are logged or saved.
    Returns the number of the signal, or None. Raises FloatingPointError for a loss that is not
    finite.
    """
    model, optimizer, lr_scheduler = state.model, state.optimizer, state.lr_scheduler
    train_data, progress, device = state.train_data, state.progress, state.device
    if progress.step > last_step:
        return None
    saved_step = progress.step
    model.train()
    with (
        MetricsLog(output_dir / "metrics.jsonl", progress, header) as metrics,
        ProgressBar(progress.step, last_step) as bar,
        StopSignals() as signals,
    ):
        while progress.step < last_step and signals.received is None:
            batch = next(train_data)
            num_targets = strategy.total(batch.num_targets)
            loss = strategy.forward_backward(model, batch.to(device), num_targets)
            measured: Measurements = {"learning_rate": lr_scheduler.get_last_lr()[0]}
            measured["grad_norm"] = strategy.clip_grad_norm(model, max_grad_norm)
            optimizer.step()
            lr_scheduler.step()
            optimizer.zero_grad()
            progress.advance(loss, num_targets)
            bar.advance()

            if progress.step % logging_steps == 0:
                measured["loss"] = strategy.total(progress.take_mean_loss())
                measured["tokens_per_second"] = metrics.tokens_per_second()
                record = metrics.write(measured)
                bar.show(record)
            if progress.step % eval_steps == 0:
                eval_loss = evaluate(model, eval_data, device)
                record = metrics.write({"eval_loss": eval_loss})
                bar.show(record)
            if progress.step % save_steps == 0:
                save_checkpoint(checkpoints, state, project_dir, keep=save_total_limit)
                saved_step = progress.step
                # what it took is no part of the next step's time
                metrics.start_window()

        if saved_step < progress.step:
            save_checkpoint(checkpoints, state, project_dir, keep=save_total_limit)
        # What the cadences have not covered. A run that goes on drops these records; one that was
        # stopped before it had them makes them when it is started again.
        if signals.received is None:
            if progress.losses:
                loss = strategy.total(progress.mean_loss())
                record = metrics.write({"loss": loss}, final=True)
                bar.show(record)
            if progress.step % eval_steps != 0:
                eval_loss = evaluate(model, eval_data, device)
                record = metrics.write({"eval_loss": eval_loss}, final=True)
                bar.show(record)
    return signals.received
