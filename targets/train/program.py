"""The training program: `train.py`, its slots, and what it knows only at launch."""

from pathlib import Path

from fgc.compiler.program.target import Launch, Program, Slot

TRAIN = Program(
    path="train.py",
    module="fgc.targets.train.skeleton",
    skeleton=Path(__file__).parent / "skeleton.py",
    entry="main",
    functions=("parse_args", "main"),
    slots={
        "train_data": Slot(("tokenizer",)),
        "eval_data": Slot(("tokenizer",)),
        "model": Slot(),
        "optimizer": Slot(("named_parameters",)),
        "lr_scheduler": Slot(("optimizer",)),
        "tokens_per_step": Slot(),
        "scaler": Slot(("device_type",)),
    },
    launch={
        "cache_dir": Launch("Path"),
        "named_parameters": Launch("Iterable[tuple[str, nn.Parameter]]", slot="optimizer"),
        "rank": Launch("int", "strategy.rank()"),
        "world_size": Launch("int", "strategy.world_size()"),
    },
    aliases={"train": "trainer", "num_steps": "total_steps"},
    instead={"total_tokens": "total_steps"},
    types={
        "tokenizer": "PreTrainedTokenizerFast",
        "optimizer": "Optimizer",
        "lr_scheduler": "LRScheduler",
        "tokens_per_step": "int",
        "grad_accum": "int",
        "device_type": "str",
        "cache_dir": "Path",
    },
    imports={
        "PreTrainedTokenizerFast": "transformers",
        "Iterable": "collections.abc",
        "nn": "torch",
        "Optimizer": "torch.optim",
        "LRScheduler": "torch.optim.lr_scheduler",
        "Path": "pathlib",
    },
)
