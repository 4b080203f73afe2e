"""Tiny Llama: a causal language model."""

import re
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch import nn
from transformers import GenerationMixin
from transformers import PreTrainedModel
from transformers import initialization as init
from transformers.cache_utils import Cache
from transformers.cache_utils import DynamicCache
from transformers.masking_utils import create_causal_mask
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.modeling_outputs import BaseModelOutputWithPast
from transformers.modeling_outputs import CausalLMOutputWithPast
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
from transformers.utils.generic import can_return_tuple

from .configuration_tiny_llama import TinyLlamaConfig

# Labels with this value are not predicted.
IGNORE_INDEX = -100


def eager_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    dropout: float = 0.0,
    **kwargs: Any,
) -> tuple[Tensor, Tensor]:
    """Attention and its weights in plain operations, for `attn_implementation="eager"`."""
    groups = query.shape[1] // key.shape[1]
    key = key.repeat_interleave(groups, dim=1)  # (batch, heads, key_length, head_dim)
    value = value.repeat_interleave(groups, dim=1)
    scores = query @ key.transpose(2, 3) * scaling  # (batch, heads, length, key_length)
    if attention_mask is not None:
        scores = scores + attention_mask
    weights = scores.softmax(dim=-1, dtype=torch.float32).to(query.dtype)
    weights = F.dropout(weights, dropout, module.training)
    return (weights @ value).transpose(1, 2), weights  # (batch, length, heads, head_dim)


def apply_rotary(states: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotate each pair (i, i + head_dim/2) of queries or keys by its angle."""
    first, second = states.chunk(2, dim=-1)  # (batch, heads, length, head_dim/2)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class TinyLlamaAttention(nn.Module):
    """Causal self-attention with rotary positions, through transformers' attention interface."""

    def __init__(self, config: TinyLlamaConfig, layer_idx: int):
        super().__init__()
        self.config = config
        self.layer_idx = layer_idx
        self.head_dim = config.head_dim
        self.num_key_value_groups = config.num_attention_heads // config.num_key_value_heads
        self.scaling = self.head_dim**-0.5
        self.is_causal = True
        query_size = config.num_attention_heads * self.head_dim
        key_size = config.num_key_value_heads * self.head_dim
        self.q_proj = nn.Linear(config.hidden_size, query_size, bias=False)
        self.k_proj = nn.Linear(config.hidden_size, key_size, bias=False)
        self.v_proj = nn.Linear(config.hidden_size, key_size, bias=False)
        self.o_proj = nn.Linear(query_size, config.hidden_size, bias=False)

    def forward(
        self,
        hidden_states: Tensor,
        attention_mask: Tensor | None,
        position_embeddings: tuple[Tensor, Tensor],
        past_key_values: Cache | None,
        **kwargs: Any,
    ) -> Tensor:
        batch, length, _ = hidden_states.shape
        heads = (batch, length, -1, self.head_dim)
        query = self.q_proj(hidden_states).view(heads).transpose(1, 2)
        key = self.k_proj(hidden_states).view(heads).transpose(1, 2)
        value = self.v_proj(hidden_states).view(heads).transpose(1, 2)

        cos, sin = position_embeddings
        query = apply_rotary(query, cos, sin)  # (batch, heads, length, head_dim)
        key = apply_rotary(key, cos, sin)  # (batch, key_value_heads, length, head_dim)
        if past_key_values is not None:
            key, value = past_key_values.update(key, value, self.layer_idx)
        attend = ALL_ATTENTION_FUNCTIONS.get_interface(
            self.config._attn_implementation, eager_attention
        )
        attended, _ = attend(
            self,
            query,
            key,
            value,
            attention_mask,
            scaling=self.scaling,
            dropout=0.0,
            **kwargs,
        )  # (batch, length, heads, head_dim)
        return self.o_proj(attended.reshape(batch, length, -1))


class TinyLlamaSwiGLU(nn.Module):
    """Feed-forward network with a SiLU gate (Shazeer, 2020)."""

    def __init__(self, config: TinyLlamaConfig):
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, hidden_states: Tensor) -> Tensor:
        gate = F.silu(self.gate_proj(hidden_states))  # (batch, length, intermediate)
        return self.down_proj(gate * self.up_proj(hidden_states))


