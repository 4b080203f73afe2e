"""Each knob of the template for tokenizers changes what it names, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import fgc.templates
from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.passes.load import load
from fgc.compiler.passes.render import render
from tests.templates.settings import Settings, changes, read

TEMPLATE = Path(next(iter(fgc.templates.__path__))) / "tokenizers" / "bpe.yaml"
NORMALIZERS = "tokenizers.normalizers"
PRE_TOKENIZERS = "tokenizers.pre_tokenizers"

# A value as it is written in a template, and what it changes.
KNOBS: dict[str, tuple[str, Settings]] = {
    "config_name": ('"A"', {"meta.config_name": "A"}),
    "config_description": ('"b"', {"meta.config_description": "b"}),
    "config_class": ('"type.tokenizer.other"', {"meta.config_class": "type.tokenizer.other"}),
    "tokenizer_file": ('"t.json"', {"tokenizer_file": "t.json"}),
    "train_files": (
        '["a.txt", "b.txt"]',
        {"training_text.files.0": "a.txt", "training_text.files.1": "b.txt"},
    ),
    "document_separator": ("none", {"training_text.document_separator": None}),
    "vocab_size": ("300", {"trainer.vocab_size": 300}),
    "min_frequency": ("9", {"trainer.min_frequency": 9}),
    "bos_token": (
        '"<s>"',
        {
            "special_tokens.bos_token": "<s>",
            "post_processor.single": "<s> $A",
            "post_processor.pair": "<s> $A <s> $B",
            "post_processor.special_tokens.0.0": "<s>",
            "trainer.special_tokens.0": "<s>",
        },
    ),
    "eos_token": (
        "none",
        {
            "special_tokens.eos_token": None,
            "trainer.special_tokens.1": "<|pad|>",
            "trainer.special_tokens.2": "gone",
        },
    ),
    "pad_token": (
        '"<|eos|>"',  # one token may have two uses
        {"special_tokens.pad_token": "<|eos|>", "trainer.special_tokens.2": "gone"},
    ),
    "unk_token": (
        '"<?>"',
        {
            "special_tokens.unk_token": "<?>",
            "model.unk_token": "<?>",
            "trainer.special_tokens.3": "<?>",
        },
    ),
    "special_tokens": (
        '["<|user|>", "<|end|>"]',
        {"trainer.special_tokens.3": "<|user|>", "trainer.special_tokens.4": "<|end|>"},
    ),
    "add_bos_token": (
        "false",
        {
            "post_processor": None,
            "post_processor.single": "gone",
            "post_processor.pair": "gone",
            "post_processor.special_tokens.0.0": "gone",
            "post_processor.special_tokens.0.1": "gone",
        },
    ),
    "model_max_length": ("128", {"model_max_length": 128}),
    "normalizer": ('"NFC"', {"normalizer": f"{NORMALIZERS}:NFC"}),
    "split_pattern": (
        '"a+"',
        {
            "pre_tokenizer": f"{PRE_TOKENIZERS}:Sequence",
            "pre_tokenizer.0.0": f"{PRE_TOKENIZERS}:Split",
            "pre_tokenizer.0.0.pattern": "tokenizers:Regex",
            "pre_tokenizer.0.0.pattern.0": "a+",
            "pre_tokenizer.0.0.behavior": "isolated",
            "pre_tokenizer.0.1": f"{PRE_TOKENIZERS}:ByteLevel",
            "pre_tokenizer.0.1.add_prefix_space": False,
            "pre_tokenizer.0.1.use_regex": False,
            "pre_tokenizer.add_prefix_space": "gone",
        },
    ),
    "add_prefix_space": ("true", {"pre_tokenizer.add_prefix_space": True}),
}


def config(folder: Path, text: str = "") -> Path:
    file = folder / "tokenizer.yaml"
    file.write_text(f"-- extends 'tokenizers/bpe.yaml'\n{text}")
    return file


def test_every_knob_is_defined_once_and_tested() -> None:
    lines = TEMPLATE.read_text(encoding="utf-8")
    defined = Counter(re.findall(r"^-- set ns\.(\w+) =", lines, re.MULTILINE))
    assert defined == Counter(KNOBS.keys())


@pytest.mark.parametrize("name", KNOBS)
def test_a_knob_changes_what_it_names(tmp_path: Path, name: str) -> None:
    value, changed = KNOBS[name]
    before = read(config(tmp_path))
    block = "config_metadata" if name.startswith("config_") else "globals"
    text = f"[{block}]\n== super()\n-- set ns.{name} = {value}\n"
    assert changes(before, read(config(tmp_path, text))) == changed


@pytest.mark.parametrize(
    "block", re.findall(r"^\[(\w+)\]$", TEMPLATE.read_text(encoding="utf-8"), re.MULTILINE)[2:]
)
def test_a_block_is_replaced(tmp_path: Path, block: str) -> None:
    plain = render(load(config(tmp_path))).text.split("\n")
    text = render(load(config(tmp_path, f"[{block}]\nprobe: here\n"))).text.split("\n")
    kept = [line for line in text if line not in ("probe: here", "")]
    assert text.count("probe: here") == 1
    assert 0 < len(kept) < len([line for line in plain if line])
    remaining = iter(plain)
    assert all(line in remaining for line in kept), "what is not in the block has changed"


def test_nothing_begins_with_a_token_that_is_not_there(tmp_path: Path) -> None:
    text = "[globals]\n== super()\n-- set ns.bos_token = none\n"
    with pytest.raises(BuildError, match="FGC005"):
        render(load(config(tmp_path, text)))
    read(config(tmp_path, f"{text}-- set ns.add_bos_token = false\n"))
