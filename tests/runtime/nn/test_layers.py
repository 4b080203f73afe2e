"""Layers, their norms and dropouts, and stacks of different ones."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM

from fgc.runtime.nn import ForCausalLM, PostNormLayer, PreNormLayer, RMSNorm

Builder = Callable[..., ForCausalLM]


class Shift(nn.Module):
    """Adds a number, in the place of attention or of a feed-forward network."""

    def __init__(self, amount: float):
        super().__init__()
        self.amount = amount

    def forward(self, hidden_states: Tensor, **kwargs: object) -> Tensor:
        return hidden_states + self.amount


def layer_of_shifts(layer_class: type[nn.Module], dropout: float | None = None) -> nn.Module:
    return layer_class(
        config=None,
        layer_idx=0,
        attention=lambda config, layer_idx: Shift(1.0),
        mlp=lambda: Shift(2.0),
        norm=partial(RMSNorm, hidden_size=4, eps=0.0),
        dropout=dropout,
    )


def norm(states: Tensor) -> Tensor:
    return states / states.pow(2).mean(-1, keepdim=True).sqrt()


def test_pre_norm_is_applied_to_what_a_part_reads() -> None:
    states = torch.randn(2, 3, 4)
    after_attention = states + norm(states) + 1.0
    expected = after_attention + norm(after_attention) + 2.0
    torch.testing.assert_close(layer_of_shifts(PreNormLayer)(states), expected)


def test_post_norm_is_applied_to_the_sum() -> None:
    states = torch.randn(2, 3, 4)
    after_attention = norm(2 * states + 1.0)
    expected = norm(2 * after_attention + 2.0)
    torch.testing.assert_close(layer_of_shifts(PostNormLayer)(states), expected)


@pytest.mark.parametrize("layer_class", [PreNormLayer, PostNormLayer])
def test_dropout_is_of_what_is_added(layer_class: type[nn.Module]) -> None:
    states = torch.randn(2, 3, 4)
    layer = layer_of_shifts(layer_class, dropout=1.0)  # nothing is left of it
    expected = states if layer_class is PreNormLayer else norm(norm(states))
    torch.testing.assert_close(layer.train()(states), expected)
    torch.testing.assert_close(layer.eval()(states), layer_of_shifts(layer_class)(states))


def test_post_norm_is_not_llama(compose: Builder, sizes: dict[str, object]) -> None:
    model = compose(layer_class=PostNormLayer, decoder={"norm": None})
    reference = LlamaForCausalLM(LlamaConfig(**sizes))
    weights = {
        name.replace("post_feedforward_layernorm", "input_layernorm"): weight
        for name, weight in model.state_dict().items()
    }
    weights["model.norm.weight"] = torch.ones(32)
    reference.load_state_dict(weights)
    input_ids = torch.randint(2, 50, (2, 9))
    assert not torch.allclose(model(input_ids).logits, reference(input_ids).logits, atol=1e-2)


def test_post_norm_trains_and_generates(compose: Builder) -> None:
    model = compose(layer_class=PostNormLayer, decoder={"norm": None})
    assert "model.norm.weight" not in model.state_dict()
    input_ids = torch.randint(2, 50, (2, 9))
    model.train()(input_ids, labels=input_ids).loss.backward()
    assert all(parameter.grad is not None for parameter in model.parameters())
    cached = model.eval().generate(input_ids, do_sample=False, max_new_tokens=8)
    afresh = model.generate(input_ids, do_sample=False, max_new_tokens=8, use_cache=False)
    torch.testing.assert_close(cached, afresh)


def test_different_layers_in_one_stack(compose: Builder) -> None:
    def layer_factory(index: int) -> Callable[..., nn.Module]:
        def make(*, config: object, layer_idx: int) -> nn.Module:
            assert layer_idx == index
            layer_class = PreNormLayer if index % 2 else PostNormLayer
            return layer_class(
                config=config,
                layer_idx=layer_idx,
                attention=lambda config, layer_idx: Shift(1.0),
                mlp=lambda: Shift(2.0),
                norm=partial(RMSNorm, hidden_size=32, eps=1e-5),
            )

        return make

    model = compose(
        decoder={"num_layers": None, "layer": None, "layers": [layer_factory(i) for i in range(3)]}
    )
    kinds = [type(layer) for layer in model.model.layers]
    assert kinds == [PostNormLayer, PreNormLayer, PostNormLayer]
    assert model._no_split_modules == {"PreNormLayer", "PostNormLayer"}
    assert model(torch.randint(2, 50, (2, 9))).logits.shape == (2, 9, 50)


@pytest.mark.parametrize("place", ["attention", "decoder"])
def test_dropout_is_for_training_only(compose: Builder, place: str) -> None:
    model = compose(**{place: {"dropout": 0.5}})
    input_ids = torch.randint(2, 50, (2, 9))
    assert not torch.allclose(model.train()(input_ids).logits, model(input_ids).logits)
    torch.testing.assert_close(model.eval()(input_ids).logits, model(input_ids).logits)
