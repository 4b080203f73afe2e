"""How the program is started: what the configuration says of it, and what the tree does."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.backend.tree import Tree
from fgc.compiler.pipeline import Outcome, Request, run
from fgc.targets.train import launch as module

EXAMPLE = Path(__file__).parents[3] / "examples" / "tiny_llama"


def build(tmp_path: Path, text: str) -> Outcome:
    """Builds a configuration that extends the demo's baseline with ``text``."""
    for name in ("meta.yaml", "data", "tokenizer"):
        (tmp_path / name).symlink_to(EXAMPLE / name)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "baseline.yaml").symlink_to(EXAMPLE / "configs" / "baseline.yaml")
    config = tmp_path / "configs" / "changed.yaml"
    config.write_text("-- extends 'configs/baseline.yaml'\n" + dedent(text))
    return run(Request(config))


def files(outcome: Outcome) -> dict[str, str]:
    assert not outcome.failed, outcome.diagnostics
    tree: Tree | None = outcome.build.tree
    assert tree is not None
    return {path: text.decode() for path, text in tree.items() if isinstance(text, bytes)}


def run_section(readme: str) -> list[str]:
    """The commands of its section on running."""
    section = readme.partition("## Run\n")[2].partition("\n## ")[0]
    return [line.strip() for line in section.splitlines() if line.startswith("    ")]


def test_a_single_process_is_started_by_python_and_needs_no_file(tmp_path: Path) -> None:
    found = files(build(tmp_path, ""))
    assert "launch.json" not in found
    assert run_section(found["README.md"])[-1] == "python train.py"


def test_the_environment_is_set(tmp_path: Path) -> None:
    text = """
        [globals]
        == super()
        -- set ns.env = {"OMP_NUM_THREADS": 4, "NOTE": "it's", "RATIO": 0.5}
        """
    found = files(build(tmp_path, text))
    expected = {"OMP_NUM_THREADS": "4", "NOTE": "it's", "RATIO": "0.5"}
    assert json.loads(found["launch.json"]) == {"env": expected}
    assert run_section(found["README.md"])[-1] == (
        "OMP_NUM_THREADS=4 NOTE='it'\"'\"'s' RATIO=0.5 python train.py"
    )


@pytest.mark.parametrize("number", ["1", "2", "'gpu'", "'auto'"])
def test_a_strategy_of_several_processes_is_started_by_torchrun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    monkeypatch.setattr(module, "strategy", lambda plan: "several")
    text = f"[globals]\n== super()\n-- set ns.nproc_per_node = {number}\n"
    found = files(build(tmp_path, text))
    plain = number.strip("'")
    expected = int(plain) if plain.isdigit() else plain
    assert json.loads(found["launch.json"]) == {"nproc_per_node": expected}
    assert run_section(found["README.md"])[-1] == (
        f"torchrun --standalone --nproc-per-node {plain} train.py"
    )


def test_what_says_nothing_is_one_process(tmp_path: Path) -> None:
    found = files(build(tmp_path, "[distributed_environment]\n"))
    assert "launch.json" not in found


MISTAKES = {
    "nproc_per_node: 2": (
        "the strategy `single` is one process, and `nproc_per_node` is `2`",
        "write 1",
    ),
    "nproc_per_node: gpu": (
        "the strategy `single` is one process, and `nproc_per_node` is `gpu`",
        "write 1",
    ),
    "nproc_per_node: 0": (
        "`nproc_per_node` is not a number of processes",
        "write a number from 1, or one of `auto`, `cpu`, `gpu`, `xpu`: a process for each",
    ),
    "nproc_per_node: all": (
        "`nproc_per_node` is not a number of processes",
        "write a number from 1, or one of `auto`, `cpu`, `gpu`, `xpu`: a process for each",
    ),
    "nproc_per_node: [1]": (
        "`nproc_per_node` is not a number of processes",
        "write a number from 1, or one of `auto`, `cpu`, `gpu`, `xpu`: a process for each",
    ),
    "env: A=1": ("`env` is not a mapping", "write `NAME: value`, one a line"),
    "env: {A B: 1}": (
        "`A B` is no name of a variable",
        "letters, digits and underscores make one",
    ),
    "env: {1: 1}": ("`1` is no name of a variable", "letters, digits and underscores make one"),
    "env: {A: true}": (
        "`A` is neither a text nor a number",
        "quote it, as in `'1'` or `'true'`",
    ),
    "env: {A: null}": (
        "`A` is neither a text nor a number",
        "quote it, as in `'1'` or `'true'`",
    ),
    'env: {A: "\\0"}': ("`A` holds a null character", "leave it out"),
}


@pytest.mark.parametrize("line", MISTAKES)
def test_mistakes(tmp_path: Path, line: str) -> None:
    (found,) = build(tmp_path, f"[distributed_environment]\n{line}\n").diagnostics
    assert found.code == "FGC040"
    assert (found.message, found.help) == MISTAKES[line]
    assert found.span is not None
    assert (Path(found.span.file).name, found.span.line) == ("changed.yaml", 3)
