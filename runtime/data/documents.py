"""Text files as a stream of documents."""

from collections.abc import Iterator
from pathlib import Path


def read_documents(
    *,
    files: list[Path],
    # what a line reads that ends a document, white space around it aside; "" is a blank line
    document_separator: str | None,
) -> Iterator[str]:
    """Yield the documents of UTF-8 text files, in order; what is only white space is none.

    The end of a file always ends a document. Line ends become "\\n"; the last one, and a byte
    order mark, are no part of a document. Memory holds one document at a time.

    Raises ValueError where there is no document, and, with file and line, for what is not UTF-8.
    """
    found = False
    for file in files:
        for lines in _split(_lines(file), document_separator=document_separator):
            document = "".join(lines).removesuffix("\n")
            if document.strip():
                yield document
                found = True
    if not found:
        raise ValueError(f"there is no text in {', '.join(map(str, files))}")


def _split(lines: Iterator[str], *, document_separator: str | None) -> Iterator[list[str]]:
    """Yield the lines between separators."""
    document: list[str] = []
    for line in lines:
        if document_separator is not None and line.strip() == document_separator:
            yield document
            document = []
        else:
            document.append(line)
    yield document


def _lines(file: Path) -> Iterator[str]:
    """Yield the lines of a file, each with its "\\n"."""
    number = 1
    with open(file, encoding="utf-8-sig") as text:
        try:
            for line in text:
                yield line
                number += 1
        except UnicodeDecodeError as error:
            raise ValueError(f"{file} is not UTF-8 text, at or after line {number}") from error
