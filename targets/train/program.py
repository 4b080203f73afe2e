"""The training program: `train.py`, its slots, and what it knows only at launch."""

from pathlib import Path

from fgc.compiler.program.target import Callbacks, Launch, Program, Slot

# As `Events` in runtime/callbacks/events.py says, where each is explained.
_EVENTS = {
    "on_train_begin": ("state",),
    "on_step_begin": ("state",),
    "on_pre_optimizer_step": ("state",),
    "on_optimizer_step": ("state",),
    "on_step_end": ("state",),
    "on_log": ("state", "record"),
    "on_evaluate": ("state", "record"),
    "on_save": ("state", "checkpoint"),
    "on_train_end": ("state",),
    "should_evaluate": ("state",),
    "should_save": ("state",),
    "should_training_stop": ("state",),
}

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
        "output_dir": Launch("Path", given="args.output_dir"),
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
        "output_dir": "Path",
    },
    imports={
        "PreTrainedTokenizerFast": "transformers",
        "Iterable": "collections.abc",
        "nn": "torch",
        "Optimizer": "torch.optim",
        "LRScheduler": "torch.optim.lr_scheduler",
        "Path": "pathlib",
    },
    callbacks=Callbacks(key="callbacks", events=_EVENTS, states="callbacks"),
)
