"""The lists of names are those of the installed transformers."""

import dataclasses
import inspect

from transformers import GenerationConfig, LlamaConfig, PreTrainedConfig
from transformers.integrations import flash_attention, sdpa_attention
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.models.auto import CONFIG_MAPPING
from transformers.models.llama import modeling_llama

from fgc.runtime.nn import ModelConfig
from fgc.targets.model.hf_protocol import (
    BASE_FIELDS,
    CONFIG_FIELDS,
    DEFAULT_FIELDS,
    GENERATION_FIELDS,
    PROTECTED,
    RESERVED_FIELDS,
)
from fgc.targets.model.spec import PRIVATE_PREFIX


def field_names(config_class: type) -> set[str]:
    return {field.name for field in dataclasses.fields(config_class)}


def test_a_field_cannot_hide_an_attribute_of_the_base_class() -> None:
    public = {name for name in dir(PreTrainedConfig) if not name.startswith("_")}
    assert public - BASE_FIELDS <= RESERVED_FIELDS
    assert field_names(PreTrainedConfig) - RESERVED_FIELDS == BASE_FIELDS


def test_every_model_has_the_defaults_of_a_composed_one() -> None:
    config = ModelConfig()
    assert {name: getattr(config, name) for name in DEFAULT_FIELDS} == DEFAULT_FIELDS
    assert field_names(ModelConfig) - field_names(PreTrainedConfig) == set(DEFAULT_FIELDS)


def test_generation_settings_are_those_of_transformers() -> None:
    known = set(GenerationConfig().to_dict())
    assert known >= GENERATION_FIELDS
    dropped = set(GenerationConfig._get_default_generation_params())
    missing = dropped - GENERATION_FIELDS - set(DEFAULT_FIELDS)
    # how a draft model assists, and what comes back: not settings of a model
    assert missing == {
        name for name in missing if "assistant" in name or name.startswith(("output_", "return_"))
    } | {"target_lookbehind"}


def test_everything_in_a_llama_config_is_known() -> None:
    known = CONFIG_FIELDS | RESERVED_FIELDS
    assert field_names(LlamaConfig) <= known


def test_no_model_type_of_transformers_is_private() -> None:
    assert not [name for name in CONFIG_MAPPING if name.startswith(PRIVATE_PREFIX)]


def test_what_attention_functions_read_is_protected() -> None:
    sources = "".join(map(inspect.getsource, (sdpa_attention, flash_attention)))
    for name in ("is_causal", "layer_idx", "num_key_value_groups", "config"):
        assert name in PROTECTED
        assert f"module.{name}" in sources or f'(module, "{name}"' in sources
    assert GradientCheckpointingLayer.gradient_checkpointing is False
    assert "gradient_checkpointing" in PROTECTED
    attention = inspect.getsource(modeling_llama.LlamaAttention.__init__)
    set_by_llama = {
        line.split()[0].removeprefix("self.")
        for line in attention.splitlines()
        if line.strip().startswith("self.") and "_proj" not in line
    }
    assert set_by_llama - PROTECTED == {"attention_dropout"}
