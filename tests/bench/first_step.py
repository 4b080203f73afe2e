"""How long it takes from a command line to the first step that is taken.

A generated program beside a script that one writes by hand, each in a process of its own: imports,
the text's tokens, the model, one step. The first run of each has to encode the text; the others
find it encoded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from fgc.compiler.ir.graph import Scalar
from tests.bench.speed import THREADS
from tests.tree.building import EXAMPLE, SMALL, Builds

SCRIPT = Path(__file__).with_name("script.py")
REFERENCE = "hand-written script"
GENERATED = "generated program"
KINDS = ("text to encode", "text encoded")

Seconds = dict[str, dict[str, list[float]]]
"""By kind of start and program, a number for each round."""


def measure(folder: Path, *, rounds: int, small: bool) -> Seconds:
    """Starts both by turns, ``rounds`` times of each kind."""
    settings: dict[str, Scalar] = {**(SMALL if small else {}), "logging_steps": 1}
    tree = Builds(folder).written(project=EXAMPLE, **settings)
    seconds: Seconds = {kind: {REFERENCE: [], GENERATED: []} for kind in KINDS}
    for number in range(rounds):
        for kind in KINDS:
            order = (REFERENCE, GENERATED) if number % 2 else (GENERATED, REFERENCE)
            for name in order:
                work = folder / name.replace(" ", "-")
                if kind == KINDS[0]:
                    shutil.rmtree(work, ignore_errors=True)
                # checkpoints are of no interest here, and one would be gone on from
                shutil.rmtree(work / "checkpoints", ignore_errors=True)
                (work / "metrics.jsonl").unlink(missing_ok=True)
                seconds[kind][name].append(until_first_step(_command(name, tree, work)))
    return seconds


def _command(name: str, tree: Path, work: Path) -> list[str]:
    if name == REFERENCE:
        return [sys.executable, str(SCRIPT), str(tree), str(work)]
    return [sys.executable, str(tree / "train.py"), "--device", "cpu", "--output-dir", str(work)]


def until_first_step(command: list[str]) -> float:
    """Seconds until a program says that it has taken a step, at which it is stopped.

    Raises RuntimeError where it ends without.
    """
    environ = os.environ | {"OMP_NUM_THREADS": str(THREADS), "HF_HUB_OFFLINE": "1"}
    start = perf_counter()
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if line.startswith("step 1"):
                    return perf_counter() - start
        finally:
            process.kill()
    raise RuntimeError(f"no step was taken: {' '.join(command)}")


def table(seconds: Seconds) -> str:
    """Median seconds of each, and the ratio within a round with its range."""
    rounds = len(next(iter(seconds.values()))[REFERENCE])
    rows = [f"from the command to the first step, median of {rounds}"]
    rows.append(f"  {'':24}{'seconds':>10}{'ratio':>9}   lowest  highest")
    for kind, of_kind in seconds.items():
        rows.append(f"  {kind}")
        for name, taken in of_kind.items():
            row = f"    {name:22}{median(taken):>10.2f}"
            if name != REFERENCE:
                pairs = zip(taken, of_kind[REFERENCE], strict=True)
                shares = [mine / other for mine, other in pairs]
                row += f"{median(shares):>9.3f}{min(shares):>9.3f}{max(shares):>9.3f}"
            rows.append(row)
    return "\n".join(rows)
