"""Runs a tree's loop and the bare loop over the same parts, and reports the operations of each.

A program beside a tree: it imports the tree's modules, torch, and the file with the bare loop. Its
arguments are the tree, the file with the bare loop, an output folder, and the file for the report:
for each loop, the aten operations of each step, and a hash of the weights at the end.
"""

import hashlib
import importlib
import json
import sys
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.utils._python_dispatch import TorchDispatchMode

STEPS = 6


class Operations(TorchDispatchMode):
    """Within its `with`, records the names of the operations that run, step by step.

    A step ends when the optimizer has made its update, and what follows belongs to the next.
    """

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[list[str]] = [[]]

    def __enter__(self):
        self._hook = register_optimizer_step_post_hook(lambda *_: self.steps.append([]))
        return super().__enter__()

    def __exit__(self, *exception: object) -> None:
        self._hook.remove()
        super().__exit__(*exception)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.steps[-1].append(str(func))
        return func(*args, **(kwargs or {}))


def report(recorded: Operations, model: nn.Module) -> dict[str, Any]:
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode() + tensor.numpy().tobytes())
    return {"steps": recorded.steps, "weights": digest.hexdigest()}


def run_generated(train: Any, output: Path) -> dict[str, Any]:
    """The whole program, as `python train.py` runs it."""
    sys.argv = ["train.py", "--output-dir", str(output), "--max-steps", str(STEPS)]
    sys.argv += ["--device", "cpu"]
    models: list[nn.Module] = []
    build_model = train.build_model

    def remember() -> nn.Module:
        models.append(build_model())
        return models[-1]

    train.build_model = remember
    with Operations() as recorded:
        assert train.main() == 0
    train.build_model = build_model
    return report(recorded, models[0])


def run_bare(train: Any, bare: Any, output: Path) -> dict[str, Any]:
    """The bare loop over the parts that the program's functions build."""
    train.seed_everything(train.SEED)
    with Operations() as recorded:
        tokenizer = train.PreTrainedTokenizerFast.from_pretrained(train.HERE / "model")
        batches = train.build_train_data(tokenizer, output / "cache")
        model = train.build_model()
        optimizer = train.build_optimizer(model.named_parameters())
        schedule = train.build_lr_scheduler(optimizer, train.build_tokens_per_step())
        cpu = torch.device("cpu")
        bare.bare_loop(
            model, optimizer, schedule, batches, device=cpu, steps=STEPS, max_grad_norm=1.0
        )
    return report(recorded, model)


def main() -> None:
    tree, bare_file, output, result = map(Path, sys.argv[1:])
    sys.path[:0] = [str(tree), str(bare_file.parent)]
    train = importlib.import_module("train")
    bare = importlib.import_module(bare_file.stem)
    reports = {
        "generated": run_generated(train, output),
        "bare": run_bare(train, bare, output),
    }
    result.write_text(json.dumps(reports))


if __name__ == "__main__":
    main()
