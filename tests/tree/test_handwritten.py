"""The emitted tree is the one that was written by hand, up to differences that are explained.

The hand came first: it says what the compiler is to write. Definitions are compared by name, with
their comments, and not by their order, which in what is emitted follows the configuration. What the
compiler copies from the runtime as it stands is not compared: the runtime has moved on since.
"""

from __future__ import annotations

import ast
from difflib import SequenceMatcher
from typing import NamedTuple

import pytest

from tests.tree.building import ROOT, Builds, Files, read_tree
from tests.tree.golden import golden_files

HANDWRITTEN = ROOT / "tests" / "handwritten" / "tiny_llama"

# What belongs to every tree, and tells nothing about how well it is written.
NOT_WRITTEN_BY_HAND = {".gitignore", "README.md", "requirements.txt", "model/tokenizer_config.json"}


class Place(NamedTuple):
    """A definition in a file; the name is empty for a file that is not Python."""

    path: str
    name: str = ""


class Hunk(NamedTuple):
    """Lines that the hand has in a place, and what is emitted there instead."""

    place: Place
    hand: tuple[str, ...]
    emitted: tuple[str, ...]


TRAIN = "train.py"
MODELING = "model/modeling_tiny_llama.py"
BATCHES = "runtime/data/batches.py"
DOCUMENTS = "runtime/data/documents.py"
ENCODE = "runtime/data/encode.py"
BUDGET = "runtime/schedule/budget.py"
LOOP = "runtime/trainer/loop.py"
SCHEDULE = "runtime/schedule/warmup_stable_decay.py"
ANY = ("...",)
"""A whole definition."""


def hunk(path: str, name: str, hand: str | tuple[str, ...], emitted: str | tuple[str, ...]) -> Hunk:
    def lines(text: str | tuple[str, ...]) -> tuple[str, ...]:
        return (text,) if isinstance(text, str) else text

    return Hunk(Place(path, name), lines(hand), lines(emitted))


# What has been written anew in the runtime since, and is specialised, so that the emitted text is
# neither the hand's nor the runtime's.
REWRITTEN = {
    Place(SCHEDULE, "warmup_stable_decay"),
    Place(BATCHES, "ShuffledBatches"),
    Place(DOCUMENTS, "read_documents"),
    Place(ENCODE, "tokenize_files"),
    Place(LOOP, "train"),
    Place("runtime/trainer/checkpoint.py", "TrainingState"),
    Place("runtime/trainer/checkpoint.py", "load_checkpoint"),
    Place("runtime/trainer/resume.py", "resume"),
    Place("runtime/trainer/header.py", "print_header"),
}

