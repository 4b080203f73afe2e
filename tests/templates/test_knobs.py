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
from fgc.compiler.passes.parse import parse
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


def number(
    name: str, value: Scalar, place: str | None = None, given: Settings | None = None
) -> Knob:
    """A knob that is one value, by default at top level under its own name."""
    return Knob(name, value, {place or name: value}, given or {})


def steps(length: str, given: Settings | None = None) -> Knob:
    """A knob that gives a length of the schedule in steps, where another gives it in tokens."""
    place = f"lr_scheduler.{length}"
    changed: Settings = {f"{length}_steps": 5, f"{length}_tokens": "gone", place: "operator:mul"}
    return Knob(f"{length}_steps", 5, changed, given or {})


GROUPED: Settings = {
    "optimizer.0": "fgc.runtime.optim:parameter_groups",
    "optimizer.0.0": "!var named_parameters",
}


def sampling(name: str, value: Scalar, argument: str) -> Knob:
    """A knob of the text samples."""
    return Knob(name, value, {f"callbacks.0.{argument}": value}, given={"sample_prompts": "Once"})


KNOBS = [
    number("config_name", "A", "meta.config_name"),
    number("config_description", "b: c", "meta.config_description"),
    number("config_class", "type.other", "meta.config_class"),
    number("model_name", "small", "meta.model_name"),
    number("strategy", "ddp"),
    number("nproc_per_node", "gpu"),
    number("env", "A: 1"),
    number("seed", 7),
    number("seq_len", 64),
    number("batch_size", 3),
    number("grad_accum", 2),
    Knob(
        "global_batch_tokens",
        4 * 32 * 512,
        {
            "global_batch_tokens": 4 * 32 * 512,
            "grad_accum": "fgc.runtime.schedule.budget:accumulation_steps",
            "grad_accum.world_size": "!var world_size",
        },
    ),
    number("precision", "bf16"),
    Knob("dtype", "bfloat16", {"dtype": "bfloat16"}),
    number("float32_matmul_precision", "high"),
    Knob("sdpa_backend", "flash", {"sdpa_backends.0": "FLASH_ATTENTION", "sdpa_backends": "gone"}),
    number("torch_compile", "layers"),
    number("attn_implementation", "eager"),
    *(
        Knob(
            f"torch_compile_{name}",
            value,
            {f"torch_compile_options.{name}": value},
            given={"torch_compile": "model"},
        )
        for name, value in {
            "mode": "max-autotune-no-cudagraphs",
            "dynamic": False,
            "fullgraph": True,
            "backend": "aot_eager",
        }.items()
    ),
    number("total_tokens", 200_000_000),
    steps("total"),
    number("from_checkpoint", True),
    Knob(
        "schedule",
        "cosine",
        {
            "lr_scheduler": "fgc.runtime.schedule.cosine:cosine",
            "lr_scheduler.decay_shape": "gone",
            "decay_tokens": "gone",
        },
    ),
    number("warmup_tokens", None),
    steps("warmup"),
    number("decay_tokens", 1000),
    steps("decay"),
    number("decay_shape", "sqrt", "lr_scheduler.decay_shape"),
    number("cooldown_tokens", 1000, given={"schedule": "infinite"}),
    steps("cooldown", given={"schedule": "infinite"}),
    number(
        "constant_lr_ratio", 0.3, "lr_scheduler.constant_lr_ratio", given={"schedule": "infinite"}
    ),
    number("time_constant_tokens", 1000, given={"schedule": "exponential"}),
    steps("time_constant", given={"schedule": "exponential"}),
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
    Knob("no_decay", "norm|bias$", {"parameter_groups.norm|bias$.weight_decay": 0.0, **GROUPED}),
    Knob(
        "parameter_groups",
        {"embed": {"eps": 1e-6, "lr_factor": 0.5}, "head": None},  # type: ignore[arg-type]
        {
            "parameter_groups.embed.eps": 1e-6,
            "parameter_groups.embed.lr": "operator:mul",
            "parameter_groups.embed.lr.0": 0.5,
            **GROUPED,
        },
    ),
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
    Knob(
        "sample_prompts",
        "Once",
        {
            "callbacks.0": "fgc.runtime.callbacks.samples:TextSamples",
            "callbacks.0.prompts.0": "Once",
            "callbacks.0.output_dir": "!var output_dir",
            "callbacks.0.max_new_tokens": 64,
            "callbacks.0.temperature": None,
            "callbacks.0.steps": None,
            "callbacks.0.precision": None,
            "callbacks.0.compiled": False,
            "callbacks.0.tensorboard": None,
        },
    ),
    sampling("sample_steps", 9, "steps"),
    sampling("sample_tokens", 7, "max_new_tokens"),
    sampling("sample_temperature", 0.5, "temperature"),
    Knob(
        "tensorboard",
        True,
        {
            "callbacks.0": "fgc.runtime.callbacks.tensorboard:TensorBoard",
            "callbacks.0.output_dir": "!var output_dir",
        },
    ),
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
def test_a_knob_is_told_of_all_that_it_changes(config: Path, knob: Knob) -> None:
    """Where it is there, before or after; and a value is told to depend on few others."""
    graph = parse(render(load(config, overrides=knob.given)))
    changed = parse(render(load(config, overrides={**knob.given, knob.name: knob.value})))
    for place in knob.changed:
        key = place.partition(".")[0]
        here = [g for g in (graph, changed) if g.root(key) is not None]
        told = {told.name for g in here for told in g.knobs_behind(key)}
        assert not here or knob.name in told
    if graph.root(knob.name) is not None:
        guards = {"base_batch_size", "global_batch_tokens", "schedule"}
        # a length is given in tokens or in steps
        guards.add(knob.name.replace("_tokens", "_steps"))
        assert {told.name for told in graph.knobs_behind(knob.name)} <= {knob.name, *guards}


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


@pytest.mark.parametrize(
    ("schedule", "place", "reads"),
    [
        ("wsd", "warmup_stable_decay:warmup_stable_decay", {"warmup", "decay"}),
        ("cosine", "cosine:cosine", {"warmup"}),
        ("linear", "linear:linear", {"warmup"}),
        ("constant", "constant:constant", {"warmup"}),
        ("infinite", "infinite:infinite", {"warmup", "cooldown"}),
        ("exponential", "exponential:exponential", {"time_constant"}),
    ],
)
def test_a_schedule_has_the_lengths_that_it_reads(
    config: Path, schedule: str, place: str, reads: set[str]
) -> None:
    found = read(config, schedule=schedule)
    assert found["lr_scheduler"] == f"fgc.runtime.schedule.{place}"
    lengths = {name for name in found if name.endswith("_tokens") and "." not in name}
    assert lengths == {f"{name}_tokens" for name in reads | {"total"}}


def test_no_group_is_left_where_all_are_taken_back(tmp_path: Path, config: Path) -> None:
    none = derived(tmp_path, "parameter_groups", {"embed": None})
    assert read(none) == read(config)


def test_a_constant_rate_without_warm_up_reads_no_tokens(config: Path) -> None:
    found = read(config, schedule="constant", warmup_tokens=None)
    assert found["lr_scheduler.per_step"] is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"schedule": "linaer"},
            "`schedule` is `wsd`, `cosine`, `linear`, `constant`, `infinite` or `exponential`",
        ),
        (
            {"total_tokens": 100, "warmup_tokens": 60, "decay_tokens": 41},
            "`warmup_tokens` and `decay_tokens` are more than `total_tokens`",
        ),
        (
            {"total_tokens": 100, "warmup_tokens": None, "decay_tokens": 101},
            "`warmup_tokens` and `decay_tokens` are more than `total_tokens`",
        ),
        (
            {"schedule": "linear", "total_tokens": 100, "warmup_tokens": 100},
            "`warmup_tokens` leaves nothing of `total_tokens`",
        ),
        (
            {"schedule": "cosine", "total_steps": 100, "warmup_steps": 100},
            "`warmup_steps` leaves nothing of `total_steps`",
        ),
        (
            {"total_steps": 100, "warmup_steps": 60, "decay_steps": 41},
            "`warmup_steps` and `decay_steps` are more than `total_steps`",
        ),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(
    config: Path, settings: dict[str, Scalar], message: str
) -> None:
    with pytest.raises(BuildError) as error:
        render(load(config, overrides=settings))
    (diagnostic,) = error.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("FGC005", message)


