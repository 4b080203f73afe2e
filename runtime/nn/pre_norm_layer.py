"""A transformer layer with pre-normalisation."""

from typing import Any
from typing import Final

from torch import Tensor
from torch import nn
from transformers import PreTrainedConfig
from transformers.modeling_layers import GradientCheckpointingLayer

from fgc.runtime.factory import Factory


class PreNormLayer(GradientCheckpointingLayer):
    """A transformer layer that normalises what attention and feed-forward read."""

    dropout: Final[nn.Module | None]

    def __init__(
        self,
        *,
        config: PreTrainedConfig,
        layer_idx: int,
        attention: Factory[nn.Module],
        mlp: Factory[nn.Module],
        norm: Factory[nn.Module],
        # of what attention and feed-forward add
        dropout: float | None = None,
    ):
        super().__init__()
        self.self_attn = attention(config=config, layer_idx=layer_idx)
        self.mlp = mlp()
        self.input_layernorm = norm()
        self.post_attention_layernorm = norm()
        self.dropout = None if dropout is None else nn.Dropout(dropout)

    def forward(self, hidden_states: Tensor, **kwargs: Any) -> Tensor:
        residual = hidden_states  # (batch, length, hidden)
        hidden_states = self.self_attn(self.input_layernorm(hidden_states), **kwargs)
        if self.dropout is not None:
            hidden_states = self.dropout(hidden_states)
        hidden_states = residual + hidden_states

        residual = hidden_states
        hidden_states = self.mlp(self.post_attention_layernorm(hidden_states))
        if self.dropout is not None:
            hidden_states = self.dropout(hidden_states)
        return residual + hidden_states
