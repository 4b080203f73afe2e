"""How long a build takes as a command: the first ever, a warm one, and one without a change."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.tree.building import EXAMPLE, ROOT

CONFIG = EXAMPLE / "configs" / "baseline.yaml"
FGC = "from fgc.compiler.cli.main import main; main()"
START = "start"


@dataclass(frozen=True)
class Timing:
    """Seconds of one command: all of it, and each pass; the rest is Python's start and imports."""

    total: float
    passes: dict[str, float]

    @property
    def shares(self) -> dict[str, float]:
        """Of each pass, in the order that they run in."""
        rest = self.total - sum(self.passes.values())
        return {name: taken / self.total for name, taken in {START: rest, **self.passes}.items()}


def time_build(out: Path, cache: Path, *settings: str) -> Timing:
    """Runs ``fgc build`` and times it from outside."""
    options = [option for setting in settings for option in ("--set", setting)]
    command = [sys.executable, "-c", FGC, "build", str(CONFIG), "-o", str(out), "--time-passes"]
    start = perf_counter()
    done = subprocess.run(
        [*command, *options],
        cwd=ROOT,
        env=os.environ | {"FGC_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
    )
    total = perf_counter() - start
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    rows = [line.split() for line in done.stderr.splitlines()]
    passes = {name: float(taken) / 1000 for name, taken, _ in rows if name != "total"}
    return Timing(total, passes)


def measure(folder: Path, rounds: int) -> dict[str, list[Timing]]:
    """Each kind of build, ``rounds`` times."""
    timings: dict[str, list[Timing]] = {"first": [], "warm": [], "no change": []}
    for number in range(rounds):
        out, cache = folder / f"run-{number}", folder / f"cache-{number}"
        timings["first"].append(time_build(out, cache))
        timings["warm"].append(time_build(folder / f"warm-{number}", cache, "lr=0.0005"))
        timings["no change"].append(time_build(out, cache))
    return timings


def table(timings: dict[str, list[Timing]]) -> str:
    """Median seconds of each kind, and the share of each pass in them."""
    rounds = len(next(iter(timings.values())))
    rows = [f"fgc build of the example, median of {rounds}"]
    rows.append(f"  {'':12}" + "".join(f"{kind:>12}" for kind in timings))
    totals = [median(t.total for t in of_kind) for of_kind in timings.values()]
    rows.append(f"  {'seconds':12}" + "".join(f"{total:>12.2f}" for total in totals))
    names = dict.fromkeys(name for kind in timings.values() for t in kind for name in t.shares)
    for name in names:
        shares = [median(t.shares.get(name, 0.0) for t in kind) for kind in timings.values()]
        rows.append(f"  {name:12}" + "".join(f"{share:>12.0%}" for share in shares))
    return "\n".join(rows)
