"""``python -m tests.mutants [N] [--seed S] [--kind TEXT] [--show]``: N mistakes of each kind."""

from __future__ import annotations

import argparse
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.mutants.experiments import copied
from tests.mutants.judge import ALLOWED, judge, mutants
from tests.mutants.table import table


def main() -> None:
    """Prints those that were missed, and the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", type=int, nargs="?", default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", default="", help="only kinds whose name holds this")
    parser.add_argument("--show", action="store_true", help="print what fgc says of each")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        experiments = copied(Path(folder))
        start = perf_counter()
        judged = [
            judge(mutant)
            for mutant in mutants(experiments, Random(asked.seed), asked.number)
            if asked.kind in mutant.kind
        ]
        seconds = perf_counter() - start
    for judgement in judged:
        if asked.show or judgement.verdict not in ALLOWED:
            print(f"[{judgement.verdict.value}] {judgement.mutant}\n{judgement.said}")
    print(table(judged))
    print(f"{len(judged)} mistakes in {seconds:.1f} s")


if __name__ == "__main__":
    main()
