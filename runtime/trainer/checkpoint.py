"""Checkpoints: a folder each, `step-00000100`, that is there whole or not at all.

A checkpoint is written into a temporary folder, which takes its name once all files and the
manifest are on the disk. It holds the files of the built `model/` beside the weights, and so loads
with `from_pretrained` as it is.
"""

import hashlib
import json
import shutil
from dataclasses import KW_ONLY
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import Final

import torch
from safetensors.torch import load_file
from safetensors.torch import save_file
from torch.amp import GradScaler
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from transformers import PreTrainedModel

from fgc.runtime.data.batches import ShuffledBatches
from fgc.runtime.optim.restore import changed_options
from fgc.runtime.optim.restore import is_function
from fgc.runtime.optim.restore import optimizer_state
from fgc.runtime.optim.restore import restore_optimizer
from fgc.runtime.optim.restore import restore_schedule
from fgc.runtime.trainer import strategy
from fgc.runtime.trainer.manifest import DamagedCheckpoint
from fgc.runtime.trainer.manifest import Part
from fgc.runtime.trainer.manifest import read_manifest
from fgc.runtime.trainer.manifest import seal
from fgc.runtime.trainer.manifest import sha256
from fgc.runtime.trainer.manifest import sync
from fgc.runtime.trainer.manifest import verify
from fgc.runtime.trainer.progress import Progress
from fgc.runtime.trainer.random_state import load_random_state
from fgc.runtime.trainer.random_state import random_state

WEIGHTS = "model.safetensors"

# Folders that fgc.lock names beside the program's.
NOT_CODE = ("config/", "data/")


@dataclass(frozen=True)
class TrainingState:
    """Everything that a step changes, and the device it is on; the generators are the process's."""

    model: PreTrainedModel
    optimizer: Optimizer
    lr_scheduler: LRScheduler
    train_data: ShuffledBatches
    progress: Progress
    device: torch.device
    _: KW_ONLY
    scaler: Final[GradScaler | None] = None

    def parts(self) -> dict[str, Any]:
        """What has a `state_dict`, by component; the model's goes its own way."""
        return {
            "optimizer": self.optimizer,
            "lr_scheduler": self.lr_scheduler,
            "train_data": self.train_data,
            "progress": self.progress,
            **({} if self.scaler is None else {"scaler": self.scaler}),
        }


def save_checkpoint(
    checkpoints: Path,
    state: TrainingState,
    project_dir: Path,
    *,
    # how many checkpoints to keep, the newest
    keep: int | None = None,
    # what else has a state, by name
    callbacks: dict[str, Any] | None = None,
) -> None:
    """Writes the checkpoint of this step. Earlier ones stay whole if this is cut short.

    `project_dir` is the folder of train.py, with the built model/ and fgc.lock. Raises
    FloatingPointError, and writes nothing, where a loss is not finite: what went on from there
    could only fail again.
    """
    state.progress.require_finite()
    step = state.progress.step
    folder = checkpoints / _name(step)
    temporary = checkpoints / f"{folder.name}.tmp"
    # left by a process that was killed while it wrote
    for leftover in checkpoints.glob("step-*.tmp"):
        shutil.rmtree(leftover)
    temporary.mkdir(parents=True)
    parts = _copy_model_files(project_dir / "model", temporary) + _write_state(state, temporary)
    if callbacks is not None:
        parts += _write_callbacks(callbacks, temporary)
    seal(
        temporary,
        parts,
        step=step,
        world_size=strategy.world_size(),
        code=code_hash(project_dir),
    )
    if folder.exists():
        # it was damaged, else the run would have gone on from it
        _remove(folder)
    temporary.rename(folder)
    sync(checkpoints)
    sync(checkpoints.parent)
    if keep is not None:
        whole = whole_checkpoints(checkpoints)
        # a later one is damaged, else the run would have gone on from it
        for old in whole[: whole.index(folder) + 1][:-keep]:
            _remove(old)


