"""One tree's loop, the bare loop and transformers' Trainer, run by turns in one process.

``python -m tests.bench.contenders TREE OUTPUT --rounds R --steps S`` prints, as JSON, the tokens
per second of each in each round, by the clock and by the time that the process had a CPU. A run
takes one step more than it counts: time is taken between the optimizer's updates, so that what
comes before the first and after the last is nobody's. Beside the tree it needs torch, transformers
and accelerate, and nothing of fgc.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import io
import json
import shutil
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from types import ModuleType

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.utils.data import Dataset
from transformers import Trainer, TrainingArguments
from transformers.utils import logging

from tests.bench.bare_loop import bare_loop

MAX_GRAD_NORM = 1.0
LOGGING_STEPS = 10

Contender = Callable[[ModuleType, Path, torch.device, int], None]
"""Takes so many steps with the parts of a tree's train.py, an output folder and a device."""


class Samples(Dataset[dict[str, torch.Tensor]]):
    """Blocks of tokens as transformers' Trainer takes them."""

    def __init__(self, blocks: Dataset[torch.Tensor]):
        self.blocks = blocks

    def __len__(self) -> int:
        return len(self.blocks)  # type: ignore[arg-type]

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return {"input_ids": self.blocks[index], "labels": self.blocks[index]}


def generated(train: ModuleType, output: Path, device: torch.device, steps: int) -> None:
    """The whole program, with its log, bar and checkpoint."""
    sys.argv = ["train.py", "--device", str(device), "--output-dir", str(output)]
    sys.argv += ["--resume", "never", "--max-steps", str(steps)]
    shutil.rmtree(output / "checkpoints", ignore_errors=True)
    (output / "metrics.jsonl").unlink(missing_ok=True)
    assert train.main() == 0


def bare(train: ModuleType, output: Path, device: torch.device, steps: int) -> None:
    """A loop that does nothing but train."""
    batches = _batches(train, output)
    model, optimizer, schedule = _model(train, device)
    limits = {"steps": steps, "max_grad_norm": MAX_GRAD_NORM}
    bare_loop(model, optimizer, schedule, batches, device=device, **limits)


def trainer(train: ModuleType, output: Path, device: torch.device, steps: int) -> None:
    """transformers' Trainer with the same model, samples, optimizer and schedule."""
    model, optimizer, schedule = _model(train, device)
    arguments = TrainingArguments(
        output_dir=str(output / "trainer"),
        per_device_train_batch_size=train.BATCH_SIZE,
        max_steps=steps,
        max_grad_norm=MAX_GRAD_NORM,
        logging_steps=LOGGING_STEPS,
        save_strategy="no",
        report_to=[],
        use_cpu=device.type == "cpu",
        disable_tqdm=True,
        seed=train.SEED,
    )
    samples = Samples(_batches(train, output).data)
    Trainer(model, arguments, train_dataset=samples, optimizers=(optimizer, schedule)).train()


def _batches(train: ModuleType, output: Path):
    tokenizer = train.PreTrainedTokenizerFast.from_pretrained(train.HERE / "model")
    return train.build_train_data(tokenizer, output / "cache")


def _model(train: ModuleType, device: torch.device):
    train.seed_everything(train.SEED)
    model = train.build_model().to(device)
    optimizer = train.build_optimizer(model.named_parameters())
    return model, optimizer, train.build_lr_scheduler(optimizer, train.build_tokens_per_step())


CONTENDERS: dict[str, Contender] = {
    "bare loop": bare,
    "generated loop": generated,
    "bare loop again": bare,
    "transformers' Trainer": trainer,
}


def seconds_of(
    contender: Contender, train: ModuleType, output: Path, device: torch.device, steps: int
) -> tuple[float, float]:
    """How long ``steps`` steps take, from the first update to the last: by the clock, of a CPU."""
    gc.collect()
    updates = 0
    times: list[tuple[float, float]] = []

    def note(*_: object) -> None:
        nonlocal updates
        if updates in (0, steps):
            if device.type != "cpu":
                torch.accelerator.synchronize()
            times.append((perf_counter(), process_time()))
        updates += 1

    hook = register_optimizer_step_post_hook(note)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            contender(train, output, device, steps + 1)
    finally:
        hook.remove()
    if updates != steps + 1:
        raise RuntimeError(f"{updates} updates, not {steps + 1}")
    (start, cpu_start), (stop, cpu_stop) = times
    return stop - start, cpu_stop - cpu_start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("tree", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    options = parser.parse_args()
    logging.set_verbosity_error()
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(options.tree))
    train = importlib.import_module("train")
    tokens = train.BATCH_SIZE * train.SEQ_LEN * options.steps

    speeds: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    cpu_speeds: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    for contender in CONTENDERS.values():
        seconds_of(contender, train, options.output, options.device, 2)
    order = list(CONTENDERS)
    for _ in range(options.rounds):
        for name in order:
            contender = CONTENDERS[name]
            seconds, cpu_seconds = seconds_of(
                contender, train, options.output, options.device, options.steps
            )
            speeds[name].append(tokens / seconds)
            cpu_speeds[name].append(tokens / cpu_seconds)
        # nobody always follows the same one
        order = order[1:] + order[:1]
    report = {"threads": torch.get_num_threads(), "speeds": speeds, "cpu_speeds": cpu_speeds}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
