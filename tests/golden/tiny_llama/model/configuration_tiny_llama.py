"""The configuration of Tiny Llama."""

from typing import Any

from transformers import PreTrainedConfig

# Other programs read these; the code of the model has their values built in.
BUILT_IN = {
    "attention_bias": False,
    "attention_dropout": 0.0,
    "hidden_act": "silu",
    "mlp_bias": False,
}


class TinyLlamaConfig(PreTrainedConfig):
    """The sizes and settings of Tiny Llama; config.json holds the same fields."""

    model_type = "llama"
    keys_to_ignore_at_inference = ["past_key_values"]

    vocab_size: int = 4096
    hidden_size: int = 256
    intermediate_size: int = 688
    num_hidden_layers: int = 4
    num_attention_heads: int = 4
    num_key_value_heads: int = 2
    head_dim: int = 64
    max_position_embeddings: int = 512
    rope_theta: float = 10000.0
    rms_norm_eps: float = 1e-05
    initializer_range: float = 0.02
    tie_word_embeddings: bool = False
    use_cache: bool = True
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 1
    pad_token_id: int | None = 2

    def __post_init__(self, **kwargs: Any) -> None:
        for name, value in BUILT_IN.items():
            setattr(self, name, kwargs.pop(name, value))
        super().__post_init__(**kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in BUILT_IN and value != BUILT_IN[name]:
            raise ValueError(
                f"`{name}` is {BUILT_IN[name]!r} in the code of this model, not {value!r}"
            )
        super().__setattr__(name, value)

    @property
    def rope_parameters(self) -> dict[str, Any]:
        # how transformers describes rotary positions; their type is built in
        return {"rope_type": "default", "rope_theta": self.rope_theta}

    @rope_parameters.setter
    def rope_parameters(self, value: dict[str, Any] | None) -> None:
        built_in = self.rope_parameters
        if value and {**built_in, **value} != built_in:
            raise ValueError(
                f"`rope_parameters` is {built_in!r} in the code of this model, not {value!r}"
            )