def load_checkpoint(
    folder: Path,
    state: TrainingState,
    *,
    # whether the run begins at a checkpoint of another, and whether this one may be its own
    from_checkpoint: bool = False,
    own: bool = True,
    # what else has a state, by name; one that was added since begins anew
    callbacks: dict[str, Any] | None = None,
) -> list[str]:
    """Sets what training changes to what it was when the checkpoint was written.

    Returns what the code has changed since, a text for each.

    Raises DamagedCheckpoint, before it has changed anything, where the folder is not whole, and
    ValueError where the run cannot go on from it, as with another model or optimizer.
    """
    verify(folder)
    saved = {component: _load(folder / f"{component}.pt") for component in state.parts()}
    optimizer, lr_scheduler = saved.pop("optimizer"), saved.pop("lr_scheduler")
    start_step = saved["progress"]["start_step"]
    if not from_checkpoint and start_step > 0:
        raise ValueError(f"its schedule began at step {start_step}, and this one at step 0")
    if not from_checkpoint or (own and start_step > 0):
        _require_same_steps(saved["progress"]["tokens_per_step"], state.progress.tokens_per_step)
    strategy.load_model_state(state.model, load_file(folder / WEIGHTS))
    if not from_checkpoint or (own and start_step > 0):
        scheduled = not is_function(state.lr_scheduler)
        restore_optimizer(state.optimizer, optimizer, scheduled=scheduled)
        restore_schedule(state.lr_scheduler, lr_scheduler)
    else:
        # The schedule begins here.
        restore_optimizer(state.optimizer, optimizer, scheduled=False)
        saved["progress"]["start_step"] = saved["progress"]["step"]
    changes = changed_options(state.optimizer, optimizer)
    if from_checkpoint and (not own or start_step == 0):
        try:
            state.train_data.load_state_dict(saved.pop("train_data"))
        except ValueError as error:
            changes.append(f"the data begin anew: {error}")
    for component, part_state in saved.items():
        state.parts()[component].load_state_dict(part_state)
    if callbacks is not None and (not from_checkpoint or (own and start_step > 0)):
        for name, callback in callbacks.items():
            if (folder / _callback_name(name)).exists():
                callback.load_state_dict(_load(folder / _callback_name(name)))
    load_random_state(_load(folder / _random_state_name()), state.device)
    return changes


def checkpoint_folder(checkpoints: Path, step: int) -> Path:
    """Where the checkpoint of a step lies."""
    return checkpoints / _name(step)


def whole_checkpoints(checkpoints: Path) -> list[Path]:
    """The folders that `read_manifest` accepts, oldest step first; not copies by other names."""
    whole: dict[int, Path] = {}
    for folder in checkpoints.glob("step-*"):
        try:
            step = read_manifest(folder)["step"]
        except DamagedCheckpoint:
            continue
        if folder.name == _name(step):
            whole[step] = folder
    return [whole[step] for step in sorted(whole)]


def code_hash(project_dir: Path) -> str | None:
    """A hash of the program's files, or None where there is no fgc.lock, which names them.

    It is the `code` of fgc.lock as long as nobody has edited one of them.
    """
    lock = project_dir / "fgc.lock"
    if not lock.exists():
        return None
    paths = sorted(json.loads(lock.read_text(encoding="utf-8"))["files"])
    hashes = [
        (path, sha256(project_dir / path))
        for path in paths
        if _is_code(path) and (project_dir / path).exists()
    ]
    return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()


def _is_code(path: str) -> bool:
    """Whether it decides what a run does: a module, or a file of a folder such as model/."""
    return ("/" in path or path.endswith(".py")) and not path.startswith(NOT_CODE)


def _require_same_steps(before: int, now: int) -> None:
    """Raises ValueError for steps of another size: the schedule would be at another place."""
    if before != now:
        raise ValueError(
            f"its steps read {before:,} tokens each, and those of this program {now:,}; keep the "
            "product of batch size, accumulation and processes, or begin another run there"
        )


def _copy_model_files(model_dir: Path, folder: Path) -> list[Part]:
    """Copies configuration, code and tokenizer; weights that the model began from stay behind."""
    names = sorted(
        path.name
        for path in model_dir.iterdir()
        if path.is_file() and not path.name.endswith((".safetensors", ".safetensors.index.json"))
    )
    for name in names:
        shutil.copyfile(model_dir / name, folder / name)
    return [Part(name, "model_files") for name in names]


def _write_state(state: TrainingState, folder: Path) -> list[Part]:
    save_file(strategy.model_state(state.model), folder / WEIGHTS, metadata={"format": "pt"})
    states = {component: part.state_dict() for component, part in state.parts().items()}
    states["optimizer"] = optimizer_state(state.optimizer)
    for component, part_state in states.items():
        torch.save(part_state, folder / f"{component}.pt")
    torch.save(random_state(state.device), folder / _random_state_name())
    return [
        Part(WEIGHTS, "model"),
        *(Part(f"{component}.pt", component) for component in state.parts()),
        Part(_random_state_name(), "random_state", "PER_RANK", (strategy.rank(),)),
    ]


def _write_callbacks(callbacks: dict[str, Any], folder: Path) -> list[Part]:
    for name, callback in callbacks.items():
        torch.save(callback.state_dict(), folder / _callback_name(name))
    return [Part(_callback_name(name), f"callback {name}") for name in callbacks]


def _callback_name(name: str) -> str:
    return f"callback-{name}.pt"


def _name(step: int) -> str:
    return f"step-{step:08d}"


def _remove(folder: Path) -> None:
    """Removes a checkpoint, at no time leaving a part of it under its name."""
    shutil.rmtree(folder.rename(folder.with_name(f"{folder.name}.old.tmp")))


def _random_state_name() -> str:
    return f"random_state-{strategy.rank():05d}.pt"


def _load(path: Path) -> dict:
    if not path.exists():
        raise ValueError(f"it has no {path.name}")
    return torch.load(path, map_location="cpu", weights_only=True)
