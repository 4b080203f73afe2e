"""Each knob of the templates changes what it names, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import fgc.templates
from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.ir.graph import Scalar
from fgc.compiler.passes.load import load
from fgc.compiler.passes.render import render
from tests.templates.settings import Settings, changes, read

TEMPLATES = [
    Path(next(iter(fgc.templates.__path__))) / name
    for name in ("projects/lm_training_project.yaml", "models/llama.yaml")
]
FIELD = "model.config."
LAYER = "model.decoder.layer."
EVAL_DATA = (
    "eval_data.data",
    "eval_data.data.tokens",
    "eval_data.data.tokens.files.0",
    "eval_data.data.tokens.cache_dir",
)


@dataclass(frozen=True)
class Knob:
    """A value for a knob, and what it changes, beside others that are ``given``."""

    name: str
    value: Scalar
    changed: Settings
    given: Settings = field(default_factory=dict[str, Scalar])


def number(name: str, value: Scalar, place: str | None = None) -> Knob:
    """A knob that is one value, by default at top level under its own name."""
    return Knob(name, value, {place or name: value})


KNOBS = [
    number("config_name", "A", "meta.config_name"),
    number("config_description", "b: c", "meta.config_description"),
    number("config_class", "type.other", "meta.config_class"),
    number("model_name", "small", "meta.model_name"),
    number("strategy", "ddp"),
    number("seed", 7),
    number("seq_len", 64),
    number("batch_size", 3),
    number("grad_accum", 2),
    number("total_tokens", 5000),
    number("warmup_tokens", None),
    number("decay_tokens", 1000),
    Knob(
        "schedule",
        "cosine",
        {"lr_scheduler": "fgc.runtime.schedule.cosine:cosine", "decay_tokens": "gone"},
    ),
    number("min_lr_ratio", 0.25, "lr_scheduler.min_lr_ratio"),
    number("lr", 3e-5),
    Knob(
        "base_batch_size",
        4096,
        {
            "base_lr": 3.0e-4,
            "base_batch_size": 4096,
            "lr": "gone",
            "optimizer.lr": "fgc.runtime.schedule.budget:scaled_lr",
            "optimizer.lr.alpha": 0.5,
        },
    ),
    Knob("lr_alpha", 1.0, {"optimizer.lr.alpha": 1.0}, given={"base_batch_size": 4096}),
    number("weight_decay", 0.0, "optimizer.weight_decay"),
    number("adam_beta1", 0.8, "optimizer.betas.0"),
    number("adam_beta2", 0.99, "optimizer.betas.1"),
    number("max_grad_norm", None, "trainer.max_grad_norm"),
    number("gradient_checkpointing", True, "gradient_checkpointing"),
    number("tokenizer_file", "t.json", "tokenizer.file"),
    number("bos_token", "<s>", "tokenizer.bos_token"),
    number("eos_token", "</s>", "tokenizer.eos_token"),
    number("pad_token", "yes", "tokenizer.pad_token"),
    number("unk_token", "?", "tokenizer.unk_token"),
    number("train_files", "a.txt", "train_data.data.tokens.files.0"),
    number("eval_files", "b.txt", "eval_data.data.tokens.files.0"),
    number("logging_steps", 1, "trainer.logging_steps"),
    number("eval_steps", None, "trainer.eval_steps"),
    number("save_steps", 3, "trainer.save_steps"),
    number("save_total_limit", None, "trainer.save_total_limit"),
    Knob("hidden_size", 640, {f"{FIELD}hidden_size": 640, f"{FIELD}head_dim": 20}),
    number("intermediate_size", 100, f"{FIELD}intermediate_size"),
    number("num_hidden_layers", 3, f"{FIELD}num_hidden_layers"),
    Knob(
        "num_attention_heads",
        16,
        {
            f"{FIELD}num_attention_heads": 16,
            f"{FIELD}num_key_value_heads": 16,
            f"{FIELD}head_dim": 256,
        },
    ),
    number("num_key_value_heads", 8, f"{FIELD}num_key_value_heads"),
    number("head_dim", 48, f"{FIELD}head_dim"),
    number("tie_word_embeddings", True, f"{FIELD}tie_word_embeddings"),
    number("attention_bias", True, f"{FIELD}attention_bias"),
    number("mlp_bias", True, f"{FIELD}mlp_bias"),
    number("rope_theta", 5e5, f"{FIELD}rope_theta"),
    number("max_position_embeddings", 4096, f"{FIELD}max_position_embeddings"),
    number("rms_norm_eps", 1e-6, f"{FIELD}rms_norm_eps"),
    number("initializer_range", 0.01, f"{FIELD}initializer_range"),
    Knob(
        "attention_dropout",
        0.1,
        {
            f"{FIELD}attention_dropout": 0.1,
            f"{LAYER}attention.dropout": "!var attention_dropout",
        },
    ),
    number("embedding_dropout", 0.1, "model.decoder.dropout"),
    number("residual_dropout", 0.2, f"{LAYER}dropout"),
]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration that changes nothing."""
    file = tmp_path_factory.mktemp("project") / "plain.yaml"
    file.write_text("-- extends 'models/llama.yaml'\n")
    return file


