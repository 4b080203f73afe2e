"""The training loop."""

from collections.abc import Callable
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from typing import Literal

from torch.amp import GradScaler
from torch.nn.attention import SDPBackend
from torch.nn.attention import sdpa_kernel

from fgc.runtime.callbacks.questions import any_asks
from fgc.runtime.data.batch import Batch
from fgc.runtime.trainer import strategy
from fgc.runtime.trainer.checkpoint import TrainingState
from fgc.runtime.trainer.checkpoint import checkpoint_folder
from fgc.runtime.trainer.checkpoint import save_checkpoint
from fgc.runtime.trainer.control import StopSignals
from fgc.runtime.trainer.evaluate import evaluate
from fgc.runtime.trainer.metrics import Measurements
from fgc.runtime.trainer.metrics import MetricsLog
from fgc.runtime.trainer.metrics import Record
from fgc.runtime.trainer.precision import scaled_step
from fgc.runtime.trainer.progress_bar import ProgressBar


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
    eval_data: Iterable[Batch] | None = None,
    # batches in a step
    gradient_accumulation_steps: int | None = None,
    # what matrix products of the model are computed in, where it is not the dtype of the weights
    precision: Literal["bf16", "fp16"] | None = None,
    # scales the loss, so that gradients in float16 are neither zero nor infinite
    scaler: GradScaler | None = None,
    # names of `SDPBackend`: attention runs in the first that can serve it
    sdpa_backends: list[str] | None = None,
    # gradients of a larger global norm are scaled down to this one
    max_grad_norm: float | None = None,
    # steps from one log record to the next
    logging_steps: int = 10,
    # steps from one evaluation to the next; the end has one anyway
    eval_steps: int | None = None,
    # steps from one checkpoint to the next; the end has one anyway
    save_steps: int | None = None,
    # how many checkpoints to keep, the newest
    save_total_limit: int | None = None,
    # what is called at the events of the run, and asked at each step: callbacks/events.py
    on_train_begin: list[Callable[[TrainingState], None]] | None = None,
    on_step_begin: list[Callable[[TrainingState], None]] | None = None,
    on_pre_optimizer_step: list[Callable[[TrainingState], None]] | None = None,
    on_optimizer_step: list[Callable[[TrainingState], None]] | None = None,
    on_step_end: list[Callable[[TrainingState], None]] | None = None,
    on_log: list[Callable[[TrainingState, Record], None]] | None = None,
    on_evaluate: list[Callable[[TrainingState, Record], None]] | None = None,
    on_save: list[Callable[[TrainingState, Path], None]] | None = None,
    on_train_end: list[Callable[[TrainingState], None]] | None = None,
    should_evaluate: list[Callable[[TrainingState], bool]] | None = None,
    should_save: list[Callable[[TrainingState], bool]] | None = None,
    should_training_stop: list[Callable[[TrainingState], bool]] | None = None,
    # those whose state a checkpoint holds, by name
    callbacks: dict[str, Any] | None = None,
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
        (
            nullcontext()
            if sdpa_backends is None
            else sdpa_kernel(
                [SDPBackend.__members__[name] for name in sdpa_backends], set_priority=True
            )
        ),
    ):
        if on_train_begin is not None:
            for handle in on_train_begin:
                handle(state)
        while progress.step < last_step and signals.received is None:
            if should_training_stop is not None and any_asks(should_training_stop, state):
                break
            if on_step_begin is not None:
                for handle in on_step_begin:
                    handle(state)
            if gradient_accumulation_steps is None:
                batch = next(train_data)
                num_targets = strategy.total(batch.num_targets)
                loss = strategy.forward_backward(
                    model, batch.to(device), num_targets, precision=precision, scaler=scaler
                )
            else:
                micro_batches = [next(train_data) for _ in range(gradient_accumulation_steps)]
                num_targets = strategy.total(sum(batch.num_targets for batch in micro_batches))
                loss = strategy.accumulate(
                    model, micro_batches, num_targets, device, precision=precision, scaler=scaler
                )
            measured: Measurements = {"learning_rate": lr_scheduler.get_last_lr()[0]}
            if scaler is not None and (
                max_grad_norm is not None or on_pre_optimizer_step is not None
            ):
                scaler.unscale_(optimizer)
            if max_grad_norm is not None:
                measured["grad_norm"] = strategy.clip_grad_norm(model, max_grad_norm)
            if on_pre_optimizer_step is not None:
                for handle in on_pre_optimizer_step:
                    handle(state)
            if scaler is None:
                optimizer.step()
                lr_scheduler.step()
            elif scaled_step(scaler, optimizer):
                lr_scheduler.step()
            else:
                # the weights are as before, and so the learning rate stays where it is
                measured.pop("grad_norm", None)
            if on_optimizer_step is not None:
                for handle in on_optimizer_step:
                    handle(state)
            optimizer.zero_grad()
            progress.advance(loss, num_targets)
            bar.advance()
            if on_step_end is not None:
                for handle in on_step_end:
                    handle(state)

            if progress.step % logging_steps == 0:
                measured["loss"] = strategy.total(progress.take_mean_loss())
                measured["tokens_per_second"] = metrics.tokens_per_second()
                if scaler is not None:
                    measured["loss_scale"] = scaler.get_scale()
                record = metrics.write(measured)
                bar.show(record)
                if on_log is not None:
                    for handle in on_log:
                        handle(state, record)
            if eval_data is not None and (
                (eval_steps is not None and progress.step % eval_steps == 0)
                or (should_evaluate is not None and any_asks(should_evaluate, state))
            ):
                eval_loss = evaluate(model, eval_data, device, precision=precision)
                record = metrics.write({"eval_loss": eval_loss})
                bar.show(record)
                if on_evaluate is not None:
                    for handle in on_evaluate:
                        handle(state, record)
                    # what they took is no part of the next step's time
                    metrics.start_window()
            if (save_steps is not None and progress.step % save_steps == 0) or (
                should_save is not None and any_asks(should_save, state)
            ):
                save_checkpoint(
                    checkpoints, state, project_dir, keep=save_total_limit, callbacks=callbacks
                )
                saved_step = progress.step
                if on_save is not None:
                    for handle in on_save:
                        handle(state, checkpoint_folder(checkpoints, saved_step))
                # what it took is no part of the next step's time
                metrics.start_window()

        if saved_step < progress.step:
            save_checkpoint(
                checkpoints, state, project_dir, keep=save_total_limit, callbacks=callbacks
            )
            if on_save is not None:
                for handle in on_save:
                    handle(state, checkpoint_folder(checkpoints, progress.step))
        # What the cadences have not covered. A run that goes on drops these records; one that was
        # stopped before it had them makes them when it is started again.
        if signals.received is None:
            if progress.losses:
                loss = strategy.total(progress.mean_loss())
                record = metrics.write({"loss": loss}, final=True)
                bar.show(record)
                if on_log is not None:
                    for handle in on_log:
                        handle(state, record)
            if eval_data is not None and (eval_steps is None or progress.step % eval_steps != 0):
                eval_loss = evaluate(model, eval_data, device, precision=precision)
                record = metrics.write({"eval_loss": eval_loss}, final=True)
                bar.show(record)
                if on_evaluate is not None:
                    for handle in on_evaluate:
                        handle(state, record)
        if on_train_end is not None:
            for handle in on_train_end:
                handle(state)
    return signals.received
