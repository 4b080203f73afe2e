"""A causal language model, as transformers knows them."""

# ruff: noqa: RUF012

from typing import Any

from torch import Tensor
from torch import nn
from transformers import GenerationMixin
from transformers import PreTrainedModel
from transformers.cache_utils import Cache
from transformers.modeling_outputs import CausalLMOutputWithPast
from transformers.utils.generic import can_return_tuple

from fgc.runtime.factory import Factory
from fgc.runtime.nn.config import ModelConfig
from fgc.runtime.nn.decoder import Decoder
from fgc.runtime.nn.initialization import init_module
from fgc.runtime.nn.loss import next_token_loss


class ForCausalLM(PreTrainedModel, GenerationMixin):
    """A language model: a decoder, and a head that predicts the next token."""

    config_class = ModelConfig
    base_model_prefix = "model"
    supports_gradient_checkpointing = True
    _tied_weights_keys = {"lm_head.weight": "model.embed_tokens.weight"}
    _skip_keys_device_placement = ["past_key_values"]
    _supports_attention_backend = True
    _supports_flash_attn = True
    _supports_flex_attn = True
    _supports_sdpa = True
    _can_compile_fullgraph = True

    def __init__(
        self,
        *,
        config: ModelConfig,
        decoder: Factory[Decoder],
        hidden_size: int,
        vocab_size: int,
        # from patterns of parameter names to the standard deviation that they start with; norms
        # start at one and biases at zero
        init_std: dict[str, float],
    ):
        super().__init__(config)
        self.model = decoder(config=config)
        self.lm_head = nn.Linear(hidden_size, vocab_size, bias=False)
        self.init_std = init_std
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
