"""``python -m tests.bench``: speed against peers, as ratios within one run.

What is printed depends on the machine and on what else it does; the row of the second bare loop
says how far two runs of the same thing were apart.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.bench import build_time, first_step, speed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a small model and few runs: a smoke test"
    )
    parser.add_argument(
        "--only", choices=["speed", "start", "build"], help="one part (default: all)"
    )
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[1, 8], metavar="N")
    parser.add_argument("--rounds", type=int, help="runs of each loop (default: 7; 2 with --quick)")
    parser.add_argument("--steps", type=int, help="steps of a run (default: by batch size)")
    parser.add_argument("--device", default="cpu", help="such as cuda (default: cpu)")
    options = parser.parse_args()
    rounds = options.rounds or (2 if options.quick else 7)
    with tempfile.TemporaryDirectory(prefix="fgc-bench-") as name:
        folder = Path(name)
        if options.only in (None, "speed"):
            for batch_size in options.batch_sizes:
                steps = options.steps or steps_of_a_run(batch_size, quick=options.quick)
                measured = speed.measure(
                    folder / f"batch-{batch_size}",
                    batch_size=batch_size,
                    rounds=rounds,
                    steps=steps,
                    small=options.quick,
                    device=options.device,
                )
                runs = f"{rounds} runs of {steps} steps each"
                title = f"training on {options.device} in batches of {batch_size}, {runs}"
                print(speed.table(measured, title), end="\n\n", flush=True)
        if options.only in (None, "start"):
            seconds = first_step.measure(folder / "start", rounds=rounds, small=options.quick)
            print(first_step.table(seconds), end="\n\n", flush=True)
        if options.only in (None, "build"):
            timings = build_time.measure(folder / "builds", 1 if options.quick else 5)
            print(build_time.table(timings))


def steps_of_a_run(batch_size: int, *, quick: bool) -> int:
    """Fewer where a step is longer: about as many seconds in each, and never so few that the first
    ones, which are slower, decide."""
    return 6 if quick else max(12, 48 // batch_size)


if __name__ == "__main__":
    main()