class TinyLlamaRMSNorm(nn.Module):
    """Root mean square layer normalisation (Zhang and Sennrich, 2019)."""

    def __init__(self, config: TinyLlamaConfig):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(config.hidden_size))
        self.variance_epsilon = config.rms_norm_eps

    def forward(self, hidden_states: Tensor) -> Tensor:
        # the mean is taken in float32, the scale applied in the dtype of the input
        normed = F.rms_norm(hidden_states, self.weight.shape, eps=self.variance_epsilon)
        return self.weight * normed


class TinyLlamaPreNormLayer(GradientCheckpointingLayer):
    """A transformer layer that normalises what attention and feed-forward read."""

    def __init__(self, config: TinyLlamaConfig, layer_idx: int):
        super().__init__()
        self.self_attn = TinyLlamaAttention(config, layer_idx=layer_idx)
        self.mlp = TinyLlamaSwiGLU(config)
        self.input_layernorm = TinyLlamaRMSNorm(config)
        self.post_attention_layernorm = TinyLlamaRMSNorm(config)

    def forward(self, hidden_states: Tensor, **kwargs: Any) -> Tensor:
        residual = hidden_states  # (batch, length, hidden)
        hidden_states = self.self_attn(self.input_layernorm(hidden_states), **kwargs)
        hidden_states = residual + hidden_states

        residual = hidden_states
        hidden_states = self.mlp(self.post_attention_layernorm(hidden_states))
        return residual + hidden_states


def rotary_frequencies(head_dim: int, theta: float) -> Tensor:
    """Angle per position of each rotated pair, in float32: (head_dim/2)."""
    exponents = torch.arange(0, head_dim, 2, dtype=torch.float32) / head_dim
    return 1.0 / theta**exponents


class TinyLlamaRotaryEmbedding(nn.Module):
    """Cosines and sines of rotary position embeddings (Su et al., 2021), once for all layers."""

    inv_freq: Tensor

    def __init__(self, config: TinyLlamaConfig):
        super().__init__()
        self.head_dim = config.head_dim
        self.theta = config.rope_theta
        frequencies = rotary_frequencies(self.head_dim, self.theta)
        self.register_buffer("inv_freq", frequencies, persistent=False)

    def reset_buffers(self) -> None:
        """Fill what no checkpoint holds."""
        init.copy_(self.inv_freq, rotary_frequencies(self.head_dim, self.theta))

    @torch.no_grad()
    def forward(self, hidden_states: Tensor, position_ids: Tensor) -> tuple[Tensor, Tensor]:
        # not a matrix product, whose precision autocast would lower
        angles = position_ids[:, None, :, None].float() * self.inv_freq.float()
        dtype = hidden_states.dtype
        return angles.cos().to(dtype), angles.sin().to(dtype)  # (batch or 1, 1, length, head_dim/2)


class TinyLlamaDecoder(nn.Module):
    """From token ids to the hidden states of the last layer."""

    def __init__(self, config: TinyLlamaConfig):
        super().__init__()
        self.config = config
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(
            [
                TinyLlamaPreNormLayer(config, layer_idx=index)
                for index in range(config.num_hidden_layers)
            ]
        )
        self.norm = TinyLlamaRMSNorm(config)
        self.rotary_emb = TinyLlamaRotaryEmbedding(config)

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        **kwargs: Any,
    ) -> BaseModelOutputWithPast:
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("give either `input_ids` or `inputs_embeds`")
        if inputs_embeds is None:
            hidden_states: Tensor = self.embed_tokens(input_ids)  # (batch, length, hidden)
        else:
            hidden_states = inputs_embeds
        if use_cache is None:
            use_cache = self.config.use_cache and not self.training
        if use_cache and past_key_values is None:
            past_key_values = DynamicCache(config=self.config)

        # None where the attention function's own causal flag does; documents packed into one row
        # are told apart by position ids that start again, which only a caller can give
        causal_mask = create_causal_mask(
            config=self.config,
            inputs_embeds=hidden_states,
            attention_mask=attention_mask,
            past_key_values=past_key_values,
            position_ids=position_ids,
        )
        if position_ids is None:
            start = 0 if past_key_values is None else past_key_values.get_seq_length()
            length = hidden_states.shape[1]
            position_ids = torch.arange(length, device=hidden_states.device)[None] + start

        position_embeddings = self.rotary_emb(hidden_states, position_ids)
        for layer in self.layers:
            hidden_states = layer(
                hidden_states,
                attention_mask=causal_mask,
                position_embeddings=position_embeddings,
                position_ids=position_ids,
                past_key_values=past_key_values,
                **kwargs,
            )
        hidden_states = self.norm(hidden_states)
        return BaseModelOutputWithPast(
            last_hidden_state=hidden_states, past_key_values=past_key_values
        )


