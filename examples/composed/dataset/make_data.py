"""Makes the texts of this project: `python make_data.py`.

They are books of the King James Bible, as the `bible` program of Debian's bible-kjv package prints
them (`apt-get install bible-kjv`). A chapter is a paragraph, with one verse a line, and a blank
line ends it; numbers are left out. Every 12th chapter is held out.
"""

import re
import subprocess
from itertools import groupby
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"

TEXTS = {"gospels": "Mat1:1-Joh21:25", "psalms": "Psa1:1-Psa150:6"}
VERSE = re.compile(r"(?P<chapter>\S+):\d+ (?P<text>.+)")

HELDOUT_EVERY = 12
HELDOUT_OFFSET = 5


def read_chapters(passage: str) -> list[str]:
    """The chapters of a passage in order, each with one verse a line."""
    command = ["bible", "-f", passage]
    printed = subprocess.run(command, capture_output=True, check=True, encoding="ascii").stdout
    verses = [VERSE.fullmatch(line) for line in printed.splitlines()]
    if None in verses:
        raise ValueError("a line that `bible` printed is not a verse behind its reference")
    found = [(verse["chapter"], " ".join(verse["text"].split())) for verse in verses if verse]
    return [
        "\n".join(text for _, text in chapter)
        for _, chapter in groupby(found, key=lambda verse: verse[0])
    ]


def make_text(chapters: list[str], *, heldout: bool) -> str:
    """The chapters that are held out, or the others, a blank line between two."""
    part = [
        chapter
        for index, chapter in enumerate(chapters)
        if (index % HELDOUT_EVERY == HELDOUT_OFFSET) is heldout
    ]
    return "\n\n".join(part) + "\n"


def main() -> None:
    DATA.mkdir(exist_ok=True)
    for name, passage in TEXTS.items():
        chapters = read_chapters(passage)
        for part, heldout in (("train", False), ("heldout", True)):
            file = DATA / f"{name}_{part}.txt"
            file.write_bytes(make_text(chapters, heldout=heldout).encode("ascii"))
            print(f"data/{file.name}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
