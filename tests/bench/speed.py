"""How fast the generated loop trains, beside a bare loop and transformers' Trainer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from fgc.compiler.ir.graph import Scalar
from tests.tree.building import EXAMPLE, ROOT, SMALL, Builds

REFERENCE = "bare loop"
THREADS = 2


@dataclass(frozen=True)
class Measurement:
    """Tokens per second of each contender, round by round: by the clock, and by CPU time.

    The latter tells how much work there is, also where other processes take turns with this one.
    """

    threads: int
    speeds: dict[str, list[float]]
    cpu_speeds: dict[str, list[float]]


def ratios(speeds: dict[str, list[float]], name: str) -> list[float]:
    """The speed of a contender as a share of the bare loop's in the same round."""
    pairs = zip(speeds[name], speeds[REFERENCE], strict=True)
    return [speed / reference for speed, reference in pairs]


def measure(
    folder: Path, *, batch_size: int, rounds: int, steps: int, small: bool, device: str
) -> Measurement:
    """Runs all contenders by turns over the example's model, in a process of their own."""
    settings: dict[str, Scalar] = {
        **(SMALL if small else {}),
        "batch_size": batch_size,
        "logging_steps": 10,
        # what they leave out is not measured: it is the same for a hand that writes it
        "eval_files": None,
        "eval_steps": None,
        "save_steps": None,
    }
    # a schedule that is longer than the run
    tokens = batch_size * int(str(settings.get("seq_len", 256))) * (steps + 1)
    settings |= {"total_tokens": 4 * tokens, "warmup_tokens": tokens, "decay_tokens": tokens}
    tree = Builds(folder).written(project=EXAMPLE, **settings)
    command = [sys.executable, "-m", "tests.bench.contenders", str(tree), str(folder / "output")]
    command += ["--rounds", str(rounds), "--steps", str(steps), "--device", device]
    environ = os.environ | {"OMP_NUM_THREADS": str(THREADS), "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
    done.check_returncode()
    report = json.loads(done.stdout.splitlines()[-1])
    return Measurement(report["threads"], report["speeds"], report["cpu_speeds"])


def table(measurement: Measurement, title: str) -> str:
    """Medians over the rounds; ratios are taken within a round, with their range beside them.

    The last column is the ratio by CPU time.
    """
    rows = [f"{title}, {measurement.threads} threads"]
    rows.append(f"  {'':24}{'tokens/s':>10}{'ratio':>9}   lowest  highest{'CPU time':>13}")
    for name, speeds in measurement.speeds.items():
        row = f"  {name:24}{median(speeds):>10,.0f}"
        if name != REFERENCE:
            shares = ratios(measurement.speeds, name)
            row += f"{median(shares):>9.3f}{min(shares):>9.3f}{max(shares):>9.3f}"
            row += f"{median(ratios(measurement.cpu_speeds, name)):>13.3f}"
        rows.append(row)
    return "\n".join(rows)
