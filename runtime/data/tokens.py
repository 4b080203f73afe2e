"""A token file: the tokens of a corpus, on disk as one array that is mapped into memory.

The format is a header (`_HEADER`, little-endian) and the token ids, as uint16 where every id of
the vocabulary fits, else as uint32. A CRC-32 covers both, so that a file that was cut short or
damaged is known as such when it is opened.
"""

import os
import secrets
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# Ends in the version of the format.
MAGIC = b"TOKENS\x00\x01"

# magic; bytes a token; tokens; documents; bytes of text; CRC-32 of the tokens and these numbers
_HEADER = struct.Struct("<8sIQQQI")
_COUNTS = struct.Struct("<IQQQ")
_DTYPES = {2: np.dtype("<u2"), 4: np.dtype("<u4")}


class DamagedTokenFile(ValueError):
    """A file that is not a whole token file."""


@dataclass(frozen=True)
class TokenFile:
    """The tokens of a corpus, read-only and mapped into memory, and what they came from."""

    ids: np.ndarray  # (tokens,), uint16 or uint32
    num_documents: int
    num_bytes: int  # of text, as UTF-8
    checksum: int  # CRC-32 of the tokens and these counts


def write_token_file(
    path: Path, documents: Iterable[tuple[list[int], int]], *, num_ids: int
) -> None:
    """Write a token file: for each document its token ids, all below `num_ids`, and text bytes.

    The file appears under its name whole or not at all, also when several processes write it at
    once. Raises ValueError where the documents have no tokens.
    """
    dtype = _DTYPES[2 if num_ids <= 1 << 16 else 4]
    num_tokens = num_documents = num_bytes = crc = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(bytes(_HEADER.size))
            for ids, text_bytes in documents:
                data = np.asarray(ids, dtype).tobytes()
                crc = zlib.crc32(data, crc)
                file.write(data)
                num_tokens += len(ids)
                num_documents += 1
                num_bytes += text_bytes
            if num_tokens == 0:
                raise ValueError("the documents have no tokens")
            counts = (dtype.itemsize, num_tokens, num_documents, num_bytes)
            file.seek(0)
            file.write(_HEADER.pack(MAGIC, *counts, zlib.crc32(_COUNTS.pack(*counts), crc)))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def open_token_file(path: Path) -> TokenFile:
    """Map a token file into memory, having read it once to check it.

    Raises FileNotFoundError where there is none, and DamagedTokenFile where it is not whole.
    """
    with open(path, "rb") as file:
        header = file.read(_HEADER.size)
        size = os.fstat(file.fileno()).st_size
        if len(header) < _HEADER.size or not header.startswith(MAGIC):
            raise DamagedTokenFile(f"{path} is not a token file")
        _, itemsize, num_tokens, num_documents, num_bytes, crc = _HEADER.unpack(header)
        whole = num_tokens > 0 and size == _HEADER.size + itemsize * num_tokens
        if itemsize not in _DTYPES or not whole:
            raise DamagedTokenFile(f"{path} does not have the size that its header says")
        # Mapped through the open file, so that what was checked is what is used.
        ids = np.memmap(file, _DTYPES[itemsize], "r", _HEADER.size, (num_tokens,))
    counts = _COUNTS.pack(itemsize, num_tokens, num_documents, num_bytes)
    if crc != zlib.crc32(counts, zlib.crc32(ids.data)):
        raise DamagedTokenFile(f"{path} does not have the content that its checksum says")
    # A plain view of the map: np.memmap costs more at each slice.
    return TokenFile(ids.view(np.ndarray), num_documents, num_bytes, crc)