def test_attention_may_have_several_kernels(tmp_path: Path) -> None:
    found = read(derived(tmp_path, "sdpa_backend", ["cudnn", "flash", "math"]))
    names = [value for place, value in found.items() if place.startswith("sdpa_backends.")]
    assert names == ["CUDNN_ATTENTION", "FLASH_ATTENTION", "MATH"]


def test_fp16_has_a_scaler(config: Path) -> None:
    changed = changes(read(config), read(config, precision="fp16"))
    assert changed == {"precision": "fp16", "scaler": "torch.amp:GradScaler"}


REFUSED: list[tuple[Settings, str]] = [
    ({"precision": "fp8"}, "`precision` is `bf16`, `fp16` or null"),
    ({"dtype": "float16"}, "`dtype` is `bfloat16`, or null for float32"),
    (
        {"precision": "fp16", "dtype": "bfloat16"},
        "`precision` fp16 is for weights in float32: weights in bfloat16 are trained in bfloat16",
    ),
    (
        {"float32_matmul_precision": "tf32"},
        "`float32_matmul_precision` is `highest`, `high`, `medium` or null",
    ),
    (
        {"sdpa_backend": "fast"},
        "`sdpa_backend` is of `math`, `flash`, `efficient` and `cudnn`, or null",
    ),
    (
        {"sdpa_backend": "flash", "attn_implementation": "eager"},
        "`sdpa_backend` chooses among kernels of the `attn_implementation` sdpa",
    ),
    (
        {"attn_implementation": "flash"},
        "`attn_implementation` is `sdpa`, `eager`, `flash_attention_2` or `flex_attention`",
    ),
    (
        {"attn_implementation": "flash_attention_2"},
        "flash_attention_2 computes in 16 bits: it needs a `precision`, or the `dtype` bfloat16",
    ),
    (
        {"attn_implementation": "flex_attention", "attention_dropout": 0.1},
        "flex_attention has no `attention_dropout`",
    ),
    ({"torch_compile": True}, "`torch_compile` is `model`, `layers` or null"),
    (
        {"torch_compile": "model", "torch_compile_backend": "eager", "torch_compile_mode": "x"},
        "`torch_compile_mode` is one of the backend `inductor`, not of others",
    ),
    *(
        (
            {"torch_compile": "model", "torch_compile_mode": mode},
            "this `torch_compile_mode` replays CUDA graphs, whose losses the next step overwrites",
        )
        for mode in ("reduce-overhead", "max-autotune")
    ),
    (
        {"torch_compile_fullgraph": True},
        "`torch_compile_fullgraph` says how to compile, and `torch_compile` is null",
    ),
    (
        {"grad_accum": 2, "global_batch_tokens": 2 * 32 * 512},
        "`global_batch_tokens` and `grad_accum` both say how many batches a step has",
    ),
    (
        {"global_batch_tokens": 32 * 512 + 1},
        "`global_batch_tokens` is no multiple of a batch, `batch_size` times `seq_len`",
    ),
]


