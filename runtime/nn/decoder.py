"""A stack of transformer layers over an embedding."""

from typing import Any
from typing import Final

import torch
from torch import Tensor
from torch import nn
from transformers import PreTrainedConfig
from transformers.cache_utils import Cache
from transformers.cache_utils import DynamicCache
from transformers.masking_utils import create_causal_mask
from transformers.masking_utils import create_sliding_window_causal_mask
from transformers.modeling_outputs import BaseModelOutputWithPast

from fgc.runtime.factory import Factory


class Decoder(nn.Module):
    """From token ids to the hidden states of the last layer."""

    norm: Final[nn.Module | None]
    dropout: Final[nn.Module | None]
    sliding_window: Final[int | None]

    def __init__(
        self,
        *,
        config: PreTrainedConfig,
        vocab_size: int,
        hidden_size: int,
        # either num_layers equal ones, or a list that makes each
        num_layers: int | None = None,
        layer: Factory[nn.Module] | None = None,
        layers: list[Factory[nn.Module]] | None = None,
        rotary_emb: Factory[nn.Module],
        # of what the last layer gives
        norm: Factory[nn.Module] | None = None,
        # of the embeddings
        dropout: float | None = None,
        # tokens that one attends to, itself included; transformers reads config.sliding_window
        sliding_window: int | None = None,
    ):
        super().__init__()
        self.config = config
        self.sliding_window = sliding_window
        self.embed_tokens = nn.Embedding(vocab_size, hidden_size)
        self.dropout = None if dropout is None else nn.Dropout(dropout)
        if layers is None:
            assert layer is not None
            assert num_layers is not None
            self.layers = nn.ModuleList(
                [layer(config=config, layer_idx=index) for index in range(num_layers)]
            )
        else:
            assert layer is None
            assert num_layers is None
            self.layers = nn.ModuleList(
                [each(config=config, layer_idx=index) for index, each in enumerate(layers)]
            )
        self.norm = None if norm is None else norm()
        self.rotary_emb = rotary_emb()

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
        if self.sliding_window is None:
            causal_mask = create_causal_mask(
                config=self.config,
                inputs_embeds=hidden_states,
                attention_mask=attention_mask,
                past_key_values=past_key_values,
                position_ids=position_ids,
            )
        else:
            causal_mask = create_sliding_window_causal_mask(
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
        if self.dropout is not None:
            hidden_states = self.dropout(hidden_states)
        for layer in self.layers:
            hidden_states = layer(
                hidden_states,
                attention_mask=causal_mask,
                position_embeddings=position_embeddings,
                position_ids=position_ids,
                past_key_values=past_key_values,
                **kwargs,
            )
        if self.norm is not None:
            hidden_states = self.norm(hidden_states)
        return BaseModelOutputWithPast(
            last_hidden_state=hidden_states, past_key_values=past_key_values
        )
