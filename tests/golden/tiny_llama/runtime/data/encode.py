"""Text files to tokens, once: the result is kept under the hash of all that it depends on."""

import hashlib
import json
import warnings
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path

from transformers import PreTrainedTokenizerFast

from runtime.data.documents import read_documents
from runtime.data.tokenizer import vocab_size
from runtime.data.tokens import MAGIC
from runtime.data.tokens import DamagedTokenFile
from runtime.data.tokens import TokenFile
from runtime.data.tokens import open_token_file
from runtime.data.tokens import write_token_file

# Documents are handed to the tokenizer, which works in parallel, in batches of about this size.
_BATCH_CHARACTERS = 1 << 20


def tokenize_files(
    *,
    files: list[Path],
    tokenizer: PreTrainedTokenizerFast,
    cache_dir: Path,
    # the line that divides documents, "" for a blank one; without it each file is one document
    document_separator: str = "",
) -> TokenFile:
    """The tokens of text files, from `cache_dir` where they have been made before.

    A document is encoded as the tokenizer encodes any text, with the special tokens that it adds
    by itself, and ends with its end-of-sequence token where it has one.

    The name of the cached file is a hash of the texts, the tokenizer and what divides documents,
    so that it never is out of date; a damaged one is made again. Processes may do this at the same
    time. Raises ValueError where the files hold no text, or text that is not UTF-8.
    """
    key = _cache_key(files, tokenizer, document_separator)
    path = cache_dir / f"{key}.tokens"
    try:
        return open_token_file(path)
    except FileNotFoundError:
        pass
    except DamagedTokenFile as error:
        warnings.warn(f"{error}; it is made again", stacklevel=2)
    documents = read_documents(files=files, document_separator=document_separator)
    write_token_file(path, _encode(documents, tokenizer), num_ids=vocab_size(tokenizer))
    return open_token_file(path)


def _encode(
    documents: Iterable[str], tokenizer: PreTrainedTokenizerFast
) -> Iterator[tuple[list[int], int]]:
    """Yield each document's token ids and its size in bytes."""
    eos = tokenizer.eos_token_id
    for batch in _batches(documents):
        encoding = tokenizer(batch, return_attention_mask=False, verbose=False)
        for document, ids in zip(batch, encoding["input_ids"], strict=True):
            if eos is not None and ids[-1:] != [eos]:
                ids.append(eos)
            yield ids, len(document.encode())


def _batches(documents: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    characters = 0
    for document in documents:
        batch.append(document)
        characters += len(document)
        if characters >= _BATCH_CHARACTERS:
            yield batch
            batch = []
            characters = 0
    if batch:
        yield batch


def _cache_key(
    files: list[Path], tokenizer: PreTrainedTokenizerFast, document_separator: str | None
) -> str:
    """A hash of all that the tokens depend on; not of names, places or times of files."""
    definition = json.loads(tokenizer.backend_tokenizer.to_str())
    # Settings of the latest call, which are no part of the tokenizer.
    del definition["truncation"], definition["padding"]
    dependencies = {
        "format": MAGIC.hex(),
        "separator": document_separator,
        "eos": tokenizer.eos_token_id,
        "tokenizer": definition,
        "texts": [_sha256(file) for file in files],
    }
    return hashlib.sha256(json.dumps(dependencies).encode()).hexdigest()[:32]


def _sha256(file: Path) -> str:
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
