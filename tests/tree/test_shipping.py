"""A checkpoint is a model folder that others load, with transformers and nothing of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fgc.compiler.ir.graph import Scalar
from tests.tree.building import SMALL, Builds
from tests.tree.environments import make_environment, run_python
from tests.tree.launcher import Launcher
from tests.tree.runs import last_checkpoint

# In a process that has not seen the model before, where a buffer that nobody fills holds whatever
# was in memory. Reports how each way of loading went, and how far its logits are from ours.
LOAD = """
import json
import sys
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

folder = sys.argv[1]
tokenizer = AutoTokenizer.from_pretrained(folder)
inputs = tokenizer("In the beginning God created the heaven and the earth.", return_tensors="pt")
ours = AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True)
report = {"trusted": type(ours).__name__, "dtype": str(ours.dtype)}
frequencies = ours.model.rotary_emb.inv_freq
report["frequencies"] = str(frequencies.dtype)
with torch.no_grad():
    logits = ours(**inputs).logits
report["deviation"] = logits.std().item()
generated = ours.generate(**inputs, max_new_tokens=8, do_sample=False)
for way, kind in (("auto", AutoModelForCausalLM), ("llama", LlamaForCausalLM)):
    try:
        theirs = kind.from_pretrained(folder, trust_remote_code=False)
    except ValueError as error:
        report[way] = f"refused: {error}"
        continue
    report[way] = type(theirs).__module__ + "." + type(theirs).__name__
    report[way + " dtype"] = str(theirs.dtype)
    with torch.no_grad():
        other = theirs(**inputs).logits
    report[way + " difference"] = (other - logits).abs().max().item()
    again = theirs.generate(**inputs, max_new_tokens=8, do_sample=False)
    report[way + " generates the same"] = torch.equal(again, generated)
with open(sys.argv[2], "w") as file:
    json.dump(report, file)
"""
LLAMA = "transformers.models.llama.modeling_llama.LlamaForCausalLM"


@pytest.fixture(scope="module")
def transformers_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with torch and transformers, and what these require."""
    folder = tmp_path_factory.mktemp("transformers-environment")
    return make_environment(folder, ["torch", "transformers"])


@pytest.fixture
def load(transformers_python: Path, environ: dict[str, str], tmp_path: Path):
    """Loads a folder in all ways; returns how that went."""

    def load(folder: Path) -> dict[str, object]:
        report = tmp_path / "report.json"
        arguments = ["-c", LOAD, str(folder), str(report)]
        done = run_python(transformers_python, *arguments, environ=environ, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return json.loads(report.read_text())

    return load


def checkpoint(
    experiment: str,
    builds: Builds,
    project: Path,
    launch: Launcher,
    output: Path,
    **settings: Scalar,
) -> Path:
    """One of a short run, whose weights are far from their first values."""
    tree = builds.written(experiment, project=project, **{**SMALL, "lr": 0.05, **settings})
    done = launch(tree / "train.py", "--output-dir", output, "--max-steps", "6")
    assert done.returncode == 0, done.stderr
    return last_checkpoint(output)


@pytest.mark.parametrize("tie", [False, True])
def test_a_llama_loads_with_its_code_and_without(
    builds: Builds, project: Path, launch: Launcher, load, tmp_path: Path, tie: bool
) -> None:
    folder = checkpoint(
        "baseline", builds, project, launch, tmp_path / "output", tie_word_embeddings=tie
    )
    report = load(folder)
    assert report["trusted"] == "TinyLlamaForCausalLM"
    assert report["auto"] == report["llama"] == LLAMA
    assert report["deviation"] > 0.1
    for way in ("auto", "llama"):
        assert report[f"{way} difference"] < 1e-5
        assert report[f"{way} generates the same"]


@pytest.mark.parametrize(
    ("settings", "dtype"),
    [
        ({"dtype": "bfloat16"}, "bfloat16"),
        ({"precision": "bf16"}, "float32"),
        ({"precision": "fp16", "torch_compile": "layers"}, "float32"),
    ],
    ids=str,
)
def test_weights_load_in_the_dtype_in_which_they_were_trained(
    builds: Builds,
    project: Path,
    launch: Launcher,
    load,
    tmp_path: Path,
    settings: dict[str, Scalar],
    dtype: str,
) -> None:
    if "torch_compile" in settings:
        settings = {**settings, "torch_compile_backend": "eager"}
    folder = checkpoint("baseline", builds, project, launch, tmp_path / "output", **settings)
    written = json.loads((folder / "config.json").read_text()).get("dtype")
    assert written == ("bfloat16" if dtype == "bfloat16" else None)
    report = load(folder)
    assert report["auto"] == report["llama"] == LLAMA
    for way in ("", "auto ", "llama "):
        assert report[f"{way}dtype"] == f"torch.{dtype}"
    assert report["frequencies"] == "torch.float32"
    # transformers rounds at other places
    limit = 1e-5 if dtype == "float32" else 0.05
    assert report["deviation"] > 0.1
    assert report["auto difference"] < limit


def test_a_model_that_is_no_llama_is_not_taken_for_one(
    builds: Builds, project: Path, launch: Launcher, load, tmp_path: Path
) -> None:
    folder = checkpoint("post_norm", builds, project, launch, tmp_path / "output")
    assert json.loads((folder / "config.json").read_text())["model_type"] != "llama"
    report = load(folder)
    assert report["trusted"] == "TinyLlamaForCausalLM"
    assert str(report["auto"]).startswith("refused: ")
    assert "trust_remote_code" in str(report["auto"])
    # with reason: who insists on a Llama gets another model
    assert report["llama"] == LLAMA
    assert report["llama difference"] > 0.1


def test_a_checkpoint_is_complete_and_plain(
    builds: Builds, project: Path, launch: Launcher, tmp_path: Path
) -> None:
    folder = checkpoint("baseline", builds, project, launch, tmp_path / "output")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["step"] == 6
    model_files = {path for path in builds.files(**SMALL) if path.startswith("model/")}
    present = {file.name for file in folder.iterdir()}
    assert {path.removeprefix("model/") for path in model_files} < present
    assert not [name for name in present if name.endswith((".bin", ".pkl"))]
