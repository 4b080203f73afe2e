"""The configuration of Tiny Llama."""

from typing import Any

from transformers import PreTrainedConfig


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
    rms_norm_eps: float = 1e-5
    initializer_range: float = 0.02
    tie_word_embeddings: bool = False
    use_cache: bool = True
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 1
    pad_token_id: int | None = 2

    # Other programs read these; the model's code has their values built in.
    attention_bias: bool = False
    attention_dropout: float = 0.0
    hidden_act: str = "silu"
    mlp_bias: bool = False
    rope_parameters: dict[str, Any] | None = None

    def __post_init__(self, **kwargs: Any) -> None:
        super().__post_init__(**kwargs)
        built_in = {
            "attention_bias": False,
            "attention_dropout": 0.0,
            "hidden_act": "silu",
            "mlp_bias": False,
            "rope_parameters": {"rope_type": "default", "rope_theta": self.rope_theta},
        }
        for name, value in built_in.items():
            if getattr(self, name) != value:
                raise ValueError(
                    f"`{name}` is {value!r} in the code of this model, "
                    f"but its configuration says {getattr(self, name)!r}"
                )
