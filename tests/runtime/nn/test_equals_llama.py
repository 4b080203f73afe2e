"""The same weights and the same input give what transformers' LlamaForCausalLM gives."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM

Builder = Callable[..., Any]

# hidden size, query heads, key and value heads, size of a head
GEOMETRIES = [(32, 4, 2, 8), (32, 4, 4, 8), (32, 4, 1, 16), (48, 6, 3, 4), (24, 3, 1, 10)]


def llama_like(model: Any, sizes: dict[str, Any], **fields: Any) -> LlamaForCausalLM:
    """transformers' Llama with the weights of a model."""
    reference = LlamaForCausalLM(LlamaConfig(**{**sizes, **fields}))
    reference.load_state_dict(model.state_dict())
    return reference


def tokens(batch: int = 3, length: int = 11) -> Tensor:
    return torch.randint(2, 50, (batch, length))


def assert_same_step(model: Any, reference: Any, **inputs: Any) -> None:
    """Equal logits, loss and gradients."""
    ours, theirs = model(**inputs), reference(**inputs)
    torch.testing.assert_close(ours.logits, theirs.logits, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(ours.loss, theirs.loss, atol=1e-6, rtol=1e-6)
    ours.loss.backward()
    theirs.loss.backward()
    gradients = {name: parameter.grad for name, parameter in reference.named_parameters()}
    assert gradients.keys() == {name for name, _ in model.named_parameters()}
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(parameter.grad, gradients[name], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("tie_word_embeddings", [False, True])
@pytest.mark.parametrize(("hidden_size", "heads", "kv_heads", "head_dim"), GEOMETRIES)
def test_logits_and_gradients(
    build: Builder,
    sizes: dict[str, Any],
    hidden_size: int,
    heads: int,
    kv_heads: int,
    head_dim: int,
    tie_word_embeddings: bool,
) -> None:
    geometry = {
        "hidden_size": hidden_size,
        "num_attention_heads": heads,
        "num_key_value_heads": kv_heads,
        "head_dim": head_dim,
        "tie_word_embeddings": tie_word_embeddings,
    }
    model = build(**geometry)
    reference = llama_like(model, sizes, **geometry)
    assert (model.lm_head.weight is model.model.embed_tokens.weight) == tie_word_embeddings
    input_ids = tokens()
    assert_same_step(model.train(), reference.train(), input_ids=input_ids, labels=input_ids)


@pytest.mark.parametrize(
    "biases",
    [
        {"attention_bias": True, "mlp_bias": True},
        {"attention_bias": True, "mlp_bias": False},
        {"attention_bias": False, "mlp_bias": True},
    ],
)
def test_biases(compose: Builder, sizes: dict[str, Any], biases: dict[str, bool]) -> None:
    model = compose(**biases)
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(parameter)
    reference = llama_like(model, sizes, **biases)
    input_ids = tokens()
    assert_same_step(model, reference, input_ids=input_ids, labels=input_ids)


def test_rope_theta(build: Builder, sizes: dict[str, Any]) -> None:
    model = build(rope_theta=500.0)
    rope = {"rope_type": "default", "rope_theta": 500.0}
    reference = llama_like(model, sizes, rope_parameters=rope)
    input_ids = tokens()
    assert_same_step(model, reference, input_ids=input_ids, labels=input_ids)


@pytest.mark.parametrize("implementation", ["sdpa", "eager"])
@pytest.mark.parametrize("training", [True, False])
def test_padding_on_the_left(
    build: Builder, sizes: dict[str, Any], implementation: str, training: bool
) -> None:
    model = build()
    reference = llama_like(model, sizes)
    model.set_attn_implementation(implementation)
    reference.set_attn_implementation(implementation)
    input_ids = tokens()
    attention_mask = torch.ones_like(input_ids)
    attention_mask[0, :4] = 0
    attention_mask[1, :1] = 0
    labels = input_ids.masked_fill(attention_mask == 0, -100)
    labels[0, 4] = labels[1, 1] = -100  # would be predicted from padding
    model.train(training)
    reference.train(training)
    for position_ids in (None, (attention_mask.cumsum(-1) - 1).clamp(min=0)):
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        ours = model(**inputs, position_ids=position_ids, labels=labels)
        theirs = reference(**inputs, position_ids=position_ids, labels=labels)
        kept = attention_mask.bool()
        torch.testing.assert_close(ours.logits[kept], theirs.logits[kept], atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(ours.loss, theirs.loss, atol=1e-6, rtol=1e-6)


def test_padding_does_not_change_what_follows(build: Builder) -> None:
    model = build().eval()
    input_ids = tokens(batch=1)
    alone = model(input_ids).logits
    padded = torch.cat((torch.full((1, 5), 3), input_ids), dim=1)
    attention_mask = torch.ones_like(padded)
    attention_mask[:, :5] = 0
    position_ids = (attention_mask.cumsum(-1) - 1).clamp(min=0)
    behind = model(padded, attention_mask=attention_mask, position_ids=position_ids).logits
    torch.testing.assert_close(behind[:, 5:], alone, atol=1e-5, rtol=1e-5)


def test_documents_packed_into_a_row_do_not_see_each_other(
    build: Builder, sizes: dict[str, Any]
) -> None:
    model = build().train()
    reference = llama_like(model, sizes).train()
    first, second = tokens(batch=1, length=5), tokens(batch=1, length=7)
    packed = torch.cat((first, second), dim=1)
    position_ids = torch.cat((torch.arange(5), torch.arange(7)))[None]
    ours = model(packed, position_ids=position_ids, use_cache=False).logits
    theirs = reference(packed, position_ids=position_ids, use_cache=False).logits
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(ours[:, 5:], model(second).logits, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("implementation", ["sdpa", "eager"])
def test_decoding_step_by_step_with_a_cache(
    build: Builder, sizes: dict[str, Any], implementation: str
) -> None:
    model = build().eval()
    reference = llama_like(model, sizes).eval()
    model.set_attn_implementation(implementation)
    input_ids = tokens()
    whole = model(input_ids, use_cache=False)
    assert whole.past_key_values is None
    ours, theirs = model(input_ids[:, :6]), reference(input_ids[:, :6])
    logits = [ours.logits]
    for end in range(7, input_ids.shape[1] + 1):
        step = input_ids[:, end - 1 : end]
        ours = model(step, past_key_values=ours.past_key_values)
        theirs = reference(step, past_key_values=theirs.past_key_values)
        torch.testing.assert_close(ours.logits, theirs.logits, atol=1e-5, rtol=1e-5)
        logits.append(ours.logits)
    torch.testing.assert_close(torch.cat(logits, dim=1), whole.logits, atol=1e-5, rtol=1e-5)


def test_no_cache_while_training(build: Builder) -> None:
    assert build().train()(tokens()).past_key_values is None


@pytest.mark.parametrize(
    "cache",
    [{"use_cache": False}, {"use_cache": True}, {"cache_implementation": "static"}],
    ids=["none", "dynamic", "static"],
)
def test_generates_the_same(build: Builder, sizes: dict[str, Any], cache: dict[str, Any]) -> None:
    model = build().eval()
    reference = llama_like(model, sizes).eval()
    input_ids = tokens()
    attention_mask = torch.ones_like(input_ids)
    attention_mask[0, :4] = 0
    settings: dict[str, Any] = {
        "attention_mask": attention_mask,
        "do_sample": False,
        "max_new_tokens": 12,
        "pad_token_id": 0,
        **cache,
    }
    ours = model.generate(input_ids, **settings)
    assert ours.shape[1] > input_ids.shape[1]
    torch.testing.assert_close(ours, reference.generate(input_ids, **settings))


def test_gradient_checkpointing_changes_nothing(build: Builder, sizes: dict[str, Any]) -> None:
    model = build().train()
    reference = llama_like(model, sizes).train()
    model.activation_checkpointing_enable()
    runs = 0

    def count(*_: object) -> None:
        nonlocal runs
        runs += 1

    model.model.layers[0].mlp.register_forward_pre_hook(count)
    input_ids = tokens()
    assert_same_step(model, reference, input_ids=input_ids, labels=input_ids)
    assert runs == 2  # once forward, once more for the backward pass


def test_embeddings_instead_of_ids(build: Builder) -> None:
    model = build()
    input_ids = tokens()
    embeddings = model.model.embed_tokens(input_ids)
    torch.testing.assert_close(model(inputs_embeds=embeddings).logits, model(input_ids).logits)
    with pytest.raises(ValueError, match="either `input_ids` or `inputs_embeds`"):
        model(input_ids, inputs_embeds=embeddings)
    with pytest.raises(ValueError, match="either `input_ids` or `inputs_embeds`"):
        model()


def test_logits_to_keep(build: Builder) -> None:
    model = build().eval()
    input_ids = tokens()
    logits = model(input_ids).logits
    torch.testing.assert_close(model(input_ids, logits_to_keep=2).logits, logits[:, -2:])
    positions = torch.tensor([0, 5])
    kept = model(input_ids, logits_to_keep=positions).logits
    torch.testing.assert_close(kept, logits[:, positions])


def test_bfloat16(build: Builder, sizes: dict[str, Any]) -> None:
    model = build()
    reference = llama_like(model, sizes)
    input_ids = tokens()
    ours = model.to(torch.bfloat16)(input_ids).logits
    theirs = reference.to(torch.bfloat16)(input_ids).logits
    torch.testing.assert_close(ours, theirs)


def test_can_be_compiled_whole(build: Builder) -> None:
    model = build().train()
    compiled = torch.compile(model, fullgraph=True, backend="eager")
    input_ids = tokens()
    torch.testing.assert_close(
        compiled(input_ids, labels=input_ids).loss, model(input_ids, labels=input_ids).loss
    )
