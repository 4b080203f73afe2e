"""The program that every training project has, before an experiment is put into it.

The compiler reads this file and never imports it. `main` is specialised as any function of the
runtime is: its keyword-only parameters are what a configuration decides. A factory `build_x`
becomes the function of that name, which the compiler writes above it, and which takes those of the
offered keywords that it depends on.
"""

# a name that a decision binds is read only under the same decision
# pyright: reportPossiblyUnboundVariable=false

import argparse
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from typing import Literal

import torch
from torch.amp import GradScaler
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from transformers import PreTrainedModel
from transformers import PreTrainedTokenizerFast

from fgc.runtime.data.batch import Batch
from fgc.runtime.data.batches import ShuffledBatches
from fgc.runtime.factory import Factory
from fgc.runtime.schedule.budget import steps
from fgc.runtime.trainer import strategy
from fgc.runtime.trainer.checkpoint import TrainingState
from fgc.runtime.trainer.header import print_header
from fgc.runtime.trainer.metrics import Record
from fgc.runtime.trainer.precision import default_dtype
from fgc.runtime.trainer.progress import Progress
from fgc.runtime.trainer.random_state import seed_everything
from fgc.runtime.trainer.resume import resume
from fgc.runtime.trainer.summary import print_summary

HERE = Path(__file__).resolve().parent
TITLE = (__doc__ or "").partition("\n")[0].rstrip(".")


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=TITLE, allow_abbrev=False)
    parser.add_argument(
        "--output-dir",
        type=Path,
        default=HERE / "output",
        help="where checkpoints and metrics go (default: output/ beside this file)",
    )
    parser.add_argument(
        "--resume",
        default="auto",
        metavar="auto|never|PATH",
        help="go on from the newest checkpoint in the output folder if there is one (default), "
        "from none, or from the one at PATH",
    )
    parser.add_argument(
        "--max-steps",
        type=int,
        metavar="N",
        help="stop after step N; the schedule stays that of the whole run",
    )
    parser.add_argument("--device", help="such as cpu, cuda:1 or mps (default: what there is)")
    args = parser.parse_args()
    if args.max_steps is not None and args.max_steps < 0:
        parser.error("argument --max-steps: a number of steps is not negative")
    return args


def main(
    *,
    # of every random number; each rank adds its own number
    seed: int,
    # tokens that the run reads
    total_tokens: int,
    # in their place, the steps that it takes
    num_steps: int | None = None,
    # whether the run begins at a checkpoint of another, where its schedule and its tokens begin
    from_checkpoint: bool = False,
    build_tokens_per_step: Factory[int],
    build_train_data: Factory[ShuffledBatches],
    # None: no held-out loss
    build_eval_data: Factory[Iterable[Batch]] | None = None,
    build_model: Factory[PreTrainedModel],
    # of the weights; None: float32
    dtype: Literal["bfloat16"] | None = None,
    # what matrix products are computed in by autocast; None: in the dtype of the weights
    precision: Literal["bf16", "fp16"] | None = None,
    # scales the loss, so that gradients in float16 are neither zero nor infinite; None: nothing
    build_scaler: Factory[GradScaler] | None = None,
    # how exact matrix products in float32 are; None: as torch has it
    float32_matmul_precision: Literal["highest", "high", "medium"] | None = None,
    # transformers' name for how attention is computed; None: as transformers has it
    attn_implementation: Literal["eager", "flash_attention_2", "flex_attention"] | None = None,
    # whether the backward pass computes the layers' activations anew, to save memory
    gradient_checkpointing: bool = False,
    # what is compiled: the model as a whole, or each of its layers; None: nothing
    torch_compile: Literal["model", "layers"] | None = None,
    # arguments of `torch.compile`
    torch_compile_options: dict[str, Any] | None = None,
    # the optimizer's options for some parameters, by their names; None: all have the same
    parameter_groups: Mapping[str, Mapping[str, Any]] | None = None,
    build_optimizer: Factory[Optimizer],
    build_lr_scheduler: Factory[LRScheduler],
    train: Factory[int | None],
    # what the callbacks do at the events of the run, and are asked: runtime/callbacks/events.py
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
    # those of them that have a state, by name
    callbacks: dict[str, Any] | None = None,
) -> int:
    args = parse_args()
    device = strategy.start(args.device)
    seed_everything(seed + strategy.rank())
    if float32_matmul_precision is not None:
        torch.set_float32_matmul_precision(float32_matmul_precision)

    tokenizer = PreTrainedTokenizerFast.from_pretrained(HERE / "model")
    cache_dir = args.output_dir / "cache"
    train_data = build_train_data(tokenizer=tokenizer, cache_dir=cache_dir)
    if build_eval_data is not None:
        eval_data = build_eval_data(tokenizer=tokenizer, cache_dir=cache_dir)
    with nullcontext() if dtype is None else default_dtype(torch.bfloat16):
        model = strategy.place(build_model(), device)
    if attn_implementation is not None:
        model.set_attn_implementation(attn_implementation)
    if gradient_checkpointing:
        model.activation_checkpointing_enable()
    if torch_compile == "model":
        model.compile(**({} if torch_compile_options is None else torch_compile_options))
    elif torch_compile == "layers":
        for layer in model.model.layers:
            layer.compile(**({} if torch_compile_options is None else torch_compile_options))
    optimizer = build_optimizer(named_parameters=model.named_parameters())
    tokens_per_step = build_tokens_per_step()
    lr_scheduler = build_lr_scheduler(optimizer=optimizer, tokens_per_step=tokens_per_step)
    total_steps = steps(total_tokens, tokens_per_step) if num_steps is None else num_steps

    progress = Progress(tokens_per_step)
    if build_scaler is None:
        state = TrainingState(model, optimizer, lr_scheduler, train_data, progress, device)
    else:
        scaler = build_scaler(device_type=device.type)
        state = TrainingState(
            model, optimizer, lr_scheduler, train_data, progress, device, scaler=scaler
        )
    header = print_header(
        TITLE,
        model,
        device,
        train_data.data,
        HERE,
        tokens_per_step=tokens_per_step,
        total_steps=total_steps,
        optimizer=None if parameter_groups is None else optimizer,
    )
    checkpoints = args.output_dir / "checkpoints"
    resume(
        args.resume, checkpoints, state, HERE, from_checkpoint=from_checkpoint, callbacks=callbacks
    )
    if from_checkpoint:
        total_steps += progress.start_step
        header["total_steps"] = total_steps
    stop_signal = train(
        state=state,
        output_dir=args.output_dir,
        checkpoints=checkpoints,
        project_dir=HERE,
        header=header,
        last_step=total_steps if args.max_steps is None else min(args.max_steps, total_steps),
        eval_data=None if build_eval_data is None else eval_data,
        precision=precision,
        scaler=None if build_scaler is None else scaler,
        on_train_begin=on_train_begin,
        on_step_begin=on_step_begin,
        on_pre_optimizer_step=on_pre_optimizer_step,
        on_optimizer_step=on_optimizer_step,
        on_step_end=on_step_end,
        on_log=on_log,
        on_evaluate=on_evaluate,
        on_save=on_save,
        on_train_end=on_train_end,
        should_evaluate=should_evaluate,
        should_save=should_save,
        should_training_stop=should_training_stop,
        callbacks=callbacks,
    )
    print_summary(args.output_dir, checkpoints)
    strategy.finish()
    # as a shell reports a program that a signal ended
    return 0 if stop_signal is None else 128 + stop_signal
