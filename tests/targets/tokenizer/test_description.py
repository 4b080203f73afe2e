"""What is said of a tokenizer.json."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE, Unigram, WordLevel
from tokenizers.trainers import BpeTrainer

from fgc.targets.tokenizer.byte_alphabet import BYTES, to_bytes
from fgc.targets.tokenizer.compare import differences
from fgc.targets.tokenizer.cut import cut
from fgc.targets.tokenizer.description import describe, visible_bytes


def byte_level(vocab_size: int = 280, **options: object) -> Tokenizer:
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=["<s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
        **options,
    )
    tokenizer.train_from_iterator(["the light and the darkness " * 3], trainer)
    return tokenizer


def test_the_byte_alphabet_is_the_library_s() -> None:
    assert set(BYTES) == set(pre_tokenizers.ByteLevel.alphabet())
    decoder = decoders.ByteLevel()
    for character, byte in BYTES.items():
        if byte < 0x80:
            assert decoder.decode([character]) == chr(byte)
    text = "né ☃\n"
    ((token, _),) = pre_tokenizers.ByteLevel(
        add_prefix_space=False, use_regex=False
    ).pre_tokenize_str(text)
    assert to_bytes(token) == text.encode()


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b" a\n", "·a↵"),
        ("☃".encode(), "☃"),
        ("☃".encode()[:2], "\\xe2\\x98"),
        (b"\x00\x7f", "\\x00\\x7f"),
        ("\u202e".encode(), "\\u202e"),
    ],
)
def test_what_cannot_be_seen_is_escaped(content: bytes, shown: str) -> None:
    assert visible_bytes(content) == shown


def test_a_byte_level_bpe() -> None:
    text = byte_level().to_str()
    found = describe(text)
    assert found.model == "BPE on bytes"
    assert found.vocabulary.startswith(f"{found.merges + 257} tokens: 1 special, 256 bytes, ")
    assert [token.id for token in found.tokens] == list(range(len(found.tokens)))
    assert found.tokens[0].shown == "<s>"
    assert [token.shown for token in found.by_size()][:2] == ["·darkness", "·light"]
    assert cut(text, found, "the\nlight").decoded == "the\nlight"


def test_other_kinds_of_tokenizers() -> None:
    pieces = Tokenizer(Unigram([("<unk>", 0.0), ("▁a", -1.0), ("b", -2.0)], unk_id=0))
    pieces.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    pieces.pre_tokenizer = pre_tokenizers.Metaspace()
    found = describe(pieces.to_str())
    assert found.vocabulary == "3 tokens"
    assert [token.shown for token in found.tokens] == ["<unk>", "·a", "b"]
    assert found.normalizer == "NFKC, then Lowercase"
    assert found.pre_tokenizer == 'Metaspace(replacement="▁", split=true)'
    assert found.decoder is None
    words = describe(Tokenizer(WordLevel({"a": 0, "?": 1}, unk_token="?")).to_str())
    assert words.model == "WordLevel, unk_token ?"
    assert words.post_processor is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Expecting value"),
        ("[]", "it has no `model.vocab`"),
        ('{"model": {"vocab": {"a": "b"}}}', "the token `a` has no id"),
    ],
)
def test_what_is_no_tokenizer(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        describe(text)


def test_differences() -> None:
    plain = byte_level()
    assert differences(plain.to_str(), plain.to_str(pretty=True)) == (
        "they say the same in other bytes",
    )
    smaller = byte_level(vocab_size=270).to_str()
    (said,) = differences(smaller, plain.to_str())
    assert said == f"it has 270 tokens, and not {plain.get_vocab_size()}"
    other = byte_level(max_token_length=2)
    assert any(
        "of the tokens are others" in said for said in differences(other.to_str(), plain.to_str())
    )
    expected = plain.to_str()
    plain.normalizer = normalizers.NFC()
    assert differences(plain.to_str(), expected) == ("its `normalizer` is another one",)
    assert differences("{", expected)[0].startswith("it is not a tokenizer.json: ")
    special = byte_level()
    special.add_special_tokens(["<t>"])
    assert differences(special.to_str(), expected)[0].startswith("it has ")
