"""The program of the composed example trains, goes on, and ships its model as any other does."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import AutoTokenizer, LlamaForCausalLM

from fgc.compiler.ir.graph import Scalar
from tests.tree.building import ROOT, Builds
from tests.tree.launcher import Launcher
from tests.tree.runs import assert_same_run, last_checkpoint, records

PROJECT = ROOT / "examples" / "composed" / "training"
STEPS = 9
STEP_TOKENS = 2 * 32
SHORT: dict[str, Scalar] = {
    "seq_len": 32,
    "batch_size": 2,
    "total_tokens": STEPS * STEP_TOKENS,
    "warmup_tokens": 2 * STEP_TOKENS,
    "decay_tokens": 3 * STEP_TOKENS,
    "logging_steps": 1,
    "eval_steps": None,
    "save_steps": 4,
}


@pytest.mark.parametrize("experiment", ["baseline", "deep_model", "psalms"])
def test_a_run(builds: Builds, launch: Launcher, tmp_path: Path, experiment: str) -> None:
    tree = builds.written(experiment, project=PROJECT, **SHORT)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    done = launch(tree / "train.py", "--output-dir", whole)
    assert done.returncode == 0, done.stderr
    for stop in (["--max-steps", "5"], []):
        done = launch(tree / "train.py", "--output-dir", parts, *stop)
        assert done.returncode == 0, done.stderr
    assert "goes on from" in done.stdout
    assert_same_run(whole, parts)
    assert records(whole)[-1]["step"] == STEPS

    model = LlamaForCausalLM.from_pretrained(last_checkpoint(whole))
    tokenizer = AutoTokenizer.from_pretrained(last_checkpoint(whole))
    assert model.config.vocab_size == len(tokenizer) == 2048
    assert model.config.num_hidden_layers == (8 if experiment == "deep_model" else 2)
    assert (model.config.bos_token_id, tokenizer.bos_token_id) == (0, 0)