def test_every_knob_is_defined_once_and_tested() -> None:
    lines = "".join(file.read_text() for file in TEMPLATES)
    defined = Counter(re.findall(r"^-- set ns\.(\w+) =", lines, re.MULTILINE))
    assert defined == Counter(knob.name for knob in KNOBS)


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.name)
def test_a_knob_changes_what_it_names(config: Path, knob: Knob) -> None:
    before = read(config, **knob.given)
    after = read(config, **knob.given, **{knob.name: knob.value})
    assert changes(before, after) == knob.changed


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.name)
def test_a_derived_template_sets_a_knob_and_the_command_line_wins(
    tmp_path: Path, config: Path, knob: Knob
) -> None:
    pinned = read(config, **knob.given, **{knob.name: knob.value})
    assert read(derived(tmp_path, knob.name, knob.value), **knob.given) == pinned
    other = derived(tmp_path, knob.name, "written")
    assert read(other, **knob.given, **{knob.name: knob.value}) == pinned


def derived(folder: Path, name: str, value: object) -> Path:
    """A configuration that gives a knob another value."""
    file = folder / f"{name}.yaml"
    block = "config_metadata" if name.startswith(("config_", "model_name")) else "globals"
    file.write_text(
        "-- extends 'models/llama.yaml'\n"
        f"[{block}]\n"
        "== super()\n"
        f"-- set ns.{name} = {value!r}\n"
    )
    return file


def test_evaluation_can_be_turned_off(config: Path) -> None:
    off = changes(read(config), read(config, eval_files=None))
    assert off == {"eval_data": None} | dict.fromkeys(EVAL_DATA, "gone")


def test_a_corpus_may_have_several_files(tmp_path: Path) -> None:
    found = read(derived(tmp_path, "train_files", ["a.txt", "b.txt"]))
    assert found["train_data.data.tokens.files.0"] == "a.txt"
    assert found["train_data.data.tokens.files.1"] == "b.txt"


def test_a_head_width_of_its_own_needs_no_divisor(config: Path) -> None:
    sizes: Settings = {"hidden_size": 100, "num_attention_heads": 3}
    with pytest.raises(BuildError, match="FGC005") as error:
        read(config, **sizes)
    assert "does not divide `hidden_size`" in error.value.diagnostics[0].message
    assert read(config, head_dim=32, **sizes)["model.config.head_dim"] == 32


def test_an_unknown_schedule_is_refused(config: Path) -> None:
    with pytest.raises(BuildError) as error:
        render(load(config, overrides={"schedule": "linear"}))
    (diagnostic,) = error.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("FGC005", "`schedule` is `wsd` or `cosine`")
