"""One process on one device."""

from types import SimpleNamespace

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from fgc.runtime.trainer import strategy


def test_refuses_to_be_one_of_several(monkeypatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(SystemExit, match="trains in one process"):
        strategy.start("cpu")
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert strategy.start("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["nonsense", "cuda:99"])
def test_a_device_that_is_not_there_ends_the_program(name) -> None:
    with pytest.raises(SystemExit, match=rf"error: cannot train on device `{name}`: \w.*\Z"):
        strategy.start(name)


def test_another_device_than_the_first_becomes_the_current_one(monkeypatch) -> None:
    chosen = []
    monkeypatch.setattr(torch.accelerator, "set_device_index", chosen.append)
    monkeypatch.setattr(torch, "empty", lambda size, device: SimpleNamespace(device=device))
    assert strategy.start(torch.device("cuda:1")) == torch.device("cuda:1")
    assert chosen == [1]


def test_finds_a_device() -> None:
    there_is = torch.accelerator.current_accelerator(check_available=True)
    assert strategy.start(None) == (there_is or torch.device("cpu"))


def test_a_tied_weight_is_saved_once_and_loads_into_both_names() -> None:
    config = LlamaConfig(
        vocab_size=8, hidden_size=4, intermediate_size=4, num_hidden_layers=1,
        num_attention_heads=1, tie_word_embeddings=True,
    )  # fmt: skip
    one, other = LlamaForCausalLM(config), LlamaForCausalLM(config)
    state = strategy.model_state(one)
    assert "lm_head.weight" not in state
    assert "model.embed_tokens.weight" in state
    strategy.load_model_state(other, state)
    assert torch.equal(other.lm_head.weight, one.lm_head.weight)
    del state["model.norm.weight"]
    with pytest.raises(ValueError, match=r"another model: model\.norm\.weight"):
        strategy.load_model_state(other, state)