@pytest.mark.parametrize(("settings", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_work_is_refused(config: Path, settings: Settings, message: str) -> None:
    with pytest.raises(BuildError) as error:
        read(config, **settings)
    (diagnostic,) = error.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("FGC005", message)


@pytest.mark.parametrize(
    "settings",
    [
        {"precision": "bf16", "dtype": "bfloat16"},
        {"attn_implementation": "flash_attention_2", "precision": "fp16"},
        {"attn_implementation": "flash_attention_2", "dtype": "bfloat16"},
        {"attn_implementation": "flex_attention"},
        {"torch_compile": "model", "torch_compile_mode": "x", "torch_compile_backend": "inductor"},
    ],
)
def test_what_works_together_is_not(config: Path, settings: Settings) -> None:
    assert read(config, **settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"total_tokens": 100, "warmup_tokens": 59, "decay_tokens": 41},
        # how many tokens a step has is known at launch
        {"total_tokens": 100, "warmup_steps": 60, "decay_tokens": 100},
        {"schedule": "linear", "total_steps": 1},
        {"schedule": "constant", "total_tokens": 100, "warmup_tokens": 200},
    ],
)
def test_a_schedule_that_may_be_is_not(config: Path, settings: dict[str, Scalar]) -> None:
    assert render(load(config, overrides=settings)).text
