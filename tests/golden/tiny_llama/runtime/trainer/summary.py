"""What a run says of itself when it ends."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from runtime.trainer.checkpoint import whole_checkpoints
from runtime.trainer.curve import Series
from runtime.trainer.curve import draw
from runtime.trainer.curve import save_picture
from runtime.trainer.metrics import Record
from runtime.trainer.metrics import read_metrics


def print_summary(output_dir: Path) -> None:
    """Prints the results and the loss curve, which it also saves as loss.png.

    All is read from the metrics, so that it covers what earlier processes of the run did.
    """
    records = read_metrics(output_dir / "metrics.jsonl")
    train_loss = _series(records, "loss")
    eval_loss = _series(records, "eval_loss")
    if not train_loss[0]:
        print("no loss was logged")
        return
    rows = {
        "steps": f"{records[-1]['step']:,}",
        "tokens": f"{records[-1]['tokens']:,}",
        "time": str(timedelta(seconds=round(records[-1]["seconds"]))),
        "loss": f"{train_loss[1][-1]:.4f}",
    }
    if eval_loss[0]:
        rows["held-out loss"] = f"{eval_loss[1][-1]:.4f}"
    rows["checkpoint"] = str(whole_checkpoints(output_dir / "checkpoints")[-1])
    rows["curve"] = str(output_dir / "loss.png")
    # where the output has not these characters, the picture shows the same
    with suppress(UnicodeEncodeError):
        print(f"\n{draw(train_loss)}\n")
    for name, value in rows.items():
        print(f"{name:<14}{value}")
    named = {"training": train_loss} | ({"held out": eval_loss} if eval_loss[0] else {})
    save_picture(output_dir / "loss.png", named, ylabel="loss (nats per token)")


def _series(records: list[Record], name: str) -> Series:
    measured = [record for record in records if name in record]
    return [record["step"] for record in measured], [record[name] for record in measured]
