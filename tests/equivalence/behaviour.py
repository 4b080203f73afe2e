"""What a module computes on a fixed input."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from fgc.runtime.nn import (
    Attention,
    Decoder,
    ForCausalLM,
    PostNormLayer,
    PreNormLayer,
    RotaryEmbedding,
)

SEED = 20260118
LENGTH = 5


def behaviour(module: nn.Module, like: nn.Module | None = None) -> dict[str, Tensor] | None:
    """Outputs, and the gradients of their weighted sum, by name; None where no input is known.

    The input is made for ``like``, a module of the runtime or of torch from which ``module`` was
    emitted; for ``module`` itself where it is None. What both do with random numbers is seen, too.
    """
    like = module if like is None else like
    if isinstance(like, Decoder | nn.ModuleList | nn.ModuleDict):
        return None
    if isinstance(like, ForCausalLM):
        return _of_model(module, like.model.embed_tokens.num_embeddings)
    torch.manual_seed(SEED)
    args, kwargs = _input(like)
    output = module(*args, **kwargs)
    outputs = output if isinstance(output, tuple) else (output,)
    named = {f"output {index}": tensor for index, tensor in enumerate(outputs)}
    return {**named, **_gradients(module, list(outputs))}


def _of_model(model: nn.Module, vocab_size: int) -> dict[str, Tensor]:
    """A training step, and logits for padded rows, with and without a cache."""
    torch.manual_seed(SEED)
    ids = torch.randint(0, vocab_size, (2, LENGTH))
    mask = torch.ones_like(ids)
    mask[0, :2] = 0
    training = model.training
    try:
        model.train()
        trained: Any = model(input_ids=ids, labels=ids)
        computed = {"loss": trained.loss, "logits in training": trained.logits}
        computed |= _gradients(model, [trained.loss])
        model.eval()
        with torch.no_grad():
            for cached in (False, True):
                output: Any = model(input_ids=ids, attention_mask=mask, use_cache=cached)
                computed[f"logits {cached=}"] = output.logits
            last: Any = model(input_ids=ids[:, -1:], past_key_values=output.past_key_values)
            computed["logits of the next token"] = last.logits
    finally:
        model.train(training)
    return computed


def _gradients(module: nn.Module, outputs: list[Tensor]) -> dict[str, Tensor]:
    named = dict(module.named_parameters())
    parts = [part for part in outputs if part.requires_grad]
    if not named or not parts:
        return {}
    total = sum((part * torch.linspace(-1, 1, part.numel()).view_as(part)).sum() for part in parts)
    assert isinstance(total, Tensor)
    gradients = torch.autograd.grad(total, list(named.values()), allow_unused=True)
    pairs = zip(named, gradients, strict=True)
    return {f"gradient of {name}": grad for name, grad in pairs if grad is not None}


def _input(module: nn.Module) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if isinstance(module, nn.Embedding):
        return (torch.randint(0, module.num_embeddings, (2, LENGTH)),), {}
    if isinstance(module, RotaryEmbedding):
        return (torch.zeros(1, LENGTH, 4), torch.arange(LENGTH)[None]), {}
    hidden = torch.randn(2, LENGTH, _width(module))
    if isinstance(module, Attention | PreNormLayer | PostNormLayer):
        attention = module if isinstance(module, Attention) else module.self_attn
        angles = torch.randn(1, 1, LENGTH, attention.head_dim // 2)
        return (hidden,), {
            "attention_mask": None,
            "position_embeddings": (angles.cos(), angles.sin()),
            "past_key_values": None,
        }
    return (hidden,), {}


def _width(module: nn.Module) -> int:
    """The last dimension of what a module takes: that of its first weight."""
    return next((parameter.shape[-1] for parameter in module.parameters()), 4)
