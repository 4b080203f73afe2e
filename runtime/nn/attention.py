"""Causal self-attention."""

# a model has set `_attn_implementation`, which may be None, before it builds its parts
# pyright: reportArgumentType=false

from typing import Any
from typing import Final

from torch import Tensor
from torch import nn
from transformers import PreTrainedConfig
from transformers.cache_utils import Cache
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from fgc.runtime.factory import Factory
from fgc.runtime.nn.eager_attention import eager_attention
from fgc.runtime.nn.rotary import apply_rotary


class Attention(nn.Module):
    """Causal self-attention with rotary positions, through transformers' attention interface."""

    q_norm: Final[nn.Module | None]
    k_norm: Final[nn.Module | None]
    sliding_window: Final[int | None]
    attention_dropout: Final[float | None]

    def __init__(
        self,
        *,
        config: PreTrainedConfig,
        layer_idx: int,
        hidden_size: int,
        num_heads: int,
        # divides num_heads: each group of as many query heads shares one key and value head
        num_kv_heads: int,
        # the heads divide the hidden size among them where it is None
        head_dim: int | None = None,
        bias: bool = False,
        # of the output projection; as the others where it is None
        output_bias: bool | None = None,
        # makes the norms of queries and keys, over each head
        qk_norm: Factory[nn.Module] | None = None,
        # tokens that one attends to, itself included; the decoder masks by the same number
        sliding_window: int | None = None,
        dropout: float | None = None,
    ):
        super().__init__()
        self.config = config
        self.layer_idx = layer_idx
        self.head_dim = hidden_size // num_heads if head_dim is None else head_dim
        self.num_key_value_groups = num_heads // num_kv_heads
        self.scaling = self.head_dim**-0.5
        self.is_causal = True
        self.sliding_window = sliding_window
        self.attention_dropout = dropout
        query_size = num_heads * self.head_dim
        key_size = num_kv_heads * self.head_dim
        self.q_proj = nn.Linear(hidden_size, query_size, bias=bias)
        self.k_proj = nn.Linear(hidden_size, key_size, bias=bias)
        self.v_proj = nn.Linear(hidden_size, key_size, bias=bias)
        self.o_proj = nn.Linear(
            query_size, hidden_size, bias=bias if output_bias is None else output_bias
        )
        self.q_norm = None if qk_norm is None else qk_norm()
        self.k_norm = None if qk_norm is None else qk_norm()

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
        if self.q_norm is not None and self.k_norm is not None:
            query = self.q_norm(query)
            key = self.k_norm(key)

        cos, sin = position_embeddings
        query = apply_rotary(query, cos, sin)  # (batch, heads, length, head_dim)
        key = apply_rotary(key, cos, sin)  # (batch, key_value_heads, length, head_dim)
        if past_key_values is not None:
            key, value = past_key_values.update(key, value, self.layer_idx)

        if self.sliding_window is not None:
            kwargs["sliding_window"] = self.sliding_window
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
            dropout=(
                0.0
                if self.attention_dropout is None or not self.training
                else self.attention_dropout
            ),
            **kwargs,
        )  # (batch, length, heads, head_dim)
        return self.o_proj(attended.reshape(batch, length, -1))
