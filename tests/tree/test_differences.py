"""Two experiments that differ in one decision differ in the few lines that carry it."""

from __future__ import annotations

import ast
from difflib import SequenceMatcher, unified_diff

import pytest

from fgc.compiler.ir.graph import Scalar
from tests.templates.settings import changes, read
from tests.tree.building import EXAMPLE, Builds, Files, what_counts
from tests.tree.knobs import FIXED, halved, number_knobs

BASELINE = EXAMPLE / "configs" / "baseline.yaml"
NUMBERS = number_knobs()

# Numbers that the baseline does without: they are flipped where all of them are given.
OFF: dict[str, Scalar] = {
    "grad_accum": 4,
    "base_batch_size": 2048,
    "total_steps": 200,
    "warmup_steps": 20,
    "decay_steps": 50,
    "attention_dropout": 0.1,
    "embedding_dropout": 0.1,
    "residual_dropout": 0.2,
    "sample_steps": 100,
    "sample_temperature": 0.8,
}
# What says something only beside those, and beside what is no number.
BESIDE = {"lr_alpha": 0.5, "sample_tokens": 64}
GIVEN: dict[str, Scalar] = {**OFF, "sample_prompts": "In the beginning"}

# What other schedules read.
INFINITE: dict[str, Scalar] = {"schedule": "infinite"}
EXPONENTIAL: dict[str, Scalar] = {"schedule": "exponential"}
ELSEWHERE: dict[str, dict[str, Scalar]] = {
    "cooldown_tokens": INFINITE,
    "cooldown_steps": {**INFINITE, "cooldown_steps": 20},
    "constant_lr_ratio": INFINITE,
    "time_constant_tokens": EXPONENTIAL,
    "time_constant_steps": {**EXPONENTIAL, "time_constant_steps": 20},
}


def changed_lines(before: Files, after: Files) -> int:
    """How many lines of what counts differ: removed or added, whichever is more, hunk by hunk."""
    left, right = what_counts(before), what_counts(after)
    count = 0
    for path in left.keys() | right.keys():
        lines = left.get(path, []), right.get(path, [])
        if lines[0] != lines[1]:
            matcher = SequenceMatcher(None, *lines, autojunk=False)
            for tag, start, stop, other_start, other_stop in matcher.get_opcodes():
                if tag != "equal":
                    count += max(stop - start, other_stop - other_start)
    return count


def test_the_learning_rate_is_one_line(builds: Builds) -> None:
    before, after = what_counts(builds.files()), what_counts(builds.files("learning_rate"))
    differing = [path for path in before | after if before.get(path) != after.get(path)]
    assert differing == ["train.py"]
    diff = list(unified_diff(before["train.py"], after["train.py"], n=0, lineterm=""))[3:]
    assert diff == ["-LR = 0.0012", "+LR = 0.0006"]


def test_the_number_of_layers_is_at_most_three_lines(builds: Builds) -> None:
    assert 1 <= changed_lines(builds.files(), builds.files("num_layers")) <= 3


@pytest.mark.parametrize("name", [name for name in NUMBERS if name not in BESIDE | ELSEWHERE])
def test_a_number_is_at_most_three_lines(builds: Builds, name: str) -> None:
    after = builds.files(**{name: halved(NUMBERS[name])})
    assert 1 <= changed_lines(builds.files(), after) <= 3


@pytest.mark.parametrize("name", [*OFF, *BESIDE])
def test_a_number_that_the_baseline_does_without(builds: Builds, name: str) -> None:
    value = (OFF | BESIDE)[name]
    assert isinstance(value, int | float)
    after = builds.files(**{**GIVEN, name: halved(value)})
    assert 1 <= changed_lines(builds.files(**GIVEN), after) <= 3


def test_the_tokens_of_a_step(builds: Builds) -> None:
    after = builds.files(global_batch_tokens=4096)
    assert changed_lines(builds.files(global_batch_tokens=8192), after) == 1


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_number_that_another_schedule_reads(builds: Builds, name: str) -> None:
    given = ELSEWHERE[name]
    value = given.get(name, NUMBERS.get(name))
    assert isinstance(value, int | float)
    after = builds.files(**{**given, name: halved(value)})
    assert 1 <= changed_lines(builds.files(**given), after) <= 3


