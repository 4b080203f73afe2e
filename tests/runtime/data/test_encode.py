import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest
from transformers import PreTrainedTokenizerFast

from fgc.runtime.data.encode import tokenize_files
from fgc.runtime.data.tokenizer import load_tokenizer

TEXT = "In the beginning\nGod created.\n\nAnd the earth was naïve 漢字 🙂.\n\n\nLet there be light"
DOCUMENTS = [
    "In the beginning\nGod created.",
    "And the earth was naïve 漢字 🙂.",
    "Let there be light",
]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The batches of text that tokenizers are called with."""
    calls: list[list[str]] = []
    call = PreTrainedTokenizerFast.__call__

    def recording(self: PreTrainedTokenizerFast, batch: list[str], **kwargs: Any) -> Any:
        calls.append(batch)
        return call(self, batch, **kwargs)

    monkeypatch.setattr(PreTrainedTokenizerFast, "__call__", recording)
    return calls


def test_tokens_are_those_of_each_document(
    text: Path, tmp_path: Path, tokenizer: PreTrainedTokenizerFast
):
    tokens = tokenize_files(files=[text], tokenizer=tokenizer, cache_dir=tmp_path / "cache")
    expected = [
        token
        for document in DOCUMENTS
        for token in [*tokenizer(document)["input_ids"], tokenizer.eos_token_id]
    ]
    assert tokens.ids.tolist() == expected
    assert expected[0] == tokenizer.bos_token_id
    assert tokens.num_documents == 3
    assert tokens.num_bytes == sum(len(document.encode()) for document in DOCUMENTS)


def test_a_tokenizer_that_ends_texts_itself_gets_no_second_end(
    text: Path, tmp_path: Path, example: Path
):
    tokenizer = load_tokenizer(
        file=example / "tokenizer" / "tokenizer.json", bos_token="<|bos|>", eos_token="<|eos|>"
    )
    tokenizer.add_eos_token = True
    tokens = tokenize_files(files=[text], tokenizer=tokenizer, cache_dir=tmp_path / "cache")
    assert tokens.ids.tolist().count(tokenizer.eos_token_id) == 3


def test_the_second_time_nothing_is_tokenized(
    text: Path, tmp_path: Path, tokenizer: PreTrainedTokenizerFast, calls: list[list[str]]
):
    first = tokenize_files(files=[text], tokenizer=tokenizer, cache_dir=tmp_path / "cache")
    assert len(calls) == 1
    moved = text.rename(tmp_path / "moved.txt")
    second = tokenize_files(files=[moved], tokenizer=tokenizer, cache_dir=tmp_path / "cache")
    assert len(calls) == 1
    assert second.ids.tolist() == first.ids.tolist()


def test_the_cache_does_not_depend_on_earlier_calls_of_the_tokenizer(
    text: Path, tmp_path: Path, example: Path, calls: list[list[str]]
):
    tokenizer = load_tokenizer(
        file=example / "tokenizer" / "tokenizer.json", eos_token="<|eos|>", pad_token="<|pad|>"
    )
    first = tokenize_files(files=[text], tokenizer=tokenizer, cache_dir=tmp_path / "cache")
    tokenizer(["one", "two words"], padding=True, truncation=True, max_length=2)
    calls.clear()
    second = tokenize_files(files=[text], tokenizer=tokenizer, cache_dir=tmp_path / "cache")
    third = tokenize_files(files=[text], tokenizer=tokenizer, cache_dir=tmp_path / "other")
    assert len(calls) == 1
    assert first.ids.tolist() == second.ids.tolist() == third.ids.tolist()


def test_whatever_changes_the_tokens_changes_the_file(
    text: Path, tmp_path: Path, example: Path, tokenizer: PreTrainedTokenizerFast
):
    cache = tmp_path / "cache"
    file = example / "tokenizer" / "tokenizer.json"
    other = load_tokenizer(file=file, eos_token="<|eos|>")
    other.add_tokens(["beginning"])
    halves = [tmp_path / "1", tmp_path / "2"]
    halves[0].write_bytes(text.read_bytes()[:5])
    halves[1].write_bytes(text.read_bytes()[5:])
    variants: list[dict[str, Any]] = [
        {"files": [text], "tokenizer": tokenizer},
        {"files": [text], "tokenizer": tokenizer, "document_separator": None},
        {"files": [text], "tokenizer": tokenizer, "document_separator": "God created."},
        {"files": [text, text], "tokenizer": tokenizer},
        {"files": halves, "tokenizer": tokenizer},
        {"files": halves[::-1], "tokenizer": tokenizer},
        {"files": [text], "tokenizer": load_tokenizer(file=file)},
        {"files": [text], "tokenizer": other},
    ]
    contents = [tokenize_files(cache_dir=cache, **variant).ids.tolist() for variant in variants]
    assert len(list(cache.iterdir())) == len(variants)
    assert len({tuple(content) for content in contents}) == len(variants)


@pytest.mark.parametrize("damage", [lambda data: data[:-3], lambda data: data[:-1] + b"\7", bytes])
def test_a_damaged_file_is_made_again(
    text: Path, tmp_path: Path, tokenizer: PreTrainedTokenizerFast, damage: Any
):
    cache = tmp_path / "cache"
    expected = tokenize_files(files=[text], tokenizer=tokenizer, cache_dir=cache).ids.tolist()
    [path] = cache.iterdir()
    path.write_bytes(damage(path.read_bytes()) if damage is not bytes else b"")
    with pytest.warns(UserWarning, match="made again"):
        tokens = tokenize_files(files=[text], tokenizer=tokenizer, cache_dir=cache)
    assert tokens.ids.tolist() == expected
    assert (
        tokenize_files(files=[text], tokenizer=tokenizer, cache_dir=cache).ids.tolist() == expected
    )


def test_no_text_is_an_error_and_leaves_nothing(tmp_path: Path, tokenizer: PreTrainedTokenizerFast):
    (tmp_path / "empty.txt").write_bytes(b"")
    with pytest.raises(ValueError, match=r"no text in .*empty\.txt"):
        tokenize_files(
            files=[tmp_path / "empty.txt"], tokenizer=tokenizer, cache_dir=tmp_path / "cache"
        )
    assert not list((tmp_path / "cache").iterdir())


def test_large_texts_are_tokenized_piece_by_piece(
    tmp_path: Path, tokenizer: PreTrainedTokenizerFast, calls: list[list[str]]
):
    path = tmp_path / "large.txt"
    document = "and it came to pass\n" * 500
    path.write_text((document + "\n") * 300, encoding="utf-8")
    tokens = tokenize_files(files=[path], tokenizer=tokenizer, cache_dir=tmp_path / "cache")
    assert tokens.num_documents == 300
    assert len(calls) == 3
    assert max(sum(map(len, batch)) for batch in calls) < (1 << 20) + len(document)


def test_processes_may_race(text: Path, tmp_path: Path, tokenizer: PreTrainedTokenizerFast):
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(4)
    results = context.SimpleQueue()

    def race() -> None:
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        for round_number in range(5):
            barrier.wait(30)
            tokens = tokenize_files(
                files=[text], tokenizer=tokenizer, cache_dir=tmp_path / f"cache{round_number}"
            )
            results.put(tokens.ids.tolist())

    children = [context.Process(target=race) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 4
    expected = tokenize_files(files=[text], tokenizer=tokenizer, cache_dir=tmp_path / "alone").ids
    assert [results.get() for _ in range(20)] == [expected.tolist()] * 20
    assert all(len(list((tmp_path / f"cache{number}").iterdir())) == 1 for number in range(5))
