"""A generated Llama computes what transformers' Llama computes, and so do its gradients."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close
from transformers import LlamaConfig, LlamaForCausalLM

from fgc.compiler.ir.graph import Scalar
from tests.tree.building import SMALL, Builds, Files

CASES: dict[str, dict[str, Scalar]] = {
    "grouped heads": {},
    "tied": {"tie_word_embeddings": True},
    "a head for each": {"num_key_value_heads": None, "head_dim": None},
    "one head for all": {"num_key_value_heads": 1, "head_dim": 20},
    "biases": {"attention_bias": True, "mlp_bias": True},
    "other numbers": {
        "hidden_size": 24,
        "num_attention_heads": 6,
        "num_key_value_heads": 3,
        "head_dim": 10,
        "num_hidden_layers": 3,
        "rope_theta": 5e5,
        "rms_norm_eps": 1e-3,
        "tie_word_embeddings": True,
        "attention_bias": True,
    },
}
PADDED = 4


@dataclass(frozen=True)
class Pair:
    """A generated model and transformers' Llama, of the same weights."""

    ours: Any
    theirs: Any

    def __iter__(self):
        return iter((self.ours, self.theirs))


@pytest.fixture(autouse=True)
def reproducible() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


@pytest.fixture(scope="module", params=CASES)
def folder(
    request: pytest.FixtureRequest, builds: Builds, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The model folder of a case."""
    folder = tmp_path_factory.mktemp("model")
    _write_model(builds.files(**{**SMALL, **CASES[request.param]}), folder)
    return folder


@pytest.fixture
def pair(folder: Path) -> Pair:
    ours = _import(folder).TinyLlamaForCausalLM
    ours = ours(ours.config_class.from_pretrained(folder))
    # config.json as transformers itself reads it
    theirs = LlamaForCausalLM(LlamaConfig.from_pretrained(folder))
    _randomise(ours)
    theirs.load_state_dict(ours.state_dict())
    return Pair(ours, theirs)


def _write_model(files: Files, folder: Path) -> None:
    for path, content in files.items():
        if path.startswith("model/"):
            (folder / path.removeprefix("model/")).write_bytes(content)


def _import(folder: Path) -> ModuleType:
    """The modeling file of a folder, as part of a package that is named after the folder."""
    package = f"generated_{folder.name}"
    spec = importlib.util.spec_from_file_location(
        package, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    sys.modules[package] = importlib.util.module_from_spec(spec)
    return importlib.import_module(f"{package}.modeling_tiny_llama")


@torch.no_grad()
def _randomise(model: nn.Module) -> None:
    """Weights that make each part matter: first weights are small, norms one and biases zero."""
    for name, parameter in model.named_parameters():
        parameter.normal_(mean=float("norm" in name), std=0.3)


def tokens(batch: int = 3, length: int = 13) -> Tensor:
    return torch.randint(3, 4096, (batch, length))


def close(ours: Tensor, theirs: Tensor) -> None:
    assert_close(ours, theirs, rtol=1e-5, atol=1e-5)


def close_gradients(pair: Pair) -> None:
    """Relative to each tensor's largest."""
    gradients = {name: parameter.grad for name, parameter in pair.theirs.named_parameters()}
    assert gradients.keys() == {name for name, _ in pair.ours.named_parameters()}
    for name, parameter in pair.ours.named_parameters():
        largest = gradients[name].abs().max()
        assert largest > 0, name
        close(parameter.grad / largest, gradients[name] / largest)


def padded() -> tuple[Tensor, Tensor]:
    """Input ids of rows of several lengths, padded on the left, and their mask."""
    mask = torch.ones_like(input_ids := tokens())
    mask[0, :PADDED] = 0
    mask[1, :1] = 0
    return input_ids, mask


def test_is_known_for_a_llama(folder: Path, pair: Pair) -> None:
    assert pair.ours.config.model_type == "llama"
    assert pair.ours.config.architectures == ["LlamaForCausalLM"]
    close(pair.ours.model.rotary_emb.inv_freq, pair.theirs.model.rotary_emb.inv_freq)


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_logits_loss_and_gradients(pair: Pair, attention: str) -> None:
    input_ids = tokens()
    labels = input_ids.clone()
    labels[1, 3:6] = -100
    for model in pair:
        model.set_attn_implementation(attention)
        model.train()
    ours, theirs = (model(input_ids, labels=labels, use_cache=False) for model in pair)
    assert theirs.logits.std() > 0.1
    close(ours.logits, theirs.logits)
    close(ours.loss, theirs.loss)
    ours.loss.backward()
    theirs.loss.backward()
    close_gradients(pair)


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("given_positions", [False, True])
def test_padding_on_the_left(pair: Pair, attention: str, given_positions: bool) -> None:
    input_ids, mask = padded()
    inputs = {"input_ids": input_ids, "attention_mask": mask, "use_cache": False}
    if given_positions:
        inputs["position_ids"] = (mask.cumsum(-1) - 1).clamp(min=0)
    kept = mask.bool()
    outputs = []
    for model in pair:
        model.set_attn_implementation(attention)
        logits = model(**inputs).logits[kept]
        logits.square().mean().backward()
        outputs.append(logits)
    close(*outputs)
    close_gradients(pair)


@torch.no_grad()
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("padding", [False, True])
def test_with_a_cache(pair: Pair, attention: str, padding: bool) -> None:
    """Eight tokens at once, then one by one, equal to those of transformers and of no cache."""
    input_ids, mask = padded() if padding else (tokens(), torch.ones(3, 13, dtype=torch.long))
    outputs = []
    for model in pair:
        model.set_attn_implementation(attention)
        model.eval()
        whole = model(input_ids, attention_mask=mask, use_cache=False).logits
        cache, logits = None, []
        for start, stop in ((0, 8), *((index, index + 1) for index in range(8, 13))):
            step = model(
                input_ids[:, start:stop],
                attention_mask=mask[:, :stop],
                past_key_values=cache,
                use_cache=True,
            )
            cache = step.past_key_values
            logits.append(step.logits)
        cached = torch.cat(logits, dim=1)
        close(cached[mask.bool()], whole[mask.bool()])
        outputs.append(cached[mask.bool()])
    close(*outputs)


@torch.no_grad()
def test_generates_the_same_text(pair: Pair) -> None:
    input_ids, mask = padded()
    ours, theirs = (
        model.eval().generate(
            input_ids,
            attention_mask=mask,
            do_sample=False,
            max_new_tokens=10,
            pad_token_id=2,
            eos_token_id=None,
        )
        for model in pair
    )
    assert ours.shape == (3, 23)
    assert torch.equal(ours, theirs)
