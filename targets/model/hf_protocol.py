"""What transformers reads from a model's modules and from its config, by name.

The specialiser removes what a model does not use. These names are used by others, who find them
with `getattr` and `hasattr`; no reading of the model's own code would show it.
"""

from __future__ import annotations

from collections.abc import Mapping

PROTECTED: frozenset[str] = frozenset(
    {
        "config",
        # attention functions
        "is_causal",
        "layer_idx",
        "num_key_value_groups",
        "scaling",
        "head_dim",
        # set on every layer when gradient checkpointing is switched on
        "gradient_checkpointing",
        "supports_gradient_checkpointing",
        # weights are loaded into it, tied and resized by these
        "base_model_prefix",
        "embed_tokens",
        "lm_head",
        "model",
        "config_class",
        "main_input_name",
        "generation_config",
        # a rotary embedding is moved and filled by the names of its buffers
        "inv_freq",
        "original_inv_freq",
        "attention_scaling",
        "rope_type",
    }
)
"""Attributes of modules that transformers reads: never removed, whatever they fold to.

An attribute that is off (`sliding_window` or `sinks` as None) is read as if it were not there, so
those are not among them. Names that start with an underscore are never removed either.
"""

BASE_FIELDS: frozenset[str] = frozenset(
    {
        "chunk_size_feed_forward",
        "dtype",
        "id2label",
        "is_encoder_decoder",
        "label2id",
        "output_hidden_states",
        "problem_type",
        "return_dict",
    }
)
"""Fields that transformers' base class declares, and so sets, itself."""

DEFAULT_FIELDS: Mapping[str, bool | None] = {
    "tie_word_embeddings": False,
    "use_cache": True,
    "bos_token_id": None,
    "eos_token_id": None,
    "pad_token_id": None,
}
"""What transformers asks of every causal language model, and what holds where nothing is said."""

FREE_FIELDS: frozenset[str] = BASE_FIELDS | {
    *DEFAULT_FIELDS,
    "max_position_embeddings",  # generation warns by it; positions are computed, not looked up
    "rope_parameters",  # completed by transformers, from the other rope fields
}
"""Fields that work when they are changed even though the model's own code never reads them."""

CONFIG_FIELDS: frozenset[str] = FREE_FIELDS | {
    # sizes
    "hidden_size",
    "intermediate_size",
    "num_attention_heads",
    "num_hidden_layers",
    "num_key_value_heads",
    "head_dim",
    "vocab_size",
    "unpadded_vocab_size",
    # the choice of masks and of the layers of a cache
    "attention_chunk_size",
    "is_causal",
    "layer_types",
    "mlp_layer_types",
    "num_kv_shared_layers",
    "sliding_window",
    "use_bidirectional_attention",
    # rotary positions
    "original_max_position_embeddings",
    "partial_rotary_factor",
    "rope_scaling",
    "rope_theta",
    # initial weights of modules that a model does not fill itself
    "init_std",
    "initializer_factor",
    "initializer_range",
    # layers that transformers adds, or replaces by kernels of its own
    "attention_bias",
    "attention_dropout",
    "hidden_act",
    "mlp_bias",
    "pretraining_tp",
    "rms_norm_eps",
    # loading
    "distributed_config",
    "fusion_config",
    "gradient_checkpointing",
    "quantization_config",
    "tokenizer_class",
    "transformers_weights",
    # generation
    "cls_token_id",
    "decoder_start_token_id",
    "sep_token_id",
}
"""Fields of a config that transformers reads without asking the model."""

GENERATION_FIELDS: frozenset[str] = frozenset(
    {
        "bad_words_ids",
        "begin_suppress_tokens",
        "cache_implementation",
        "diversity_penalty",
        "do_sample",
        "early_stopping",
        "encoder_no_repeat_ngram_size",
        "encoder_repetition_penalty",
        "epsilon_cutoff",
        "eta_cutoff",
        "exponential_decay_length_penalty",
        "forced_bos_token_id",
        "forced_eos_token_id",
        "guidance_scale",
        "length_penalty",
        "max_length",
        "max_new_tokens",
        "max_time",
        "min_length",
        "min_new_tokens",
        "min_p",
        "no_repeat_ngram_size",
        "num_beam_groups",
        "num_beams",
        "num_return_sequences",
        "penalty_alpha",
        "remove_invalid_values",
        "renormalize_logits",
        "repetition_penalty",
        "stop_strings",
        "suppress_tokens",
        "temperature",
        "top_k",
        "top_p",
        "typical_p",
    }
)
"""Settings that transformers keeps in generation_config.json, and drops from config.json."""

RESERVED_FIELDS: frozenset[str] = frozenset(
    {
        # attributes and methods of transformers' base class
        "allow_global_per_layer_attribute_access",
        "architectures",
        "attribute_map",
        "auto_map",
        "base_config_key",
        "base_model_ep_plan",
        "base_model_fsdp_plan",
        "base_model_pp_plan",
        "base_model_tp_plan",
        "convert_rope_params_to_dict",
        "default_config_fields",
        "default_rope_type",
        "default_theta",
        "dict_dtype_to_str",
        "extra_config_files",
        "extra_files",
        "from_dict",
        "from_json_file",
        "from_pretrained",
        "get_config_dict",
        "get_mtp_config",
        "get_text_config",
        "ignore_keys_at_rope_validation",
        "is_custom_code",
        "is_heterogeneous",
        "is_remote_code",
        "keys_to_ignore_at_inference",
        "model_type",
        "name_or_path",
        "nested_rope_parameter_keys",
        "num_labels",
        "output_attentions",
        "per_layer_attributes",
        "per_layer_config",
        "push_to_hub",
        "register_for_auto_class",
        "rope_scaling",
        "save_pretrained",
        "serialize_explicit_per_layer_config",
        "standardize_rope_params",
        "sub_configs",
        "sub_configs_defaults",
        "to_dict",
        "to_diff_dict",
        "to_json_file",
        "to_json_string",
        "torch_dtype",
        "transformers_version",
        "update",
        "update_from_string",
        "use_return_dict",
        "validate",
        "validate_architecture",
        "validate_layer_type",
        "validate_output_attentions",
        "validate_rope",
        "validate_token_ids",
        # arguments that transformers takes for itself where it makes a config
        "attn_implementation",
        "experts_implementation",
        "self",
        # names that the body of the generated class uses
        "Any",
        "bool",
        "dict",
        "field",
        "float",
        "int",
        "list",
        "property",
        "str",
    }
)
"""Names that a field cannot have."""
