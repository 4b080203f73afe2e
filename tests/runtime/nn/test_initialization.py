"""Initial weights by pattern."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from fgc.runtime.nn import ForCausalLM

Builder = Callable[..., ForCausalLM]


def test_the_first_pattern_decides(compose: Builder) -> None:
    model = compose(
        vocab_size=500,
        attention_bias=True,
        init_std={"(o|down)_proj.weight": 0.001, "proj": 0.1, "embed|head": 1.0},
    )
    expected = {
        "self_attn.q_proj.weight": 0.1,
        "self_attn.o_proj.weight": 0.001,
        "mlp.up_proj.weight": 0.1,
        "mlp.down_proj.weight": 0.001,
    }
    for name, std in expected.items():
        weight = model.get_parameter(f"model.layers.1.{name}")
        assert weight.std().item() == pytest.approx(std, rel=0.15), name
        assert abs(weight.mean().item()) < std / 4
    assert model.lm_head.weight.std().item() == pytest.approx(1.0, rel=0.1)
    assert model.model.embed_tokens.weight.std().item() == pytest.approx(1.0, rel=0.1)
    for name, parameter in model.named_parameters():
        if name.endswith("norm.weight"):
            assert (parameter == 1).all()
        if name.endswith("bias"):
            assert (parameter == 0).all()


def test_a_parameter_without_a_pattern_is_an_error(compose: Builder) -> None:
    with pytest.raises(ValueError, match=r"how to initialise `model\.embed_tokens\.weight`"):
        compose(init_std={"proj": 0.1, "head": 0.1})


def test_one_seed_gives_the_same_weights(compose: Builder, handwritten: Callable[..., Any]) -> None:
    states = []
    for build in (compose, compose, handwritten):
        torch.manual_seed(7)
        states.append(build().state_dict())
    torch.manual_seed(8)
    other = compose().state_dict()
    for name, weight in states[0].items():
        assert torch.equal(weight, states[1][name])
        assert torch.equal(weight, states[2][name]), "composed and handwritten draw alike"
        if not name.endswith("norm.weight"):
            assert not torch.equal(weight, other[name])


@pytest.mark.parametrize("tie_word_embeddings", [False, True])
def test_embeddings_can_be_resized(compose: Builder, tie_word_embeddings: bool) -> None:
    model = compose(tie_word_embeddings=tie_word_embeddings).eval()
    input_ids = torch.randint(2, 50, (1, 8))
    before = model(input_ids).logits
    model.resize_token_embeddings(60)
    after = model(input_ids).logits
    assert after.shape[-1] == 60
    torch.testing.assert_close(after[..., :50], before)
