"""The configuration of a model that is composed in Python."""

# ruff: noqa: RUF012

from transformers import PreTrainedConfig


class ModelConfig(PreTrainedConfig):
    """Fields by name: each keyword argument becomes one.

    Declared here are those that transformers or a model asks for, whoever composed it.
    """

    model_type = "fgc"
    keys_to_ignore_at_inference = ["past_key_values"]

    tie_word_embeddings: bool = False
    use_cache: bool = True
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None
    pad_token_id: int | None = None
