"""One process on one device."""

import os
from contextlib import nullcontext
from typing import Literal
from typing import TypeVar

import torch
from torch import Tensor
from torch import nn
from torch.amp import GradScaler
from transformers import PreTrainedModel

from fgc.runtime.data.batch import Batch

Model = TypeVar("Model", bound=nn.Module)
Number = TypeVar("Number", int, float)


def start(device: str | None) -> torch.device:
    """The device to train on: the given one, else the accelerator that there is, else the CPU.

    Ends the program where there is no such device, and where `torchrun` started several
    processes: each would train alone.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise SystemExit("error: this program trains in one process: start it with `python`")
    if device is None:
        return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
    try:
        chosen = torch.empty(0, device=device).device
    except (AssertionError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]
        raise SystemExit(f"error: cannot train on device `{device}`: {reason}") from error
    if chosen.index:
        # else the random state that a checkpoint holds would be that of the first device
        torch.accelerator.set_device_index(chosen.index)
    return chosen


def world_size() -> int:
    """How many processes train together."""
    return 1


def rank() -> int:
    """Which of them this is, from 0."""
    return 0


def is_main() -> bool:
    """Whether this is the process that writes what all share."""
    return True


def place(model: Model, device: torch.device) -> Model:
    """Moves the model to where it trains. The optimizer is built from what this returns."""
    return model.to(device)


def total(value: Number) -> Number:
    """The sum of `value` over all ranks."""
    return value


def forward(
    model: PreTrainedModel,
    batch: Batch,
    num_targets: int,
    *,
    # what matrix products are computed in
    precision: Literal["bf16", "fp16"] | None = None,
) -> Tensor:
    """The cross-entropy of a batch, summed over its targets and divided by `num_targets`."""
    with (
        nullcontext()
        if precision is None
        else torch.autocast(
            batch.input_ids.device.type, torch.bfloat16 if precision == "bf16" else torch.float16
        )
    ):
        return model(
            input_ids=batch.input_ids,
            labels=batch.labels,
            num_items_in_batch=num_targets,
            use_cache=False,
        ).loss


def forward_backward(
    model: PreTrainedModel,
    batch: Batch,
    num_targets: int,
    *,
    precision: Literal["bf16", "fp16"] | None = None,
    scaler: GradScaler | None = None,
) -> Tensor:
    """Adds the gradients of a batch; returns its share of the step's loss, on the device.

    With `num_targets` of the whole step, over all batches and ranks, these shares sum to the mean
    over all targets, however unevenly the batches are filled.
    """
    loss = forward(model, batch, num_targets, precision=precision)
    if scaler is None:
        loss.backward()
    else:
        scaler.scale(loss).backward()
    return loss.detach()


def accumulate(
    model: PreTrainedModel,
    batches: list[Batch],
    num_targets: int,
    device: torch.device,
    *,
    precision: Literal["bf16", "fp16"] | None = None,
    scaler: GradScaler | None = None,
) -> Tensor:
    """`forward_backward` for a step of several batches, one after the other."""
    loss = forward_backward(
        model, batches[0].to(device), num_targets, precision=precision, scaler=scaler
    )
    for batch in batches[1:]:
        loss = loss + forward_backward(
            model, batch.to(device), num_targets, precision=precision, scaler=scaler
        )
    return loss


def clip_grad_norm(model: PreTrainedModel, max_norm: float) -> Tensor:
    """Scales gradients of a larger global norm down to `max_norm`; returns what it was."""
    return nn.utils.clip_grad_norm_(model.parameters(), max_norm)


def model_state(model: PreTrainedModel) -> dict[str, Tensor]:
    """Weights and persistent buffers by name; a tied weight once, under the first of its names."""
    names = {name for name, _ in model.named_parameters()}
    names.update(name for name, _ in model.named_buffers())
    return {name: tensor for name, tensor in model.state_dict().items() if name in names}


def load_model_state(model: PreTrainedModel, state: dict[str, Tensor]) -> None:
    """Loads what `model_state` gave. Raises ValueError for names or shapes that are not its own."""
    different = _shapes(state) ^ _shapes(model_state(model))
    if different:
        names = sorted({name for name, _ in different})
        raise ValueError(f"weights of another model: {', '.join(names[:5])}")
    # not strict: the other names of tied weights are missing
    model.load_state_dict(state, strict=False)


def _shapes(state: dict[str, Tensor]) -> set[tuple[str, torch.Size]]:
    return {(name, tensor.shape) for name, tensor in state.items()}


def finish() -> None:
    """Ends what `start` began."""
