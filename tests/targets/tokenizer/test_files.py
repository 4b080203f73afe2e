"""A model directory's tokenizer is the one that the configuration loads."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import AutoTokenizer

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.ir.graph import Call, Entry, File, Kind, Literal, Var
from fgc.compiler.ir.span import Span
from fgc.runtime.data.tokenizer import load_tokenizer
from fgc.targets.tokenizer.files import tokenizer_files

EXAMPLE = Path(__file__).parents[3] / "examples" / "tiny_llama" / "tokenizer" / "tokenizer.json"
EXAMPLE_TOKENS = {"bos_token": "<|bos|>", "eos_token": "<|eos|>", "pad_token": "<|pad|>"}

TEXTS = (
    "",
    " ",
    "In the beginning God created the heaven and the earth.",
    "  two  spaces,\ttabs\r\nand\n\n\nlines ",
    "don't ; a . b , c !  'tis  n't",
    "<|bos|>x<|eos|> <|pad|><s></s><unk><pad> <|nothing|>",
    "naïve café e\u0301 – “quoted” \u3000東京 🙂👩‍👩‍👧 \x00\x1b\u202e",
    "▁under▁ ▁ Ġ Ċ <0x41>",
)

AT = Span("a.yaml", 3, 5, 3, 9)


def load(file: Path, **tokens: str | None) -> Call:
    """`load_tokenizer` as a configuration calls it."""
    arguments = [Entry("file", AT, File(str(file), "tokenizer.json", (), AT))]
    arguments += [Entry(name, AT, Literal(token, (), AT)) for name, token in tokens.items()]
    target = "fgc.runtime.data.tokenizer:load_tokenizer"
    return Call(Kind.SINGLETON, target, AT, (), tuple(arguments), ("tokenizer",), AT)


def write(folder: Path, files: Mapping[str, bytes], model_type: str) -> Path:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    config = {"model_type": model_type, "auto_map": {"AutoConfig": "configuration_x.XConfig"}}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def sentencepiece_like() -> Tokenizer:
    """In the form of Llama 2's: pieces with marks for spaces, and bytes for what is unknown."""
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", "a", "▁a"]
    vocab = {piece: index for index, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.BPE(vocab, [("▁", "a")], unk_token="<unk>", byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never", split=True)
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback()])
    tokenizer.add_special_tokens(["<s>", "</s>"])
    return tokenizer


def words() -> Tokenizer:
    """Lower-cased words; the special tokens are words as any other."""
    vocab = {"<unk>": 0, "<s>": 1, "</s>": 2, "<pad>": 3, "the": 4, "a": 5, ".": 6}
    tokenizer = Tokenizer(models.WordLevel(vocab, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def unigrams() -> Tokenizer:
    vocab = [("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0), ("▁", -1.0), ("t", -2.0), ("▁the", -1.5)]
    tokenizer = Tokenizer(models.Unigram(vocab, unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(["<s>"])
    tokenizer.enable_truncation(5)
    return tokenizer


SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
TOKENIZERS = {
    "example": (None, EXAMPLE_TOKENS),
    "no special tokens": (None, {}),
    "sentencepiece": (sentencepiece_like, SPECIAL),
    "words": (words, {**SPECIAL, "pad_token": "<pad>"}),
    "unigrams": (unigrams, SPECIAL),
}


@pytest.mark.parametrize("model_type", ["llama", "fgc_x"])
@pytest.mark.parametrize(("make", "tokens"), TOKENIZERS.values(), ids=TOKENIZERS.keys())
def test_auto_tokenizer_gives_what_is_configured(
    tmp_path: Path, make: Any, tokens: dict[str, str], model_type: str
) -> None:
    file = EXAMPLE
    if make is not None:
        file = tmp_path / "tokenizer.json"
        make().save(str(file))
    folder = write(
        tmp_path / "model", tokenizer_files(load(file, **tokens), model_max_length=64), model_type
    )
    expected = load_tokenizer(file=file, **tokens)
    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    assert tokenizer.backend_tokenizer.to_str() == expected.backend_tokenizer.to_str()
    assert tokenizer.model_max_length == 64
    assert tokenizer.padding_side == expected.padding_side
    for name in ("bos_token_id", "eos_token_id", "pad_token_id", "unk_token_id", "all_special_ids"):
        assert getattr(tokenizer, name) == getattr(expected, name), name
    for text in TEXTS:
        ids = tokenizer(text)["input_ids"]
        assert ids == expected(text)["input_ids"]
        for skip in (False, True):
            decoded = tokenizer.decode(ids, skip_special_tokens=skip)
            assert decoded == expected.decode(ids, skip_special_tokens=skip)


def test_copies_the_file_and_names_the_tokens(tmp_path: Path) -> None:
    files = tokenizer_files(load(EXAMPLE, **EXAMPLE_TOKENS, unk_token=None), model_max_length=512)
    assert files["tokenizer.json"] == EXAMPLE.read_bytes()
    assert json.loads(files["tokenizer_config.json"]) == {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
        "model_max_length": 512,
        **EXAMPLE_TOKENS,
    }
    assert set(files) == {"tokenizer.json", "tokenizer_config.json"}


def test_refuses_a_token_that_the_file_lacks() -> None:
    with pytest.raises(BuildError) as caught:
        tokenizer_files(load(EXAMPLE, bos_token="<|boss|>"))
    (found,) = caught.value.diagnostics
    assert "has no token `<|boss|>`" in found.message
    assert found.span == AT
    assert found.help is not None
    assert "`<|bos|>`" in found.help


@pytest.mark.parametrize("name", ["file", "eos_token"])
def test_refuses_what_is_not_known_at_build(name: str) -> None:
    call = load(EXAMPLE)
    unknown = Entry(name, AT, Var("x", None, (), AT))
    kwargs = (*(entry for entry in call.kwargs if entry.key != name), unknown)
    call = Call(call.kind, call.target, AT, (), kwargs, call.path, AT)
    with pytest.raises(BuildError) as caught:
        tokenizer_files(call)
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == (
        "FGC040",
        f"the tokenizer's `{name}` is not known at build",
    )