def init_module(model: nn.Module, module: nn.Module, stds: dict[str, float]) -> None:
    """Fill the parameters and buffers of one module of a model, except those that are loaded.

    Norms start at one and biases at zero; any other parameter is drawn from a normal distribution
    with mean zero and the standard deviation of the first pattern in `stds` that its name contains.
    Raises ValueError where there is none.
    """
    reset_buffers = getattr(module, "reset_buffers", None)
    if reset_buffers is not None:
        reset_buffers()
    # the one module from outside is the new table of an embedding that is being resized
    paths = (path for path, candidate in model.named_modules() if candidate is module)
    path = next(paths, "model.embed_tokens")
    for name, parameter in module.named_parameters(prefix=path, recurse=False):
        if name.endswith("norm.weight"):
            init.ones_(parameter)
        elif name.endswith(".bias"):
            init.zeros_(parameter)
        else:
            std = next((std for pattern, std in stds.items() if re.search(pattern, name)), None)
            if std is None:
                raise ValueError(f"no pattern says how to initialise `{name}`")
            init.normal_(parameter, std=std)


def next_token_loss(logits: Tensor, labels: Tensor, num_items: Tensor | int | None) -> Tensor:
    """Cross-entropy, in float32, of each token given those before it.

    `logits` are (batch, length, vocab), `labels` (batch, length), not shifted. The sum is divided
    by `num_items`, the number of predicted tokens in the whole batch of which this may be a part;
    by their number here where it is None. Without a token to predict it is zero.
    """
    # the labels are shifted, not the logits, which would be copied
    targets = F.pad(labels[:, 1:], (0, 1), value=IGNORE_INDEX).flatten()
    loss = F.cross_entropy(
        logits.flatten(0, 1).float(), targets, ignore_index=IGNORE_INDEX, reduction="sum"
    )
    if num_items is None:
        num_items = (targets != IGNORE_INDEX).sum().clamp(min=1)
    return loss / num_items


class TinyLlamaForCausalLM(PreTrainedModel, GenerationMixin):
    """A language model: a decoder, and a head that predicts the next token."""

    config_class = TinyLlamaConfig
    base_model_prefix = "model"
    supports_gradient_checkpointing = True
    _tied_weights_keys = {"lm_head.weight": "model.embed_tokens.weight"}
    _skip_keys_device_placement = ["past_key_values"]
    _supports_attention_backend = True
    _supports_flash_attn = True
    _supports_flex_attn = True
    _supports_sdpa = True
    _can_compile_fullgraph = True

    def __init__(self, config: TinyLlamaConfig):
        super().__init__(config)
        self.model = TinyLlamaDecoder(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.init_std = {"weight$": config.initializer_range}
        # a layer is never split over devices
        self._no_split_modules = {type(layer).__name__ for layer in self.model.layers}
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        init_module(self, module, self.init_std)

    @can_return_tuple
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        num_items_in_batch: Tensor | int | None = None,
        **kwargs: Any,
    ) -> CausalLMOutputWithPast:
        outputs = self.model(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            use_cache=use_cache,
            **kwargs,
        )
        # the last so many positions, 0 for all, or those given
        kept = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
        logits = self.lm_head(outputs.last_hidden_state[:, kept])  # (batch, kept, vocab)
        loss = None
        if labels is not None:
            loss = next_token_loss(logits, labels, num_items_in_batch)
        return CausalLMOutputWithPast(
            loss=loss, logits=logits, past_key_values=outputs.past_key_values
        )
