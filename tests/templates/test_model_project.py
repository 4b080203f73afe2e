"""A model by itself, for other projects to train."""

from __future__ import annotations

from pathlib import Path

import pytest

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.ir.graph import Scalar
from tests.templates.settings import changes, read

ALONE = "-- set base_template = 'projects/model_project.yaml'\n-- extends 'models/llama.yaml'\n"
WHOLE = "-- extends 'models/llama.yaml'\n"


def config(folder: Path, text: str) -> Path:
    file = folder / "model.yaml"
    file.write_text(text)
    return file


def test_it_is_the_model_of_the_whole_experiment(tmp_path: Path) -> None:
    whole = read(config(tmp_path, WHOLE))
    alone = read(config(tmp_path, ALONE))
    tops = ("meta", "model", "attn_implementation")
    assert {place.split(".")[0] for place in alone} == {*tops}
    in_model = {place: value for place, value in whole.items() if place.split(".")[0] in tops}
    assert changes(in_model, alone) == {
        "meta.config_name": "Model",
        "meta.config_class": "type.model",
        "meta.model_name": "model",
        # which the whole experiment has at top level
        "model.config.vocab_size.0": "!var tokenizer",
    }


def test_it_follows_what_the_training_decides(tmp_path: Path) -> None:
    settings: dict[str, Scalar] = {
        "dtype": "bfloat16",
        "attn_implementation": "flash_attention_2",
    }
    alone = read(config(tmp_path, ALONE), **settings)
    assert alone["model.config.dtype"] == "bfloat16"
    assert alone["attn_implementation"] == "flash_attention_2"
    settings = {"sdpa_backend": "math", "attn_implementation": "eager"}
    with pytest.raises(BuildError, match="FGC005"):
        read(config(tmp_path, ALONE), **settings)
