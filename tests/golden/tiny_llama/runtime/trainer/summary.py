"""What a run says of itself when it ends."""

import shlex
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from runtime.trainer.checkpoint import whole_checkpoints
from runtime.trainer.curve import Series
from runtime.trainer.curve import draw
from runtime.trainer.curve import save_picture
from runtime.trainer.metrics import Record
from runtime.trainer.metrics import read_run


def print_summary(output_dir: Path, checkpoints: Path) -> None:
    """Prints the results and the loss curve, which it also saves as loss.svg.

    Says how a run that is not finished goes on. All is read from the metrics, so that it
    covers what earlier processes of the run did.
    """
    header, records, end = read_run(output_dir / "metrics.jsonl")
    train_loss = _series(records, "loss")
    eval_loss = _series(records, "eval_loss")
    if train_loss[0]:
        rows = {
            "steps": f"{records[-1]['step']:,} of {header['total_steps']:,}",
            "tokens": f"{records[-1]['tokens']:,}",
            "time": str(timedelta(seconds=round(records[-1]["seconds"]))),
            "loss": f"{train_loss[1][-1]:.4f}",
        }
        if eval_loss[0]:
            rows["held-out loss"] = f"{eval_loss[1][-1]:.4f}"
        # there is none where the run has ended at the step at which it began
        for checkpoint in whole_checkpoints(checkpoints)[-1:]:
            rows["checkpoint"] = str(checkpoint)
        # one point is no curve
        if len(train_loss[0]) > 1:
            picture = output_dir / "loss.svg"
            learning_rate = _series(records, "learning_rate")
            save_picture(picture, header["run"], train_loss, eval_loss, learning_rate)
            rows["curve"] = str(picture)
            # where the output has not these characters, the picture shows the same
            with suppress(UnicodeEncodeError):
                print(f"\n{draw(train_loss)}")
        print()
        for name, value in rows.items():
            print(f"{name:<14}{value}")
    else:
        print("no loss was logged")
    if end.get("end") == "stopped":
        print(f"\nstopped after step {end['step']:,} of {header['total_steps']:,}; to go on:")
        print(f"  {shlex.join(['python', *_going_on(sys.argv)])}")


def _going_on(arguments: list[str]) -> list[str]:
    """The command line that goes on from where the run was stopped.

    >>> _going_on(["run/train.py", "--max-steps", "5", "--device", "cpu", "--resume=never"])
    ['run/train.py', '--device', 'cpu']
    """
    dropped = ("--max-steps", "--resume")
    kept: list[str] = []
    skip = False
    for argument in arguments:
        if skip or argument.partition("=")[0] in dropped:
            skip = not skip and argument in dropped
        else:
            kept.append(argument)
    return kept


def _series(records: list[Record], name: str) -> Series:
    measured = [record for record in records if name in record]
    return [record["step"] for record in measured], [record[name] for record in measured]
