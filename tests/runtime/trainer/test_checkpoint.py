"""Checkpoints are there whole or not at all, and load wherever transformers is."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import LlamaForCausalLM

from fgc.runtime.trainer.checkpoint import load_checkpoint, save_checkpoint, whole_checkpoints
from fgc.runtime.trainer.manifest import DamagedCheckpoint, verify

# What changes the disk for good, in the order in which a save calls them.
STEPS = [(os, "fsync"), (os, "rename"), (shutil, "rmtree"), (os, "unlink"), (torch, "save")]


def count_calls(monkeypatch: pytest.MonkeyPatch, at_call: Callable[[int], None]) -> None:
    """Calls `at_call` with 0, 1, 2, ... before each of STEPS."""
    calls = 0

    def hook(original):
        def hooked(*args, **kwargs):
            nonlocal calls
            at_call(calls)
            calls += 1
            return original(*args, **kwargs)

        return hooked

    for module, name in STEPS:
        monkeypatch.setattr(module, name, hook(getattr(module, name)))


def in_child(action: Callable[[], None]) -> int:
    """The exit code of a forked child that does `action`; minus the signal that killed it."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_kill_at_any_instant_leaves_a_whole_checkpoint(small_run, monkeypatch) -> None:
    run = small_run()
    run.train(8, save_steps=4, save_total_limit=2)
    assert run.saved() == ["step-00000004", "step-00000008"]
    pristine = run.folder / "pristine"
    shutil.copytree(run.checkpoints, pristine)
    run.train(9, save_steps=None, save_total_limit=2)
    expected = {name: tensor.clone() for name, tensor in run.model.state_dict().items()}

    def save_killed_at(call: int) -> int:
        def kill(number: int) -> None:
            if number == call:
                os.kill(os.getpid(), signal.SIGKILL)

        def save() -> None:
            with monkeypatch.context() as patches:
                count_calls(patches, kill)
                save_checkpoint(run.checkpoints, run.state, run.folder, keep=2)

        return in_child(save)

    call = 0
    outcomes = []
    while True:
        shutil.rmtree(run.checkpoints)
        shutil.copytree(pristine, run.checkpoints)
        killed = save_killed_at(call) != 0
        newest = whole_checkpoints(run.checkpoints)[-1]
        step = verify(newest)["step"]
        assert step in (8, 9)
        outcomes.append(step)
        # and the next process goes on from it, and can save
        again = small_run()
        again.resume()
        assert again.progress.step == step
        if step == 9:
            for name, tensor in again.model.state_dict().items():
                assert torch.equal(tensor, expected[name])
        again.train(10, save_steps=None, save_total_limit=2)
        assert len(whole_checkpoints(run.checkpoints)) == 2
        assert not list(run.checkpoints.glob("*.tmp"))
        if not killed:
            break
        call += 1
    # fsync of each file, manifest and folder; torch.save of each state; rename; removal
    assert call > 15
    assert outcomes == sorted(outcomes)
    assert {8, 9} == set(outcomes)


def test_keeps_the_newest_and_removes_only_whole_ones(small_run) -> None:
    run = small_run()
    run.train(4)
    # a folder of somebody else, and a damaged checkpoint
    (run.checkpoints / "step-00000002").mkdir()
    (run.checkpoints / "step-00000002/notes.txt").write_text("mine")
    run.train(12, save_steps=2, save_total_limit=3)
    assert run.saved() == ["step-00000002", "step-00000008", "step-00000010", "step-00000012"]
    assert (run.checkpoints / "step-00000002/notes.txt").read_text() == "mine"


def damage(folder: Path) -> None:
    """Changes one bit, which only reading the file shows."""
    weights = folder / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)


def test_a_damaged_checkpoint_is_replaced_when_the_run_comes_by_again(small_run) -> None:
    run = small_run()
    run.train(8, save_steps=4)
    damage(run.checkpoints / "step-00000008")
    again = small_run()
    again.resume()
    again.train(8, save_steps=4)
    assert run.saved() == ["step-00000004", "step-00000008"]
    assert verify(run.checkpoints / "step-00000008")["step"] == 8


def test_a_damaged_later_checkpoint_does_not_cost_the_new_one(small_run) -> None:
    run = small_run()
    run.train(8, save_steps=4)
    damage(run.checkpoints / "step-00000008")
    again = small_run()
    again.resume()
    again.train(5, save_total_limit=1)
    assert run.saved() == ["step-00000005", "step-00000008"]
    third = small_run()
    third.resume()
    assert third.progress.step == 5


def test_a_copy_by_another_name_is_nobodys_checkpoint(small_run) -> None:
    run = small_run()
    run.train(2)
    for name in ("step-00000002.bak", "step-00000002-best"):
        shutil.copytree(run.checkpoints / "step-00000002", run.checkpoints / name)
    assert whole_checkpoints(run.checkpoints) == [run.checkpoints / "step-00000002"]
    run.train(6, save_steps=2, save_total_limit=1)
    assert run.saved() == ["step-00000002-best", "step-00000002.bak", "step-00000006"]


def test_a_run_that_diverged_is_not_saved(small_run) -> None:
    run = small_run()
    run.train(4)
    with torch.no_grad():
        run.model.lm_head.weight.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match="the loss is nan between steps 0 and 6"):
        run.train(12, save_steps=6, logging_steps=100, eval_steps=None)
    assert run.saved() == ["step-00000004"]