EXPLAINED: dict[str, list[Hunk]] = {
    "the experiment was tuned after the hand had written it": [
        hunk(TRAIN, "BATCH_SIZE", "BATCH_SIZE = 8", "BATCH_SIZE = 4"),
        hunk(TRAIN, "LR", "LR = 2.0e-3", "LR = 0.0012"),
        hunk(TRAIN, "WARMUP_TOKENS", "WARMUP_TOKENS = 50_000", "WARMUP_TOKENS = 100_000"),
        hunk(TRAIN, "main", "save_steps=100,", "save_steps=500,"),
    ],
    "a run that begins at a checkpoint, or has callbacks, says so in the same line": [
        hunk(
            TRAIN,
            "main",
            'resume(args.resume, args.output_dir / "checkpoints", state, HERE)',
            (
                'checkpoints = args.output_dir / "checkpoints"',
                "resume(args.resume, checkpoints, state, HERE)",
            ),
        ),
    ],
    "no knob says how to sample": [
        hunk(
            "model/generation_config.json",
            "",
            ('"pad_token_id": 2,', '"do_sample": true,', '"temperature": 0.8,', '"top_p": 0.95'),
            '"pad_token_id": 2',
        ),
    ],
    "titles are those of the configuration": [
        hunk(
            TRAIN,
            "docstring",
            '"""Tiny Llama on the King James Bible.',
            '"""Tiny Llama: Five million parameters and a million tokens of the King James Bible.',
        ),
        hunk(
            TRAIN,
            "docstring",
            "Built by fgc; README.md says how to run, resume and evaluate it.",
            "Built by fgc; README.md says how to run, resume and ship it.",
        ),
    ],
    "rank and world size come from the strategy, whichever it is": [
        hunk(
            TRAIN,
            "build_train_data",
            (),
            ("rank=strategy.rank(),", "world_size=strategy.world_size(),"),
        ),
        hunk(
            BATCHES,
            "ShuffledBatches",
            (
                "self,",
                "data: TokenBlocks,",
                "*,",
                "batch_size: int,",
                "seed: int,",
                "rank: int = 0,",
                "world_size: int = 1,",
            ),
            "self, data: TokenBlocks, *, batch_size: int, seed: int, rank: int, world_size: int",
        ),
    ],
    "a text is a value, and stays a parameter; the hand has folded it": [
        hunk(
            ENCODE,
            "tokenize_files",
            'key = _cache_key(files, tokenizer, "")',
            "key = _cache_key(files, tokenizer, document_separator)",
        ),
        hunk(
            ENCODE,
            "tokenize_files",
            "documents = read_documents(files=files)",
            "documents = read_documents(files=files, document_separator=document_separator)",
        ),
        hunk(
            DOCUMENTS,
            "read_documents",
            "for lines in _split(_lines(file)):",
            "for lines in _split(_lines(file), document_separator=document_separator):",
        ),
        hunk(
            DOCUMENTS,
            "_split",
            "def _split(lines: Iterator[str]) -> Iterator[list[str]]:",
            "def _split(lines: Iterator[str], *, document_separator: str) -> Iterator[list[str]]:",
        ),
        hunk(
            DOCUMENTS,
            "_split",
            'if line.strip() == "":',
            "if line.strip() == document_separator:",
        ),
    ],
    "a variable of main had the name of the function": [
        hunk(BUDGET, "batch_tokens", (), ANY),
        hunk(TRAIN, "build_tokens_per_step", "return tokens_per_step(", "return batch_tokens("),
        hunk(TRAIN, "from runtime.schedule.budget import batch_tokens", (), ANY),
        hunk(TRAIN, "from runtime.schedule.budget import tokens_per_step", ANY, ()),
    ],
    "a parameter that may be positional is": [
        hunk(TRAIN, "build_train_data", "data=TokenBlocks(", "TokenBlocks("),
        hunk(TRAIN, "build_eval_data", "data=TokenBlocks(", "TokenBlocks("),
    ],
    "the title is the program's, its metrics' and its header's": [
        hunk(TRAIN, "TITLE", (), ANY),
        hunk(
            TRAIN,
            "parse_args",
            'parser = argparse.ArgumentParser(description=__doc__.partition("\\n")[0])',
            "parser = argparse.ArgumentParser(description=TITLE, allow_abbrev=False)",
        ),
    ],
    "the metrics begin with what the run is": [
        hunk(LOOP, "train", (), ("# what the metrics begin with", "header: Record,")),
        hunk(
            LOOP,
            "train",
            'MetricsLog(output_dir / "metrics.jsonl", progress) as metrics,',
            'MetricsLog(output_dir / "metrics.jsonl", progress, header) as metrics,',
        ),
        hunk(
            TRAIN,
            "main",
            "print_header(",
            ("header = print_header(", "TITLE,"),
        ),
        hunk(TRAIN, "main", (), "HERE,"),
        hunk(TRAIN, "main", (), "header=header,"),
    ],
    "a bad held-out file ends the run before the model is built": [
        hunk(TRAIN, "main", (), "eval_data = build_eval_data(tokenizer, cache_dir)"),
    ],
    "what a step changes is handed over together": [
        hunk(TRAIN, "main", "progress = Progress()", "progress = Progress(tokens_per_step)"),
        hunk(
            TRAIN,
            "main",
            ("model,", "optimizer,", "lr_scheduler,", "train_data,", "progress,", "device=device,"),
            "state,",
        ),
        hunk(TRAIN, "main", (), "checkpoints=checkpoints,"),
        hunk(
            TRAIN,
            "main",
            (
                "tokens_per_step=tokens_per_step,",
                "eval_data=build_eval_data(tokenizer, cache_dir),",
            ),
            "eval_data=eval_data,",
        ),
        hunk(
            TRAIN,
            "main",
            "print_summary(args.output_dir)",
            "print_summary(args.output_dir, checkpoints)",
        ),
    ],
    "an option is one that can be, and by its whole name": [
        hunk(
            TRAIN,
            "parse_args",
            "return parser.parse_args()",
            (
                "args = parser.parse_args()",
                "if args.max_steps is not None and args.max_steps < 0:",
                'parser.error("argument --max-steps: a number of steps is not negative")',
                "return args",
            ),
        ),
    ],
    "a blank line goes with the statement above it": [
        hunk(MODELING, "TinyLlamaAttention", "", ()),
    ],
}


