"""A model by itself, for other projects to train."""

from __future__ import annotations

from pathlib import Path

import pytest

from fgc.compiler.ir.graph import Call
from fgc.compiler.passes.load import load
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.render import render
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
        "meta.model_name": "default_model",
        "model": "fgc.runtime.nn:ForCausalLM",
        # which the whole experiment has at top level
        "model.config.vocab_size.0": "!var tokenizer",
    }


@pytest.mark.parametrize("base", [ALONE, WHOLE])
def test_the_model_is_called_by_its_name(tmp_path: Path, base: str) -> None:
    named = "[config_metadata]\n== super()\n-- set ns.model_name = 'tiny_llama'\n"
    for text, name in ((base, "default_model"), (base + named, "tiny_llama")):
        model = parse(render(load(config(tmp_path, text)))).root("model")
        assert isinstance(model, Call)
        assert model.name == name
