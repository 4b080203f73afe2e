"""The program that every training project has, before an experiment is put into it.

The compiler reads this file and never imports it. `main` is specialised as any function of the
runtime is: its keyword-only parameters are what a configuration decides. A factory `build_x`
becomes the function of that name, which the compiler writes above it, and which takes those of the
offered keywords that it depends on.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

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
from fgc.runtime.trainer.progress import Progress
from fgc.runtime.trainer.random_state import seed_everything
from fgc.runtime.trainer.resume import resume
from fgc.runtime.trainer.summary import print_summary

HERE = Path(__file__).resolve().parent


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
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
    return parser.parse_args()


def main(
    *,
    # of every random number; each rank adds its own number
    seed: int,
    # tokens that the run reads
    total_tokens: int,
    build_tokens_per_step: Factory[int],
    build_train_data: Factory[ShuffledBatches],
    # None: no held-out loss
    build_eval_data: Factory[Iterable[Batch]] | None = None,
    build_model: Factory[PreTrainedModel],
    # whether the backward pass computes the layers' activations anew, to save memory
    gradient_checkpointing: bool = False,
    build_optimizer: Factory[Optimizer],
    build_lr_scheduler: Factory[LRScheduler],
    train: Factory[int | None],
) -> int:
    args = parse_args()
    device = strategy.start(args.device)
    seed_everything(seed + strategy.rank())

    tokenizer = PreTrainedTokenizerFast.from_pretrained(HERE / "model")
    cache_dir = args.output_dir / "cache"
    train_data = build_train_data(tokenizer=tokenizer, cache_dir=cache_dir)
    model = strategy.place(build_model(), device)
    if gradient_checkpointing:
        model.gradient_checkpointing_enable()
    optimizer = build_optimizer(named_parameters=model.named_parameters())
    tokens_per_step = build_tokens_per_step()
    lr_scheduler = build_lr_scheduler(optimizer=optimizer, tokens_per_step=tokens_per_step)
    total_steps = steps(total_tokens, tokens_per_step)

    progress = Progress()
    state = TrainingState(model, optimizer, lr_scheduler, train_data, progress, device)
    print_header(
        model,
        device,
        train_data.data,
        tokens_per_step=tokens_per_step,
        total_steps=total_steps,
    )
    resume(args.resume, args.output_dir / "checkpoints", state, HERE)
    stop_signal = train(
        model=model,
        optimizer=optimizer,
        schedule=lr_scheduler,
        batches=train_data,
        progress=progress,
        device=device,
        output_dir=args.output_dir,
        project_dir=HERE,
        last_step=total_steps if args.max_steps is None else min(args.max_steps, total_steps),
        tokens_per_step=tokens_per_step,
        eval_data=(
            None
            if build_eval_data is None
            else build_eval_data(tokenizer=tokenizer, cache_dir=cache_dir)
        ),
    )
    print_summary(args.output_dir)
    strategy.finish()
    # as a shell reports a program that a signal ended
    return 0 if stop_signal is None else 128 + stop_signal