def test_keeps_all_where_there_is_no_limit(small_run) -> None:
    run = small_run()
    run.train(6, save_steps=2)
    assert run.saved() == ["step-00000002", "step-00000004", "step-00000006"]


def test_the_manifest_says_what_each_file_is(small_run) -> None:
    run = small_run()
    run.train(4)
    manifest = run.manifest(4)
    files = {file["path"]: file for file in manifest["files"]}
    folder = run.checkpoints / "step-00000004"
    assert files.keys() | {"manifest.json"} == {path.name for path in folder.iterdir()}
    assert (manifest["step"], manifest["world_size"], manifest["code"]) == (4, 1, None)
    for name, component, sharing in [
        ("model.safetensors", "model", "GLOBAL"),
        ("config.json", "model_files", "GLOBAL"),
        ("optimizer.pt", "optimizer", "GLOBAL"),
        ("lr_scheduler.pt", "lr_scheduler", "GLOBAL"),
        ("train_data.pt", "train_data", "GLOBAL"),
        ("progress.pt", "progress", "GLOBAL"),
        ("random_state-00000.pt", "random_state", "PER_RANK"),
    ]:
        assert (files[name]["component"], files[name]["sharing"]) == (component, sharing)
        assert files[name]["bytes"] == (folder / name).stat().st_size
        assert files[name]["ranks"] == [0]


@pytest.mark.parametrize("damage", ["cut", "changed", "missing", "no manifest", "other manifest"])
def test_damage_is_seen_before_anything_changes(small_run, damage) -> None:
    run = small_run()
    run.train(4)
    folder = run.checkpoints / "step-00000004"
    weights = folder / "model.safetensors"
    content = weights.read_bytes()
    if damage == "cut":
        weights.write_bytes(content[:-1])
    elif damage == "changed":
        weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif damage == "missing":
        weights.unlink()
    elif damage == "no manifest":
        (folder / "manifest.json").unlink()
    else:
        (folder / "manifest.json").write_text("[]")
    again = small_run()
    before = again.model.lm_head.weight.clone()
    with pytest.raises(DamagedCheckpoint):
        load_checkpoint(folder, again.state)
    assert torch.equal(again.model.lm_head.weight, before)
    assert again.progress.step == 0


@pytest.mark.parametrize("tied", [False, True])
def test_loads_with_from_pretrained_as_it_is(small_run, tied) -> None:
    run = small_run(tie_word_embeddings=tied)
    run.train(4)
    loaded, report = LlamaForCausalLM.from_pretrained(
        run.checkpoints / "step-00000004", output_loading_info=True
    )
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    for name, tensor in run.model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor), name
    assert (loaded.lm_head.weight is loaded.model.embed_tokens.weight) == tied
    # and a resumed run has the tie too
    again = small_run(tie_word_embeddings=tied)
    again.resume()
    assert torch.equal(again.model.lm_head.weight, run.model.lm_head.weight)


HANDWRITTEN = Path(__file__).parents[2] / "handwritten/tiny_llama"

LOAD = """
import sys, torch
from transformers import AutoModelForCausalLM, LlamaForCausalLM
ids = torch.arange(12).view(1, -1)
ours = AutoModelForCausalLM.from_pretrained(sys.argv[1], trust_remote_code=True).eval()
theirs = LlamaForCausalLM.from_pretrained(sys.argv[1]).eval()
assert type(ours).__name__ == "TinyLlamaForCausalLM", type(ours)
assert not any(name.startswith("fgc") for name in sys.modules)
with torch.no_grad():
    torch.testing.assert_close(ours(ids).logits, theirs(ids).logits, rtol=1e-5, atol=1e-5)
torch.save(ours(ids).logits, sys.argv[2])
"""


def test_a_checkpoint_of_our_own_code_loads_in_a_fresh_process(small_run, tmp_path) -> None:
    import json

    from transformers import AutoModelForCausalLM

    run = small_run()
    shutil.rmtree(run.folder / "model")
    shutil.copytree(HANDWRITTEN / "model", run.folder / "model")
    config_file = run.folder / "model/config.json"
    config = json.loads(config_file.read_text())
    sizes = {"vocab_size": 64, "hidden_size": 32, "intermediate_size": 48, "head_dim": 8}
    config_file.write_text(json.dumps(config | sizes | {"num_hidden_layers": 2}))
    environment = os.environ | {"HF_MODULES_CACHE": str(tmp_path / "hf_modules")}
    model = AutoModelForCausalLM.from_config(
        LlamaForCausalLM.config_class.from_json_file(config_file)
    )
    run.state = replace(run.state, model=model)
    save_checkpoint(run.checkpoints, run.state, run.folder)
    folder = run.checkpoints / "step-00000000"
    logits = tmp_path / "logits.pt"
    subprocess.run(
        [sys.executable, "-c", LOAD, str(folder), str(logits)], check=True, env=environment
    )
    with torch.no_grad():
        expected = model.eval()(torch.arange(12).view(1, -1)).logits
    torch.testing.assert_close(torch.load(logits), expected, rtol=1e-5, atol=1e-5)
