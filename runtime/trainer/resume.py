"""Where a run begins: anew, or from a checkpoint."""

import sys
from pathlib import Path
from typing import Any

from fgc.runtime.trainer.checkpoint import TrainingState
from fgc.runtime.trainer.checkpoint import code_hash
from fgc.runtime.trainer.checkpoint import load_checkpoint
from fgc.runtime.trainer.checkpoint import whole_checkpoints
from fgc.runtime.trainer.manifest import DamagedCheckpoint
from fgc.runtime.trainer.manifest import read_manifest


def resume(
    choice: str,
    checkpoints: Path,
    state: TrainingState,
    project_dir: Path,
    *,
    # whether the run begins at a checkpoint of another, where its schedule begins
    from_checkpoint: bool = False,
    # what else has a state, by name
    callbacks: dict[str, Any] | None = None,
) -> None:
    """Loads the checkpoint that `choice` names, if any.

    "auto" is the newest whole one in `checkpoints`, "never" none, anything else the path of one.
    Ends the program where that one cannot be loaded, and where `checkpoints` has later ones, which
    would then pass for checkpoints of the run that begins.
    """
    if choice == "auto":
        candidates = reversed(whole_checkpoints(checkpoints))
    elif choice == "never":
        candidates = []
    else:
        candidates = [Path(choice)]
    for folder in candidates:
        try:
            if from_checkpoint:
                own = folder.resolve().parent == checkpoints.resolve()
                changes = load_checkpoint(
                    folder, state, from_checkpoint=True, own=own, callbacks=callbacks
                )
            else:
                changes = load_checkpoint(folder, state, callbacks=callbacks)
        except DamagedCheckpoint as error:
            if choice != "auto":
                raise SystemExit(f"error: {folder} is not a whole checkpoint: {error}") from error
            print(f"warning: {folder} is passed over: {error}", file=sys.stderr)
        except ValueError as error:
            raise SystemExit(f"error: cannot go on from {folder}: {error}") from error
        else:
            print(f"goes on from {folder}")
            if read_manifest(folder)["code"] != code_hash(project_dir):
                print("warning: another version of this code has written it", file=sys.stderr)
            if changes:
                print(f"changed     {', '.join(changes)}", flush=True)
            break
    if from_checkpoint and state.progress.step == 0:
        raise SystemExit("error: this run begins at a checkpoint, which --resume PATH names")
    if choice != "auto":
        _refuse_later(checkpoints, state.progress.step)


def _refuse_later(checkpoints: Path, step: int) -> None:
    later = [
        folder for folder in whole_checkpoints(checkpoints) if read_manifest(folder)["step"] > step
    ]
    if later:
        raise SystemExit(
            f"error: {checkpoints} has checkpoints after step {step}, up to {later[-1].name}; "
            "another --output-dir keeps them"
        )
