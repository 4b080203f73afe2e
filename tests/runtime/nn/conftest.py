"""Small models of the runtime's parts, and the model that is written by hand."""

import importlib.util
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import nn

from fgc.runtime.nn import (
    Attention,
    Decoder,
    ForCausalLM,
    ModelConfig,
    PreNormLayer,
    RMSNorm,
    RotaryEmbedding,
    SwiGLU,
)

HANDWRITTEN = Path(__file__).parents[2] / "handwritten" / "tiny_llama" / "model"

SIZES: dict[str, Any] = {
    "vocab_size": 50,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 64,
    "rms_norm_eps": 1e-5,
    "tie_word_embeddings": False,
    "bos_token_id": 0,
    "eos_token_id": 1,
    "pad_token_id": None,
}


def compose(
    *,
    layer_class: type[nn.Module] = PreNormLayer,
    attention_bias: bool = False,
    mlp_bias: bool = False,
    attention: dict[str, Any] | None = None,
    decoder: dict[str, Any] | None = None,
    init_std: dict[str, float] | None = None,
    **fields: Any,
) -> ForCausalLM:
    """A model of the runtime's parts: `fields` change the sizes, the rest the parts."""
    config = ModelConfig(**{**SIZES, "rope_theta": 10000.0, **fields})
    norm = partial(RMSNorm, hidden_size=config.hidden_size, eps=config.rms_norm_eps)
    layer = partial(
        layer_class,
        attention=partial(
            Attention,
            hidden_size=config.hidden_size,
            num_heads=config.num_attention_heads,
            num_kv_heads=config.num_key_value_heads,
            head_dim=config.head_dim,
            bias=attention_bias,
            **(attention or {}),
        ),
        mlp=partial(
            SwiGLU,
            hidden_size=config.hidden_size,
            intermediate_size=config.intermediate_size,
            bias=mlp_bias,
        ),
        norm=norm,
    )
    parts: dict[str, Any] = {
        "num_layers": config.num_hidden_layers,
        "layer": layer,
        "norm": norm,
        **(decoder or {}),
    }
    return ForCausalLM(
        config=config,
        decoder=partial(
            Decoder,
            vocab_size=config.vocab_size,
            hidden_size=config.hidden_size,
            rotary_emb=partial(RotaryEmbedding, head_dim=config.head_dim, theta=config.rope_theta),
            **parts,
        ),
        hidden_size=config.hidden_size,
        vocab_size=config.vocab_size,
        init_std={"weight$": 0.2} if init_std is None else init_std,
    )


def import_handwritten() -> ModuleType:
    """The modeling file that is written by hand, imported once."""
    package = "handwritten_tiny_llama_model"
    name = f"{package}.modeling_tiny_llama"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            package, HANDWRITTEN / "__init__.py", submodule_search_locations=[str(HANDWRITTEN)]
        )
        assert spec is not None
        sys.modules[package] = importlib.util.module_from_spec(spec)
        importlib.import_module(name)
    return sys.modules[name]


def handwritten(**fields: Any) -> Any:
    """The model that is written by hand, in the sizes of `compose`."""
    module = import_handwritten()
    config = module.TinyLlamaConfig(**{**SIZES, "initializer_range": 0.2, **fields})
    return module.TinyLlamaForCausalLM(config)


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


@pytest.fixture
def handwritten_folder() -> Path:
    return HANDWRITTEN


@pytest.fixture
def sizes() -> dict[str, Any]:
    return dict(SIZES)


@pytest.fixture(name="compose")
def compose_fixture() -> Callable[..., ForCausalLM]:
    return compose


@pytest.fixture(name="handwritten")
def handwritten_fixture() -> Callable[..., Any]:
    return handwritten


@pytest.fixture(params=[compose, handwritten], ids=["composed", "handwritten"])
def build(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Builds a Llama-shaped model, either way."""
    return request.param