def differences(hand: Files, emitted: Files, library: Files) -> list[Hunk]:
    """The hunks in which two trees differ, definition by definition.

    Not where the emitted text, or its absence, is that of ``library``, the runtime's own files; nor
    in the imports of files that have their like there.
    """
    hunks: list[Hunk] = []
    ours, theirs, originals = texts(hand), texts(emitted), texts(library)
    for place in sorted(ours.keys() | theirs.keys()):
        if place.path in library and (
            theirs.get(place) == originals.get(place) or place.name.startswith(("import ", "from "))
        ):
            continue
        left, right = (side.get(place, "").splitlines() for side in (ours, theirs))
        if not ours.get(place):
            hunks.append(Hunk(place, (), ANY))
            continue
        if place not in theirs:
            hunks.append(Hunk(place, ANY, ()))
            continue
        matcher = SequenceMatcher(None, left, right, autojunk=False)
        hunks += [
            Hunk(place, tuple(map(str.strip, left[a:b])), tuple(map(str.strip, right[c:d])))
            for tag, a, b, c, d in matcher.get_opcodes()
            if tag != "equal"
        ]
    return hunks


def shown(hunks: list[Hunk]) -> str:
    """Hunks for a reader, who takes each over by hand or explains it."""
    rows: list[str] = []
    for place, hand, emitted in hunks:
        rows += ["", f"{place.path}: {place.name}"]
        rows += [f"- {line}" for line in hand] + [f"+ {line}" for line in emitted]
    return "\n".join(rows)


def texts(files: Files) -> dict[Place, str]:
    """What stands at each place; files in which nothing stands are not there."""
    found: dict[Place, str] = {}
    for path, content in files.items():
        text = content.decode()
        if path.endswith(".py"):
            found |= {Place(path, name): source for name, source in _definitions(text).items()}
        else:
            found[Place(path)] = text
    return found


def _definitions(text: str) -> dict[str, str]:
    """The source of each statement of a module by the name that it defines, or by itself."""
    found: dict[str, str] = {}
    for node in ast.parse(text).body:
        source = ast.get_source_segment(text, node) or ""
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                found[name] = source
            case ast.Assign(targets=[ast.Name(id=name)]):
                found[name] = source
            case ast.Expr(value=ast.Constant(value=str())):
                found["docstring"] = source
            case _:
                found[source] = source
    return found


@pytest.fixture(scope="module")
def hunks(builds: Builds) -> list[Hunk]:
    hand = {
        path: text for path, text in read_tree(HANDWRITTEN).items() if "__pycache__" not in path
    }
    emitted = golden_files(builds.files())
    for path in NOT_WRITTEN_BY_HAND:
        del emitted[path]
    return differences(hand, emitted, runtime_files())


def runtime_files() -> Files:
    """The runtime's files by the paths that a tree has for them."""
    files = {path: text for path, text in read_tree(ROOT / "runtime").items() if path[-3:] == ".py"}
    files["trainer/strategy.py"] = files["trainer/strategy/single.py"]
    return {f"runtime/{path}": text for path, text in files.items()}


def test_emitted_as_written_by_hand(hunks: list[Hunk]) -> None:
    explained = [known for group in EXPLAINED.values() for known in group]
    compared = [found for found in hunks if found.place not in REWRITTEN]
    unexplained = [found for found in compared if found not in explained]
    assert not unexplained, shown(unexplained)


def test_what_is_explained_is_there(hunks: list[Hunk]) -> None:
    explained = [known for group in EXPLAINED.values() for known in group]
    outdated = [known for known in explained if known not in hunks]
    assert not outdated, shown(outdated)
    assert {found.place for found in hunks} >= REWRITTEN


def test_finds_every_kind_of_difference() -> None:
    hand = {"a.py": b"import os\nX = 1\n\ndef f():\n    # why\n    return X\n", "b.json": b"1\n"}
    emitted = {"a.py": b"def f():\n    return X\nX = 2\ndef g(): ...\n", "b.json": b"2\n"}
    found = [
        Hunk(Place("a.py", "X"), ("X = 1",), ("X = 2",)),
        Hunk(Place("a.py", "f"), ("# why",), ()),
        Hunk(Place("a.py", "g"), (), ANY),
        Hunk(Place("a.py", "import os"), ANY, ()),
        Hunk(Place("b.json"), ("1",), ("2",)),
    ]
    assert differences(hand, emitted, {}) == found
    assert differences(hand, hand, {}) == []
    # the library's constant is what is emitted, its function is not
    library = {"a.py": b"X = 2\ndef f():\n    return X + 1\ndef g(): ...\n"}
    assert differences(hand, emitted, library) == [found[1], found[4]]
