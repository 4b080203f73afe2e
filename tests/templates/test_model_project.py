"""A model by itself, for other projects to train."""

from __future__ import annotations

from pathlib import Path

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
    assert {place.split(".")[0] for place in alone} == {"meta", "model"}
    in_model = {place: value for place, value in whole.items() if place.startswith("model.")}
    assert changes(in_model, alone) == {
        "meta.config_name": "Model",
        "meta.config_description": "",
        "meta.config_class": "type.model",
        "meta.model_name": "model",
        "model": "fgc.runtime.nn:ForCausalLM",
        # which the whole experiment has at top level
        "model.config.vocab_size.0": "!var tokenizer",
    }
