"""The model directory that is written by hand, as a folder that others load."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

Builder = Callable[..., Any]

# Loads a folder in both ways, in a process that has not seen the model before, where a buffer that
# is not filled holds what was in memory.
LOAD = """
import sys
import torch
from transformers import AutoModelForCausalLM, LlamaForCausalLM

folder, logits = sys.argv[1:]
trusted = AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True)
plain = AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=False)
assert type(trusted).__name__ == "TinyLlamaForCausalLM", type(trusted)
assert type(plain) is LlamaForCausalLM, type(plain)
expected = torch.load(logits)
with torch.no_grad():
    for model in (trusted, plain):
        torch.testing.assert_close(model(expected["input_ids"]).logits, expected["logits"],
                                   atol=1e-5, rtol=1e-5)
prompt = expected["input_ids"][:, :4]
torch.manual_seed(0)
ours = trusted.generate(prompt, max_new_tokens=8)
torch.manual_seed(0)
assert torch.equal(ours, plain.generate(prompt, max_new_tokens=8))
assert trusted.generation_config.do_sample
assert not [name for name in sys.modules if name.split(".")[0] == "fgc"]
"""


def read_config(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "config.json").read_text())


@pytest.mark.parametrize("tie_word_embeddings", [False, True])
def test_loads_with_and_without_its_code(
    handwritten: Builder, handwritten_folder: Path, tmp_path: Path, tie_word_embeddings: bool
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(handwritten_folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    config = read_config(folder)
    config |= {"tie_word_embeddings": tie_word_embeddings, "num_hidden_layers": 2}
    (folder / "config.json").write_text(json.dumps(config))
    fields = {name: value for name, value in config.items() if name != "auto_map"}
    model = handwritten(**fields).eval()
    weights = model.state_dict()
    if tie_word_embeddings:
        del weights["lm_head.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    input_ids = torch.randint(3, 4096, (2, 12))
    with torch.no_grad():
        logits = model(input_ids).logits
    torch.save({"input_ids": input_ids, "logits": logits}, tmp_path / "logits.pt")

    environment = os.environ | {
        "HF_HOME": str(tmp_path / "cache"),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
    }
    subprocess.run(
        [sys.executable, "-c", LOAD, str(folder), str(tmp_path / "logits.pt")],
        check=True,
        cwd=tmp_path,
        env=environment,
    )


def test_the_defaults_are_config_json(handwritten: Builder, handwritten_folder: Path) -> None:
    fields = read_config(handwritten_folder)
    config_class = type(handwritten(num_hidden_layers=1).config)
    config = config_class()
    assert fields.pop("architectures") == ["LlamaForCausalLM"]
    assert fields.pop("model_type") == config_class.model_type
    assert fields.pop("auto_map") == {
        "AutoConfig": "configuration_tiny_llama.TinyLlamaConfig",
        "AutoModelForCausalLM": "modeling_tiny_llama.TinyLlamaForCausalLM",
    }
    assert fields.pop("rope_scaling") is None  # transformers 4 reads it; 5 has rope_parameters
    for name, value in fields.items():
        assert getattr(config, name) == value, name
        assert getattr(LlamaConfig(**fields), name, value) == value, name


def test_has_five_million_parameters(handwritten: Builder, handwritten_folder: Path) -> None:
    fields = read_config(handwritten_folder)
    del fields["auto_map"]
    with torch.device("meta"):
        model = handwritten(**fields)
        reference = LlamaForCausalLM(LlamaConfig(**fields))
    shapes = {name: weight.shape for name, weight in model.state_dict().items()}
    assert shapes == {name: weight.shape for name, weight in reference.state_dict().items()}
    assert model.num_parameters() == 4_999_424


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("attention_bias", True),
        ("mlp_bias", True),
        ("attention_dropout", 0.1),
        ("hidden_act", "gelu"),
        ("rope_scaling", {"rope_type": "linear", "factor": 2.0}),
        ("rope_parameters", {"rope_type": "default", "rope_theta": 5.0}),
    ],
)
def test_refuses_what_its_code_does_not_do(handwritten: Builder, field: str, value: object) -> None:
    name = "rope_parameters" if field == "rope_scaling" else field
    with pytest.raises(ValueError, match=f"`{name}` is .* in the code of this model"):
        handwritten(**{field: value})


def test_imports_torch_and_transformers_only(handwritten_folder: Path) -> None:
    for file in handwritten_folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                packages = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                packages = {str(node.module).split(".")[0]}
            else:
                continue
            assert packages <= {"torch", "transformers", *sys.stdlib_module_names}
