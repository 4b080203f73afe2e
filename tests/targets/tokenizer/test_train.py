"""A trained tokenizer is what the tokenizers library gives for the same parts and the same text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer

from fgc.compiler.pipeline import Request, run
from fgc.runtime.data.documents import read_documents
from fgc.targets.tokenizer.measure import Measure, measure
from fgc.targets.tokenizer.recipe import read_recipe
from fgc.targets.tokenizer.train import Trained, train

CORPUS = Path(__file__).parents[3] / "examples" / "tiny_llama" / "data" / "heldout.txt"
SPECIAL = ["<|bos|>", "<|eos|>", "<|pad|>"]

Train = Callable[[str], Trained]


@pytest.fixture
def trained(tmp_path: Path) -> Train:
    """Trains by a configuration that says something more than the template."""

    def trained(text: str) -> Trained:
        config = tmp_path / "tokenizer.yaml"
        head = (
            "-- extends 'tokenizers/bpe.yaml'\n[globals]\n== super()\n-- set ns.vocab_size = 500\n"
        )
        config.write_text(f"{head}-- set ns.train_files = '{CORPUS.as_posix()}'\n{text}")
        outcome = run(Request(config), until="fold")
        assert outcome.diagnostics == ()
        assert outcome.build.resolution is not None
        return train(read_recipe(outcome.build.resolution))

    return trained


def by_hand(tokenizer: Tokenizer, special: list[str | AddedToken], min_frequency: int = 2) -> str:
    """Trains ``tokenizer`` as a program would that uses the library itself."""
    trainer = BpeTrainer(
        vocab_size=500,
        min_frequency=min_frequency,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    documents = read_documents(files=[CORPUS], document_separator="")
    tokenizer.train_from_iterator(documents, trainer)
    return tokenizer.to_str(pretty=True)


def beginning(token: str, number: int = 0) -> TemplateProcessing:
    return TemplateProcessing(
        single=f"{token} $A", pair=f"{token} $A {token} $B", special_tokens=[(token, number)]
    )


def test_the_template_as_it_stands(trained: Train) -> None:
    expected = Tokenizer(BPE())
    expected.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    expected.decoder = decoders.ByteLevel()
    expected.post_processor = beginning("<|bos|>")
    made = trained("")
    assert made.text == by_hand(expected, [*SPECIAL])
    assert made.warnings == ()


def test_with_all_knobs(trained: Train) -> None:
    expected = Tokenizer(BPE(unk_token="<unk>"))
    expected.normalizer = normalizers.NFC()
    expected.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r" ?\p{L}+|\n|."), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=False),
        ]
    )
    expected.decoder = decoders.ByteLevel()
    made = trained(
        "-- set ns.min_frequency = 40\n"
        "-- set ns.bos_token = none\n-- set ns.add_bos_token = false\n"
        "-- set ns.eos_token = '<end>'\n-- set ns.pad_token = '<end>'\n"
        "-- set ns.unk_token = '<unk>'\n-- set ns.special_tokens = ['<user>']\n"
        "-- set ns.normalizer = 'NFC'\n-- set ns.add_prefix_space = true\n"
        r"-- set ns.split_pattern = ' ?\\p{L}+|\\n|.'" + "\n"
    )
    assert made.text == by_hand(expected, ["<end>", "<unk>", "<user>"], min_frequency=40)


def test_with_other_parts(trained: Train) -> None:
    """Classes of the library that the template does not use."""
    expected = Tokenizer(BPE(byte_fallback=True))
    expected.normalizer = normalizers.Sequence(
        [normalizers.NFD(), normalizers.Replace("thou", "you"), normalizers.StripAccents()]
    )
    expected.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel()]
    )
    expected.decoder = decoders.Sequence([decoders.ByteLevel(), decoders.Strip(" ", 1, 0)])
    module = "!singleton:tokenizers"
    made = trained(f"""
[model]
model: {module}.models:BPE {{byte_fallback: true}}
[normalizer]
normalizer: {module}.normalizers:Sequence
    - - {module}.normalizers:NFD
      - {module}.normalizers:Replace [thou, you]
      - {module}.normalizers:StripAccents
[pre_tokenizer]
pre_tokenizer: {module}.pre_tokenizers:Sequence
    - - {module}.pre_tokenizers:Digits {{individual_digits: true}}
      - {module}.pre_tokenizers:ByteLevel
[decoder]
decoder: {module}.decoders:Sequence
    - - {module}.decoders:ByteLevel
      - {module}.decoders:Strip [" ", 1, 0]
[post_processor]
post_processor: null
[trainer]
== super()
    special_tokens:
        - <|bos|>
        - {module}:AddedToken {{content: <|eos|>, lstrip: true, special: true}}
        - <|pad|>
""")
    special = ["<|bos|>", AddedToken("<|eos|>", lstrip=True, special=True), "<|pad|>"]
    assert made.text == by_hand(expected, special)


def test_what_is_measured(trained: Train) -> None:
    made = trained("")
    text = CORPUS.read_text(encoding="utf-8")
    documents = text.removesuffix("\n").split("\n\n")
    tokenizer = Tokenizer.from_str(made.text)
    encoded = tokenizer.encode_batch(documents, add_special_tokens=False)
    assert made.measure == Measure(
        documents=len(documents),
        bytes=len("".join(documents).encode()),
        characters=len("".join(documents)),
        words=len(text.split()),
        tokens=sum(len(encoding) for encoding in encoded),
        changed=None,
        whole=True,
    )


def test_of_much_text_the_first_is_measured(trained: Train) -> None:
    tokenizer = Tokenizer.from_str(trained("").text)
    part = measure(tokenizer, iter(["light " * 200_000] * 9), most=2_000_000)
    assert (part.documents, part.words, part.whole) == (2, 400_000, False)
    whole = measure(tokenizer, iter(["a", "b"]))
    assert (whole.documents, whole.tokens, whole.whole) == (2, 2, True)


def test_the_size_of_the_text_is_that_of_its_files(tmp_path: Path) -> None:
    config = tmp_path / "tokenizer.yaml"
    (tmp_path / "a.txt").write_text("light\n")
    files = f"['a.txt', '{CORPUS.as_posix()}']"
    config.write_text(
        "-- extends 'tokenizers/bpe.yaml'\n[globals]\n== super()\n"
        f"-- set ns.train_files = {files}\n"
    )
    resolution = run(Request(config), until="fold").build.resolution
    assert resolution is not None
    assert read_recipe(resolution).text_size == 6 + CORPUS.stat().st_size
