"""Makes this example's corpus: `python make_data.py`.

The corpus is the King James Bible, as the `bible` program of Debian's bible-kjv package prints it
(`apt-get install bible-kjv`). A chapter is a paragraph, with one verse a line, and a blank line
ends it; numbers and names of books are left out. Every 25th chapter is held out, so that all kinds
of text (law, chronicle, psalm, gospel, letter) are in both parts.

Running this again gives the same bytes: the source text is checked by its hash, and nothing here is
random. `fgc tokenizer build` makes the tokenizer of it.
"""

import hashlib
import re
import subprocess
from itertools import groupby
from pathlib import Path

HERE = Path(__file__).resolve().parent
TRAIN_FILE = HERE / "data" / "train.txt"
HELDOUT_FILE = HERE / "data" / "heldout.txt"

# Of what bible-kjv 4.38 prints: 31,102 verses, each a line behind its reference ("1Sm12:10 ...").
SOURCE_SHA256 = "cd45f0c9cedab8e4439bd6486c8952c77cc8b0ecc5d1f6ae3513f2039f47229d"
VERSE = re.compile(r"(?P<chapter>\S+):\d+ (?P<text>.+)")

HELDOUT_EVERY = 25
HELDOUT_OFFSET = 12


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


def main() -> None:
    train, heldout = split_heldout(split_chapters(read_source()))
    for file, chapters in ((TRAIN_FILE, train), (HELDOUT_FILE, heldout)):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes("\n\n".join(chapters).encode("ascii") + b"\n")
        print(f"{file.relative_to(HERE)}: {len(chapters)} chapters, {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
