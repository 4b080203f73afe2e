"""Makes this example's corpus and tokenizer: `python make_data.py`.

The corpus is the King James Bible, as the `bible` program of Debian's bible-kjv package prints it
(`apt-get install bible-kjv`). A chapter is a paragraph, with one verse a line, and a blank line
ends it; numbers and names of books are left out. Every 25th chapter is held out, so that all kinds
of text (law, chronicle, psalm, gospel, letter) are in both parts.

The tokenizer is a byte-level BPE of 4,096 tokens, trained on the training part alone. Every text
encodes without an unknown token, and begins with `<|bos|>`. Running this again gives the same
bytes: the source text is checked by its hash, and nothing here is random.
"""

import hashlib
import re
import subprocess
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer

HERE = Path(__file__).resolve().parent
TRAIN_FILE = HERE / "data" / "train.txt"
HELDOUT_FILE = HERE / "data" / "heldout.txt"
TOKENIZER_FILE = HERE / "tokenizer" / "tokenizer.json"

# Of what bible-kjv 4.38 prints: 31,102 verses, each a line behind its reference ("1Sm12:10 ...").
SOURCE_SHA256 = "cd45f0c9cedab8e4439bd6486c8952c77cc8b0ecc5d1f6ae3513f2039f47229d"
VERSE = re.compile(r"(?P<chapter>\S+):\d+ (?P<text>.+)")

HELDOUT_EVERY = 25
HELDOUT_OFFSET = 12

VOCAB_SIZE = 4096
BOS_TOKEN = "<|bos|>"
EOS_TOKEN = "<|eos|>"
PAD_TOKEN = "<|pad|>"


def read_source() -> str:
    """What `bible` prints for the whole book. Raises ValueError where that is another edition."""
    printed = subprocess.run(
        ["bible", "-f", "Gen1:1-Rev22:21"], capture_output=True, check=True
    ).stdout
    if hashlib.sha256(printed).hexdigest() != SOURCE_SHA256:
        raise ValueError("`bible` printed another text than that of bible-kjv 4.38")
    return printed.decode("ascii")


def split_chapters(source: str) -> list[str]:
    """The chapters in order, each with one verse a line and white space made single.

    >>> split_chapters("Ge1:1 In the  beginning\\nGe1:2 And the earth\\nGe2:1 Thus\\n")
    ['In the beginning\\nAnd the earth', 'Thus']
    """
    verses = [VERSE.fullmatch(line) for line in source.splitlines()]
    if None in verses:
        raise ValueError("a line of the source is not a verse behind its reference")
    found = [(verse["chapter"], " ".join(verse["text"].split())) for verse in verses if verse]
    return [
        "\n".join(text for _, text in chapter)
        for _, chapter in groupby(found, key=lambda verse: verse[0])
    ]


def split_heldout(chapters: list[str]) -> tuple[list[str], list[str]]:
    """The chapters for training, and every 25th, which are held out."""
    heldout = chapters[HELDOUT_OFFSET::HELDOUT_EVERY]
    train = [
        chapter for index, chapter in enumerate(chapters) if index % HELDOUT_EVERY != HELDOUT_OFFSET
    ]
    return train, heldout


def train_tokenizer(texts: Iterable[str]) -> Tokenizer:
    """A byte-level BPE (Sennrich et al. 2016; on bytes: Radford et al. 2019) for `texts`."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = ByteLevelDecoder()
    tokenizer.train_from_iterator(
        texts,
        BpeTrainer(
            vocab_size=VOCAB_SIZE,
            special_tokens=[BOS_TOKEN, EOS_TOKEN, PAD_TOKEN],
            initial_alphabet=ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer.post_processor = TemplateProcessing(
        single=f"{BOS_TOKEN} $A",
        pair=f"{BOS_TOKEN} $A {BOS_TOKEN} $B",
        special_tokens=[(BOS_TOKEN, tokenizer.token_to_id(BOS_TOKEN))],
    )
    return tokenizer


def main() -> None:
    train, heldout = split_heldout(split_chapters(read_source()))
    for file, chapters in ((TRAIN_FILE, train), (HELDOUT_FILE, heldout)):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes("\n\n".join(chapters).encode("ascii") + b"\n")
        print(f"{file.relative_to(HERE)}: {len(chapters)} chapters, {file.stat().st_size:,} bytes")

    tokenizer = train_tokenizer(train)
    TOKENIZER_FILE.parent.mkdir(exist_ok=True)
    tokenizer.save(str(TOKENIZER_FILE))
    for name, chapters in (("train", train), ("heldout", heldout)):
        tokens = sum(len(tokenizer.encode(chapter)) for chapter in chapters)
        num_bytes = sum(map(len, chapters))
        print(f"{name}: {tokens:,} tokens, {num_bytes / tokens:.2f} bytes a token")


if __name__ == "__main__":
    main()
