"""Trees that fgc builds of the example, each of them once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from fgc.compiler.backend.tree import FileCopy, write_tree
from fgc.compiler.ir.graph import Scalar
from fgc.compiler.pipeline import Build, Request, run, sealed

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "tiny_llama"
EXPERIMENTS = ("anneal", "baseline", "learning_rate", "num_layers", "post_norm")

Files = dict[str, bytes]
"""Relative POSIX path -> content."""

BATCH_SIZE = 2
SEQ_LEN = 32
STEP_TOKENS = BATCH_SIZE * SEQ_LEN
STEPS = 24

# A model whose steps take milliseconds, and a budget of a few steps.
SMALL: dict[str, Scalar] = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "seq_len": SEQ_LEN,
    "batch_size": BATCH_SIZE,
    "total_tokens": STEPS * STEP_TOKENS,
    "warmup_tokens": 4 * STEP_TOKENS,
    "decay_tokens": 8 * STEP_TOKENS,
    "logging_steps": 5,
    "eval_steps": 10,
    "save_steps": 9,
}


class Builds:
    """Builds in process, when a tree is first asked for, and writes below ``folder``."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._built: dict[object, Build] = {}
        self._written: dict[object, Path] = {}

    def build(self, config: Path, **settings: Scalar) -> Build:
        """What the whole pipeline leaves; a configuration in which anything is odd fails."""
        key = _key(config, settings)
        if key not in self._built:
            outcome = run(Request(config, overrides=settings))
            assert not outcome.failed, outcome.diagnostics
            self._built[key] = outcome.build
        return self._built[key]

    def files(
        self, experiment: str = "baseline", *, project: Path = EXAMPLE, **settings: Scalar
    ) -> Files:
        """The emitted files of an experiment of the example, the corpus aside."""
        tree, _ = sealed(self.build(project / "configs" / f"{experiment}.yaml", **settings))
        return {path: text for path, text in tree.items() if not isinstance(text, FileCopy)}

    def written(
        self, experiment: str = "baseline", *, project: Path = EXAMPLE, **settings: Scalar
    ) -> Path:
        """The folder of a tree, as ``fgc build`` writes it. Nobody may change it."""
        config = project / "configs" / f"{experiment}.yaml"
        key = _key(config, settings)
        if key not in self._written:
            out = self._folder / f"{experiment}-{len(self._written)}"
            write_tree(*sealed(self.build(config, **settings)), out)
            self._written[key] = out
        return self._written[key]


def _key(config: Path, settings: dict[str, Scalar]) -> object:
    # 1, 1.0 and True are different settings
    return config, tuple(sorted((name, repr(value)) for name, value in settings.items()))


def copy_project(folder: Path) -> Path:
    """The example, elsewhere."""
    return shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))


def small_project(folder: Path) -> Path:
    """The example with a corpus of a page, whose first epoch ends within a batch of `SMALL`."""
    copy_project(folder)
    for name, lines in (("train.txt", 31), ("heldout.txt", 24)):
        file = folder / "data" / name
        text = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(text[:lines]), encoding="utf-8")
    return folder


def what_counts(files: Files) -> dict[str, list[str]]:
    """The lines of a tree that an experiment's decision may change.

    Not those that tell where it came from: the configuration, the lock, the map, the README and
    the docstring of train.py.
    """
    told = ("fgc.lock", "fgc.map.json", "README.md")
    kept = {
        path: content.decode().splitlines()
        for path, content in files.items()
        if path not in told and not path.startswith(("config/", ".fgc/"))
    }
    program = "\n".join(kept["train.py"])
    assert program.startswith('"""')
    kept["train.py"] = program[program.index('"""', 3) + 3 :].splitlines()
    return kept


def read_tree(folder: Path) -> Files:
    """All files below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in _walk(folder)}


def _walk(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
