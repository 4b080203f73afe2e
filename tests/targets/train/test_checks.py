"""Values that do not fit together are told at build, with both of their places."""

from __future__ import annotations

import shutil
from pathlib import Path
from textwrap import dedent

import pytest

from tests.compiler.cli.real import DEMO, fgc


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "demo"
    shutil.copytree(DEMO, folder)
    monkeypatch.chdir(folder)
    return folder


def said(folder: Path, text: str) -> str:
    """What is said of a configuration that extends the demo's."""
    config = folder / "configs" / "x.yaml"
    config.write_text(f"-- extends 'configs/baseline.yaml'\n{text}", encoding="utf-8")
    return fgc("build", "configs/x.yaml", "--print-after", "fold").stderr


def knobs(folder: Path, **values: object) -> str:
    """What is said where knobs have such values."""
    lines = "".join(f"-- set ns.{name} = {value!r}\n" for name, value in values.items())
    return said(folder, f"[globals]\n== super()\n{lines}")


def test_the_demo_has_nothing_to_say(project: Path) -> None:
    assert knobs(project) == ""


def test_heads_of_keys_divide_those_of_queries(project: Path) -> None:
    assert knobs(project, num_key_value_heads=3) == dedent("""\
        error[FGC220]: `num_key_value_heads`, 3, does not divide `num_attention_heads`, 4
          --> configs/x.yaml:4:11
           |
         4 | -- set ns.num_key_value_heads = 3
           |           ^^^^^^^^^^^^^^^^^^^
          ::: configs/baseline.yaml:29:11
           |
        29 | -- set ns.num_attention_heads = 4
           |           ------------------- 4 here
           |
           = help: each head of keys and values is shared by as many heads of queries as any other

        1 error
        """)
    assert knobs(project, num_key_value_heads=1) == ""


def test_heads_divide_the_width_in_a_template_of_ones_own(project: Path) -> None:
    block = "[attention_factory]\n.attention_factory: &attention_factory\n"
    block += "    !partial:fgc.runtime.nn:Attention\n    hidden_size: !var hidden_size\n"
    block += "    num_heads: 3\n    num_kv_heads: 1\n"
    found = said(project, block)
    assert found.startswith("error[FGC220]: `num_heads`, 3, does not divide the width, 256\n")
    assert "configs/baseline.yaml:26:11\n" in found
    assert "FGC220" not in said(project, block + "    head_dim: 64\n")


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("max_grad_norm", "null leaves gradients as they are"),
        ("grad_accum", "null takes one batch a step"),
        ("save_total_limit", "null keeps all checkpoints"),
        ("eval_steps", "null evaluates at the end alone"),
        ("num_hidden_layers", "it is 1 or more"),
    ],
)
def test_zero_is_not_off(project: Path, name: str, remedy: str) -> None:
    found = knobs(project, **{name: 0})
    assert found.startswith("error[FGC221]: `")
    assert " --> configs/x.yaml:4:11\n" in found
    assert f"= help: {remedy}\n" in found
    assert knobs(project, attention_dropout=0.0, warmup_tokens=0) == ""


OWN_SCHEDULE = """\
[lr_scheduler]
lr_scheduler: !partial:fgc.runtime.schedule.warmup_stable_decay:warmup_stable_decay
    total: *total_tokens
    warmup: {warmup}
    decay: *decay_tokens
    per_step: *tokens_per_step
    min_lr_ratio: 0.1
    decay_shape: linear
"""


def test_a_schedule_fits_into_the_run(project: Path) -> None:
    found = said(project, OWN_SCHEDULE.format(warmup=800_000))
    assert found.startswith(
        "error[FGC222]: `warmup` and `decay` of the schedule are 1,100,000 together, more than the"
        " run's 1,000,000\n"
    )
    assert "`warmup` is 800,000" in found
    assert "the run is 1,000,000" in found
    assert said(project, OWN_SCHEDULE.format(warmup=700_000)) == ""


def test_lengths_of_different_units_are_not_compared(project: Path) -> None:
    block = OWN_SCHEDULE.format(warmup="!factory:operator:mul [900_000, *tokens_per_step]")
    assert said(project, block) == ""


def test_a_run_has_a_step(project: Path) -> None:
    found = knobs(project, total_tokens=500, warmup_tokens=100, decay_tokens=100)
    assert found.startswith(
        "error[FGC223]: `total_tokens`, 500, is less than the 1,024 tokens of one step\n"
    )
    assert " --> configs/x.yaml:4:11\n" in found
    assert knobs(project, total_tokens=1024, warmup_tokens=100, decay_tokens=100) == ""


def test_special_tokens_lie_in_the_vocabulary(project: Path) -> None:
    block = "[model_config]\n== super()\n    pad_token_id: {}\n"
    size = int(said_size(project))
    found = said(project, block.format(size))
    assert found.startswith(f"error[FGC224]: `pad_token_id`, {size}, is not in the vocabulary of")
    assert said(project, block.format(size - 1)) == ""
    assert said(project, block.format("null")) == ""


def test_the_vocabulary_holds_the_tokenizers(project: Path) -> None:
    block = "[model_config]\n== super()\n    vocab_size: {}\n"
    size = int(said_size(project))
    found = said(project, block.format(size - 1))
    assert f"`vocab_size`, {size - 1:,}, has no place for the token {size - 1:,} of the" in found
    assert said(project, block.format(size + 64)) == ""


def said_size(project: Path) -> str:
    """The size of the demo's vocabulary, counted another way."""
    from transformers import PreTrainedTokenizerFast

    file = str(project / "tokenizer" / "tokenizer.json")
    return str(len(PreTrainedTokenizerFast(tokenizer_file=file)))


def test_evaluating_what_is_trained_on_is_a_warning(project: Path) -> None:
    found = knobs(project, eval_files="data/train.txt")
    assert found.startswith("warning[FGC225]: `data/train.txt` is trained on, and evaluated on as")
    assert "it is trained on here" in found


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (
            "[precision_definition]\nprecision: fp16\nscaler: !partial:torch.amp:GradScaler\n"
            "dtype: &dtype bfloat16\nfloat32_matmul_precision: null\n",
            "`precision` fp16 scales gradients in float32, and `dtype` bfloat16 has none",
        ),
        (
            "[attention_kernels]\nsdpa_backends: &sdpa_backends [FLASH_ATTENTION]\n",
            "`FLASH_ATTENTION` computes in 16 bits, and this configuration in float32",
        ),
        (
            "[attention_implementation]\nattn_implementation: flash_attention_2\n",
            "`flash_attention_2` computes in 16 bits, and this configuration in float32",
        ),
    ],
)
def test_number_formats_that_exclude_each_other(project: Path, block: str, message: str) -> None:
    assert f"error[FGC226]: {message}\n" in said(project, block)


def test_a_kernel_of_16_bits_may_be_one_of_several(project: Path) -> None:
    block = "[attention_kernels]\nsdpa_backends: &sdpa_backends [FLASH_ATTENTION, MATH]\n"
    assert said(project, block) == ""
