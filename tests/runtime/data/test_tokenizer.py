import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from fgc.runtime.data.tokenizer import (
    bos_token_id,
    eos_token_id,
    load_tokenizer,
    pad_token_id,
    vocab_size,
)


def test_numbers_are_those_of_the_file(tokenizer: PreTrainedTokenizerFast, example: Path):
    content = json.loads((example / "tokenizer" / "tokenizer.json").read_text())
    ids = {token["content"]: token["id"] for token in content["added_tokens"]}
    assert vocab_size(tokenizer) == max([*content["model"]["vocab"].values(), *ids.values()]) + 1
    assert vocab_size(tokenizer) == 4096
    assert bos_token_id(tokenizer) == ids["<|bos|>"]
    assert eos_token_id(tokenizer) == ids["<|eos|>"]
    assert pad_token_id(tokenizer) == ids["<|pad|>"]


def test_tokens_that_are_not_named_are_none(example: Path):
    tokenizer = load_tokenizer(file=example / "tokenizer" / "tokenizer.json")
    assert bos_token_id(tokenizer) is None
    assert eos_token_id(tokenizer) is None
    assert pad_token_id(tokenizer) is None


def test_added_tokens_count_as_vocabulary(example: Path, tmp_path: Path):
    other = load_tokenizer(file=example / "tokenizer" / "tokenizer.json")
    other.add_tokens(["<|think|>"])
    other.backend_tokenizer.save(str(tmp_path / "tokenizer.json"))
    assert vocab_size(load_tokenizer(file=tmp_path / "tokenizer.json")) == 4097


@pytest.mark.parametrize("name", ["bos_token", "eos_token", "pad_token", "unk_token"])
def test_special_token_that_the_file_lacks_is_refused(example: Path, name: str):
    with pytest.raises(ValueError, match=r"tokenizer\.json has no token `<\|absent\|>`"):
        load_tokenizer(file=example / "tokenizer" / "tokenizer.json", **{name: "<|absent|>"})


@given(st.text())
def test_any_text_survives(tokenizer: PreTrainedTokenizerFast, text: str):
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert tokenizer.backend_tokenizer.decode(ids, skip_special_tokens=False) == text


def test_transformers_loads_the_same_tokenizer(tokenizer: PreTrainedTokenizerFast, tmp_path: Path):
    tokenizer.save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    text = "In the beginning God created the heaven and the earth.\nAnd the earth"
    assert loaded(text)["input_ids"] == tokenizer(text)["input_ids"]
    assert loaded(text)["input_ids"][0] == loaded.bos_token_id