def test_every_number_of_the_baseline_is_a_knob() -> None:
    """So that the tests above flip all there are."""
    numbers = {
        place
        for place, value in read(BASELINE).items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    moved: set[str] = set()
    for name, value in ({name: halved(value) for name, value in NUMBERS.items()} | OFF).items():
        moved |= changes(read(BASELINE), read(BASELINE, **{name: value})).keys()
    assert numbers - moved == FIXED


STRUCTURAL: dict[str, tuple[str, dict[str, Scalar], set[str]]] = {
    "post-norm": (
        "post_norm",
        {},
        {
            "model/config.json",
            "model/configuration_tiny_llama.py:TinyLlamaConfig",
            "model/modeling_tiny_llama.py:TinyLlamaPreNormLayer",
            "model/modeling_tiny_llama.py:TinyLlamaPostNormLayer",
            "model/modeling_tiny_llama.py:TinyLlamaDecoder",
        },
    ),
    "bf16": ("baseline", {"precision": "bf16"}, {"runtime/trainer/strategy.py:forward"}),
    "fp16": (
        "baseline",
        {"precision": "fp16"},
        {
            "runtime/trainer/checkpoint.py:TrainingState",
            "runtime/trainer/loop.py:train",
            "runtime/trainer/precision.py:scaled_step",
            "runtime/trainer/strategy.py:forward",
            "runtime/trainer/strategy.py:forward_backward",
            "train.py:build_scaler",
            "train.py:main",
        },
    ),
    "bf16 weights": (
        "baseline",
        {"dtype": "bfloat16"},
        {
            "model/config.json",
            "model/configuration_tiny_llama.py:TinyLlamaConfig",
            "runtime/trainer/precision.py:default_dtype",
            "train.py:main",
        },
    ),
    "compilation": ("baseline", {"torch_compile": "layers"}, {"train.py:main"}),
    "attention": ("baseline", {"attn_implementation": "eager"}, {"train.py:main"}),
    "kernels": (
        "baseline",
        {"sdpa_backend": "math"},
        {"runtime/trainer/loop.py:train", "train.py:SDPA_BACKENDS", "train.py:main"},
    ),
    "no clipping": (
        "baseline",
        {"max_grad_norm": None},
        {
            "runtime/trainer/loop.py:train",
            "runtime/trainer/strategy.py:clip_grad_norm",
            "train.py:main",
        },
    ),
    "no evaluation": (
        "baseline",
        {"eval_files": None},
        {
            "runtime/data/batches.py:SequentialBatches",
            "runtime/trainer/evaluate.py:evaluate",
            "runtime/trainer/loop.py:train",
            "train.py:build_eval_data",
            "train.py:main",
        },
    ),
    "another schedule": (
        "baseline",
        {"schedule": "infinite"},
        {
            "runtime/schedule/infinite.py:infinite",
            "runtime/schedule/warmup_stable_decay.py:warmup_stable_decay",
            "train.py:COOLDOWN_TOKENS",
            "train.py:DECAY_TOKENS",
            "train.py:build_lr_scheduler",
        },
    ),
    "groups of parameters": (
        "baseline",
        {"no_decay": "norm"},
        {
            "runtime/optim/groups.py:Named",
            "runtime/optim/groups.py:_differing",
            "runtime/optim/groups.py:_is_in",
            "runtime/optim/groups.py:_likeness",
            "runtime/optim/groups.py:_why_empty",
            "runtime/optim/groups.py:describe_groups",
            "runtime/optim/groups.py:parameter_groups",
            "runtime/trainer/header.py:print_header",
            "train.py:build_optimizer",
            "train.py:main",
        },
    ),
    "a run from a checkpoint": (
        "baseline",
        {"from_checkpoint": True},
        {
            "runtime/trainer/checkpoint.py:load_checkpoint",
            "runtime/trainer/resume.py:resume",
            "train.py:main",
        },
    ),
    "biases": (
        "baseline",
        {"mlp_bias": True},
        {
            "model/config.json",
            "model/configuration_tiny_llama.py:BUILT_IN",
            "model/modeling_tiny_llama.py:TinyLlamaSwiGLU",
        },
    ),
}


@pytest.mark.parametrize("decision", STRUCTURAL)
def test_a_structural_decision_changes_what_embodies_it(builds: Builds, decision: str) -> None:
    experiment, settings, expected = STRUCTURAL[decision]
    before = definitions(builds.files())
    after = definitions(builds.files(experiment, **settings))
    changed = {
        place for place in before.keys() | after.keys() if before.get(place) != after.get(place)
    }
    assert changed == expected


def definitions(files: Files) -> dict[str, str]:
    """The source of each definition by file and name; a file that is no Python by itself.

    Imports are not among them, nor comments between definitions.
    """
    found: dict[str, str] = {}
    for path, lines in what_counts(files).items():
        if not path.endswith(".py"):
            found[path] = "\n".join(lines)
            continue
        text = "\n".join(lines)
        for node in ast.parse(text).body:
            match node:
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                    found[f"{path}:{name}"] = ast.get_source_segment(text, node) or ""
                case ast.Assign(targets=[ast.Name(id=name)]):
                    found[f"{path}:{name}"] = ast.get_source_segment(text, node) or ""
                case _:
                    pass
    return found
