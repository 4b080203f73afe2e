"""Each block of the templates can be replaced, and added to, by a derived template."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fgc.templates
from fgc.compiler.ir.graph import Literal
from fgc.compiler.passes.load import load
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.render import render

FOLDER = Path(next(iter(fgc.templates.__path__)))
KNOBS = ("config_metadata", "globals")


def blocks(template: str) -> list[str]:
    return re.findall(r"^ *\[(\w+)\]$", (FOLDER / template).read_text(), re.MULTILINE)


PROJECT = blocks("projects/lm_training_project.yaml")
LLAMA = blocks("models/llama.yaml")
OUTPUT = [name for name in dict.fromkeys([*PROJECT, *LLAMA]) if name not in KNOBS]


def derived(folder: Path, text: str) -> Path:
    file = folder / "derived.yaml"
    file.write_text(f"-- extends 'models/llama.yaml'\n{text}")
    return file


def test_the_blocks_have_the_names_that_users_know() -> None:
    known = {"config_metadata", "globals", "datasets_definition", "model_definition", "optimizer"}
    assert known | {"lr_scheduler", "trainer_definition"} <= {*PROJECT}
    parts = {"layer_norm_factory", "attention_factory", "feedforward_factory", "layer_factory"}
    assert parts | {"init_weights"} <= {*LLAMA}


@pytest.mark.parametrize("block", [*KNOBS, *OUTPUT])
def test_a_block_is_added_to(tmp_path: Path, block: str) -> None:
    config = derived(tmp_path, f"[{block}]\n== super()\nprobe: here\n")
    graph = parse(render(load(config)))
    probe = graph.root("probe")
    assert isinstance(probe, Literal)
    assert probe.value == "here"
    assert probe.span.file == config.as_posix()


@pytest.mark.parametrize("block", OUTPUT)
def test_a_block_is_replaced(tmp_path: Path, block: str) -> None:
    plain = render(load(derived(tmp_path, ""))).text.split("\n")
    text = render(load(derived(tmp_path, f"[{block}]\nprobe: here\n"))).text.split("\n")
    assert text.count("probe: here") == 1
    kept = [line for line in text if line != "probe: here"]
    assert 0 < len([line for line in kept if line]) < len([line for line in plain if line])
    remaining = iter(plain)
    assert all(line in remaining for line in kept), "what is not in the block has changed"
