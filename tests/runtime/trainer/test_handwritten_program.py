"""The demo's program, written by hand as the compiler must write it, trains, stops and goes on."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import PreTrainedTokenizerFast

HANDWRITTEN = Path(__file__).parents[2] / "handwritten/tiny_llama"

# Runs train.py as `python train.py` would, where there is no fgc.
RUN = """
import runpy, sys
class NoFgc:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "fgc":
            raise ImportError("fgc is not installed")
sys.meta_path.insert(0, NoFgc())
sys.argv = sys.argv[1:]
sys.path[0] = sys.argv[0].rpartition("/")[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """The program with a smaller model, and a small corpus of its own."""
    folder = tmp_path_factory.mktemp("tree") / "run"
    shutil.copytree(HANDWRITTEN, folder, ignore=shutil.ignore_patterns("__pycache__"))
    config_file = folder / "model/config.json"
    sizes = {"vocab_size": 32, "hidden_size": 32, "intermediate_size": 48, "head_dim": 8}
    config = json.loads(config_file.read_text()) | sizes | {"num_hidden_layers": 2}
    config_file.write_text(json.dumps(config))
    words = {word: index for index, word in enumerate(["<bos>", "<eos>", "<pad>", *"abcdefgh"])}
    tokenizer = Tokenizer(WordLevel(words, unk_token="a"))
    tokenizer.pre_tokenizer = Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>"
    ).save_pretrained(folder / "model")
    (folder / "data").mkdir()
    (folder / "data/train.txt").write_text("a b c d e f g h\n" * 400)
    (folder / "data/heldout.txt").write_text("h g f e d c b a\n" * 80)
    return folder


def run(tree: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, str(tree / "train.py"), *options],
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        capture_output=True,
        text=True,
    )


def test_stopping_and_going_on_changes_no_bit(tree, tmp_path) -> None:
    whole = run(tree, "--max-steps", "4", "--output-dir", str(tmp_path / "whole"))
    assert whole.returncode == 0, whole.stderr
    assert whole.stderr == ""
    assert "489 steps of 2,048 tokens" in whole.stdout
    assert "held-out loss" in whole.stdout
    parts = tmp_path / "parts"
    for stop in ("2", "4"):
        part = run(tree, "--max-steps", stop, "--output-dir", str(parts))
        assert part.returncode == 0, part.stderr
    assert "goes on from" in part.stdout
    name = "checkpoints/step-00000004/model.safetensors"
    left, right = load_file(tmp_path / "whole" / name), load_file(parts / name)
    assert all(torch.equal(left[key], right[key]) for key in left)
    losses = [
        [json.loads(line).get("loss") for line in (folder / "metrics.jsonl").open()]
        for folder in (tmp_path / "whole", parts)
    ]
    assert losses[0] == losses[1]
    assert losses[0][0] > 3.0


def test_refuses_several_processes(tree) -> None:
    refused = run(tree, WORLD_SIZE="2")
    assert refused.returncode == 1
    assert refused.stderr == "error: this program trains in one process: start it with `python`\n"


def test_is_as_small_as_it_should_be() -> None:
    def lines(path: Path) -> int:
        return len(path.read_text().splitlines())

    assert lines(HANDWRITTEN / "train.py") < 200
    # without imports, docstrings, comments and blank lines
    trainer = HANDWRITTEN / "runtime/trainer"
    assert (
        sum(map(statements, (trainer / f"{n}.py" for n in ("loop", "strategy", "evaluate")))) < 150
    )


def statements(path: Path) -> int:
    import ast

    module = ast.parse(path.read_text())
    counted: set[int] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.stmt):
            header = node.body[0].lineno - 1 if hasattr(node, "body") else node.end_lineno
            counted.update(range(node.lineno, max(header, node.lineno) + 1))
    text = path.read_text().splitlines()
    return sum(
        1
        for number in counted
        if text[number - 1].strip() and not text[number - 1].strip().startswith("#")
    )
