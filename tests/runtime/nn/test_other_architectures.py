"""Parts that Llama does not use, against the architectures of transformers that do."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import (
    MistralConfig,
    MistralForCausalLM,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from fgc.runtime.nn import ForCausalLM, RMSNorm

Builder = Callable[..., ForCausalLM]


def tokens() -> Tensor:
    return torch.randint(2, 50, (2, 20))


def assert_same_logits(model: ForCausalLM, reference: PreTrainedModel) -> None:
    """Equal logits for a whole text, and for its second half with the first in the cache."""
    reference.load_state_dict(model.state_dict())
    model.eval()
    reference.eval()
    input_ids = tokens()
    theirs = reference(input_ids).logits
    torch.testing.assert_close(model(input_ids).logits, theirs, atol=1e-5, rtol=1e-5)
    cache = model(input_ids[:, :12]).past_key_values
    rest = model(input_ids[:, 12:], past_key_values=cache).logits
    torch.testing.assert_close(rest, theirs[:, 12:], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("implementation", ["sdpa", "eager"])
def test_sliding_window_is_mistrals(
    compose: Builder, sizes: dict[str, Any], implementation: str
) -> None:
    model = compose(
        sliding_window=4, attention={"sliding_window": 4}, decoder={"sliding_window": 4}
    )
    reference = MistralForCausalLM(MistralConfig(**sizes, sliding_window=4))
    model.set_attn_implementation(implementation)
    reference.set_attn_implementation(implementation)
    assert_same_logits(model, reference)


def test_a_window_hides_what_is_older(compose: Builder) -> None:
    model = compose(
        num_hidden_layers=1,
        sliding_window=4,
        attention={"sliding_window": 4},
        decoder={"sliding_window": 4},
    ).eval()
    input_ids = tokens()
    changed = input_ids.clone()
    changed[:, 3] = (changed[:, 3] + 1) % 50
    before, after = model(input_ids).logits, model(changed).logits
    assert not torch.allclose(before[:, 6], after[:, 6])
    torch.testing.assert_close(before[:, 7:], after[:, 7:])


def test_query_and_key_norms_are_qwen3s(compose: Builder, sizes: dict[str, Any]) -> None:
    qk_norm = partial(RMSNorm, hidden_size=8, eps=1e-5)
    model = compose(attention={"qk_norm": qk_norm})
    for layer in model.model.layers:
        torch.nn.init.normal_(layer.get_parameter("self_attn.q_norm.weight"))
        torch.nn.init.normal_(layer.get_parameter("self_attn.k_norm.weight"))
    assert_same_logits(model, Qwen3ForCausalLM(Qwen3Config(**sizes)))


def test_biases_of_queries_keys_and_values_only_are_qwen2s(
    compose: Builder, sizes: dict[str, Any]
) -> None:
    model = compose(attention_bias=True, attention={"output_bias": False})
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(parameter)
    assert_same_logits(model, Qwen2ForCausalLM(Qwen2Config(**sizes)))
