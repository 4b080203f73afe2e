"""Tiny Llama: Five million parameters and a million tokens of the King James Bible.

Built by fgc; README.md says how to run, resume and ship it.
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from torch import nn
from torch.optim import AdamW
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR
from transformers import PreTrainedTokenizerFast

from model.configuration_tiny_llama import TinyLlamaConfig
from model.modeling_tiny_llama import TinyLlamaForCausalLM
from runtime.data.batches import SequentialBatches
from runtime.data.batches import ShuffledBatches
from runtime.data.blocks import TokenBlocks
from runtime.data.encode import tokenize_files
from runtime.schedule.budget import batch_tokens
from runtime.schedule.budget import steps
from runtime.schedule.warmup_stable_decay import warmup_stable_decay
from runtime.trainer import strategy
from runtime.trainer.checkpoint import TrainingState
from runtime.trainer.header import print_header
from runtime.trainer.loop import train
from runtime.trainer.progress import Progress
from runtime.trainer.random_state import seed_everything
from runtime.trainer.resume import resume
from runtime.trainer.summary import print_summary

HERE = Path(__file__).resolve().parent
TITLE = (__doc__ or "").partition("\n")[0].rstrip(".")

SEED = 42
SEQ_LEN = 256
BATCH_SIZE = 4
TOTAL_TOKENS = 1_000_000
WARMUP_TOKENS = 100_000
DECAY_TOKENS = 300_000
LR = 0.0012


def build_tokens_per_step() -> int:
    return batch_tokens(
        batch_size=BATCH_SIZE,
        seq_len=SEQ_LEN,
        world_size=strategy.world_size(),
    )


def build_train_data(tokenizer: PreTrainedTokenizerFast, cache_dir: Path) -> ShuffledBatches:
    return ShuffledBatches(
        TokenBlocks(
            tokens=tokenize_files(
                files=[HERE / "data/train.txt"],
                tokenizer=tokenizer,
                cache_dir=cache_dir,
            ),
            seq_len=SEQ_LEN,
        ),
        batch_size=BATCH_SIZE,
        seed=SEED,
        rank=strategy.rank(),
        world_size=strategy.world_size(),
    )


def build_eval_data(tokenizer: PreTrainedTokenizerFast, cache_dir: Path) -> SequentialBatches:
    return SequentialBatches(
        TokenBlocks(
            tokens=tokenize_files(
                files=[HERE / "data/heldout.txt"],
                tokenizer=tokenizer,
                cache_dir=cache_dir,
            ),
            seq_len=SEQ_LEN,
        ),
        batch_size=BATCH_SIZE,
    )


def build_model() -> TinyLlamaForCausalLM:
    return TinyLlamaForCausalLM(TinyLlamaConfig.from_pretrained(HERE / "model"))


def build_optimizer(named_parameters: Iterable[tuple[str, nn.Parameter]]) -> AdamW:
    return AdamW(
        named_parameters,
        lr=LR,
        betas=(0.9, 0.95),
        weight_decay=0.1,
    )


def build_lr_scheduler(optimizer: Optimizer, tokens_per_step: int) -> LambdaLR:
    return warmup_stable_decay(
        optimizer,
        total=TOTAL_TOKENS,
        warmup=WARMUP_TOKENS,
        decay=DECAY_TOKENS,
        per_step=tokens_per_step,
        min_lr_ratio=0.1,
    )


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


def main() -> int:
    args = parse_args()
    device = strategy.start(args.device)
    seed_everything(SEED + strategy.rank())

    tokenizer = PreTrainedTokenizerFast.from_pretrained(HERE / "model")
    cache_dir = args.output_dir / "cache"
    train_data = build_train_data(tokenizer, cache_dir)
    eval_data = build_eval_data(tokenizer, cache_dir)
    model = strategy.place(build_model(), device)
    optimizer = build_optimizer(model.named_parameters())
    tokens_per_step = build_tokens_per_step()
    lr_scheduler = build_lr_scheduler(optimizer, tokens_per_step)
    total_steps = steps(TOTAL_TOKENS, tokens_per_step)

    progress = Progress(tokens_per_step)
    state = TrainingState(model, optimizer, lr_scheduler, train_data, progress, device)
    header = print_header(
        TITLE,
        model,
        device,
        train_data.data,
        HERE,
        tokens_per_step=tokens_per_step,
        total_steps=total_steps,
    )
    checkpoints = args.output_dir / "checkpoints"
    resume(args.resume, checkpoints, state, HERE)
    stop_signal = train(
        state,
        output_dir=args.output_dir,
        checkpoints=checkpoints,
        project_dir=HERE,
        header=header,
        last_step=total_steps if args.max_steps is None else min(args.max_steps, total_steps),
        eval_data=eval_data,
        max_grad_norm=1.0,
        logging_steps=10,
        eval_steps=100,
        save_steps=500,
        save_total_limit=2,
    )
    print_summary(args.output_dir, checkpoints)
    strategy.finish()
    # as a shell reports a program that a signal ended
    return 0 if stop_signal is None else 128 + stop_signal


if __name__ == "__main__":
    sys.exit(main())
