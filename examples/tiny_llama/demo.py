"""Builds the baseline, trains it, and looks at what it has learnt: what `make demo` runs.

It does what a user would do by hand, and shows each command. A run that was stopped goes on, and
one that is finished is only looked at; `rm -r run/` begins anew. The demo fails, with exit code 1,
where the model has not learnt what it should; after `--max-steps` only where it does not load.
"""

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tokenizers import Tokenizer
from unigram import encode, unigram_cross_entropy

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FGC = Path(sys.executable).with_name("fgc")

MIN_MARGIN = 1.0  # nats a token
MIN_KNOWN = 0.9  # of the words of the sample
TOO_LONG = 30  # words in a row that are the corpus's

console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Figure:
    """A measured property of the run, and what it must be."""

    name: str
    value: str
    demand: str = ""
    holds: bool = True


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--out", type=Path, default=ROOT / "run", metavar="DIR", help="the project (default: run/)"
    )
    parser.add_argument(
        "--max-steps", type=int, metavar="N", help="stop after step N, and expect no quality"
    )
    args = parser.parse_args()

    config = HERE / "configs" / "baseline.yaml"
    if run(FGC, "build", config, "-o", args.out) != 0:
        return 1
    keep_runs_of_other_code(args.out)
    steps = [] if args.max_steps is None else ["--max-steps", args.max_steps]
    status = run(sys.executable, args.out / "train.py", *steps)
    if status != 0:
        if status > 128:  # a signal ended it
            console.print("stopped; the same command goes on from here")
        return status
    loads, sample = write_sample(args.out / "output" / "checkpoints")
    figures = [*learnt(args.out / "output" / "metrics.jsonl"), *originality(sample)]
    console.print("\nwhat it has learnt", style="bold")
    console.print(table(figures))
    learns = args.max_steps is not None or all(figure.holds for figure in figures)
    return 0 if loads and learns else 1


def run(*command: object) -> int:
    """Shows and runs a command. Ctrl-C is for the command, which saves what it has done."""
    show(command)
    child = subprocess.Popen([str(part) for part in command])
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return child.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def show(command: tuple[object, ...]) -> None:
    """Prints a command as one would type it."""
    words = [shown(part) if isinstance(part, Path) else str(part) for part in command]
    words[0] = shown(Path(words[0]))
    console.print(f"\n$ {shlex.join(words)}", style="bold", markup=False)


def shown(path: Path) -> str:
    """A path as it is from where the demo was started, if it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def keep_runs_of_other_code(project: Path) -> None:
    """Puts the checkpoints of another version of the program aside; this one begins anew."""
    output = project / "output"
    manifests = sorted(output.glob("checkpoints/step-*/manifest.json"))
    if not manifests:
        return
    wrote = json.loads(manifests[-1].read_text(encoding="utf-8"))["code"]
    if wrote != json.loads((project / "fgc.lock").read_text(encoding="utf-8"))["code"]:
        names = (project / f"output-{number}" for number in count(1))
        aside = next(path for path in names if not path.exists())
        output.rename(aside)
        console.print(f"what another version of the program left is now {shown(aside)}")


def write_sample(checkpoints: Path) -> tuple[bool, str]:
    """Whether the newest checkpoint loads in a process of its own, and the sample written there."""
    command = (sys.executable, HERE / "sample.py", max(checkpoints.glob("step-????????")))
    show(command)
    with tempfile.TemporaryDirectory() as modules:
        # where transformers copies the model's code; nothing is fetched
        env = os.environ | {"HF_MODULES_CACHE": modules, "HF_HUB_OFFLINE": "1"}
        child = subprocess.run([*map(str, command)], env=env, stdout=subprocess.PIPE, text=True)
    for paragraph in child.stdout.splitlines():
        text = textwrap.fill(paragraph, 96, initial_indent="    ", subsequent_indent="    ")
        console.print(text, markup=False)
    return child.returncode == 0, child.stdout


def learnt(metrics: Path) -> list[Figure]:
    """How far the last held-out loss is below that of a model that knows only frequencies."""
    records = [json.loads(line) for line in metrics.read_text(encoding="utf-8").splitlines()]
    loss = [record["eval_loss"] for record in records if "eval_loss" in record][-1]
    tokenizer = Tokenizer.from_file(str(HERE / "tokenizer" / "tokenizer.json"))
    train_ids, heldout_ids = (
        encode(HERE / "data" / name, tokenizer) for name in ("train.txt", "heldout.txt")
    )
    unigram = unigram_cross_entropy(train_ids, heldout_ids, tokenizer.get_vocab_size())
    margin = unigram - loss
    return [
        Figure("held-out loss, nats a token", f"{loss:.3f}"),
        Figure("the same of token frequencies alone", f"{unigram:.3f}"),
        Figure("learnt beyond them", f"{margin:.3f}", f">= {MIN_MARGIN}", margin >= MIN_MARGIN),
    ]


def originality(sample: str) -> list[Figure]:
    """How many words of the sample are words of the corpus, and how many were copied in a row."""
    corpus = (HERE / "data" / "train.txt").read_text(encoding="utf-8").split()
    words, vocabulary = sample.split(), set(corpus)
    known = sum(word in vocabulary for word in words) / max(len(words), 1)
    copied = longest_copied_run(words, corpus)
    return [
        Figure(
            "words of the sample that the corpus has",
            f"{known:.0%}",
            f">= {MIN_KNOWN:.0%}",
            known >= MIN_KNOWN,
        ),
        Figure("longest run of words copied", f"{copied}", f"< {TOO_LONG}", copied < TOO_LONG),
    ]


def longest_copied_run(words: list[str], corpus: list[str]) -> int:
    """The length of the longest run of `words` that stands in `corpus` as it is."""
    text = f" {' '.join(corpus)} "
    longest = 0
    for start in range(len(words)):
        while start + longest < len(words):
            if f" {' '.join(words[start : start + longest + 1])} " not in text:
                break
            longest += 1
    return longest


def table(figures: list[Figure]) -> Table:
    """The figures, with a mark where one is demanded."""
    grid = Table.grid(padding=(0, 2))
    for figure in figures:
        mark = "" if not figure.demand else "[green]✓[/]" if figure.holds else "[red]✗[/]"
        grid.add_row(figure.name, figure.value, figure.demand, mark)
    return grid


if __name__ == "__main__":
    sys.exit(main())
