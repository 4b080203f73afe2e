"""The corpus of examples/tiny_llama, and the programs that made it and measure it."""

import doctest
import importlib.util
import shutil
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from transformers import PreTrainedTokenizerFast

from fgc.runtime.data.encode import tokenize_files


def load(file: Path) -> ModuleType:
    # a name of its own: doctest takes a function for that of the module which `sys.modules` names
    spec = importlib.util.spec_from_file_location(f"corpus_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def make_data(example: Path) -> ModuleType:
    return load(example / "make_data.py")


@pytest.fixture(scope="module")
def unigram(example: Path) -> ModuleType:
    return load(example / "unigram.py")


def chapters(file: Path) -> list[str]:
    return file.read_bytes().decode("ascii").removesuffix("\n").split("\n\n")


def test_the_corpus_is_the_whole_book(make_data: ModuleType):
    train = chapters(make_data.TRAIN_FILE)
    heldout = chapters(make_data.HELDOUT_FILE)
    assert (len(train), len(heldout)) == (1141, 48)
    verses = [verse for chapter in [*train, *heldout] for verse in chapter.split("\n")]
    assert len(verses) == 31102
    assert all(verse == " ".join(verse.split()) and verse for verse in verses)
    assert not any(character.isdigit() for verse in verses for character in verse)
    assert not set(train) & set(heldout)


def test_what_is_held_out_is_spread_over_the_book(make_data: ModuleType):
    numbers = [str(number) for number in range(1189)]
    train, heldout = make_data.split_heldout(numbers)
    assert sorted([*train, *heldout], key=int) == numbers
    assert {int(b) - int(a) for a, b in pairwise(heldout)} == {25}


def test_what_the_licence_note_says_of_overlaps_is_true(make_data: ModuleType):
    train = chapters(make_data.TRAIN_FILE)
    heldout = chapters(make_data.HELDOUT_FILE)
    train_verses = {verse for chapter in train for verse in chapter.split("\n")}
    heldout_verses = [verse for chapter in heldout for verse in chapter.split("\n")]
    shared = sum(verse in train_verses for verse in heldout_verses)
    note = (make_data.HERE / "data" / "LICENCE.md").read_text()
    assert f"{shared} of the {len(heldout_verses):,} verses" in note


@pytest.mark.skipif(shutil.which("bible") is None, reason="needs Debian's bible-kjv")
def test_the_corpus_is_what_the_source_gives(make_data: ModuleType):
    train, heldout = make_data.split_heldout(make_data.split_chapters(make_data.read_source()))
    assert chapters(make_data.TRAIN_FILE) == train
    assert chapters(make_data.HELDOUT_FILE) == heldout


def test_doctests(make_data: ModuleType, unigram: ModuleType):
    for module in (make_data, unigram):
        results = doctest.testmod(module)
        assert results.attempted > 0
        assert results.failed == 0


def test_the_baseline_is_computed_on_the_tokens_of_training(
    make_data: ModuleType, unigram: ModuleType, tokenizer: PreTrainedTokenizerFast, tmp_path: Path
):
    train, heldout = (
        tokenize_files(files=[file], tokenizer=tokenizer, cache_dir=tmp_path).ids
        for file in (make_data.TRAIN_FILE, make_data.HELDOUT_FILE)
    )
    backend = tokenizer.backend_tokenizer
    assert train.tolist() == unigram.encode(make_data.TRAIN_FILE, backend)
    assert heldout.tolist() == unigram.encode(make_data.HELDOUT_FILE, backend)
    loss = unigram.unigram_cross_entropy(train, heldout, vocab_size=4096)
    # Below a uniform guess (8.32) and above what the frequencies of the text itself give.
    assert unigram.unigram_cross_entropy(heldout, heldout, vocab_size=4096) < loss < 6.5
