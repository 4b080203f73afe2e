"""How well a tokenizer fits a text: the sizes of its tokens, and what is lost by encoding it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# Documents are encoded in parallel, in batches of about this many characters.
_BATCH = 1 << 20

MOST = 1 << 25
"""Characters that are measured; of a longer text, the first."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Counts over a text. Tokens are without those that the post-processor adds; words are what
    stands between white space. ``changed`` is the first document that is not decoded to itself,
    and ``whole`` is whether all of the text was measured."""

    documents: int
    bytes: int
    characters: int
    words: int
    tokens: int
    changed: str | None
    whole: bool


def measure(tokenizer: Tokenizer, documents: Iterable[str], *, most: int = MOST) -> Measure:
    """Encodes and decodes documents, up to about ``most`` characters of them."""
    count = size = characters = words = tokens = 0
    changed: str | None = None
    whole = True
    for batch in _batches(documents):
        if characters >= most:
            whole = False
            break
        ids = [encoding.ids for encoding in tokenizer.encode_batch_fast(batch, False, False)]
        decoded = tokenizer.decode_batch(ids, skip_special_tokens=False)
        if changed is None:
            changed = _changed(tokenizer, batch, decoded)
        count += len(batch)
        size += sum(len(document.encode()) for document in batch)
        characters += sum(map(len, batch))
        words += sum(len(document.split()) for document in batch)
        tokens += sum(map(len, ids))
    return Measure(count, size, characters, words, tokens, changed, whole)


def _changed(tokenizer: Tokenizer, batch: list[str], decoded: list[str]) -> str | None:
    """The first document that is decoded to another text than its normal form."""
    normalizer = tokenizer.normalizer
    for document, text in zip(batch, decoded, strict=True):
        normal = document if normalizer is None else normalizer.normalize_str(document)
        if text not in (normal, f" {normal}"):  # a space that a pre-tokenizer puts before it
            return document
    return None


def _batches(documents: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    characters = 0
    for document in documents:
        batch.append(document)
        characters += len(document)
        if characters >= _BATCH:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
