"""The characters that stand for bytes in tokens (Radford et al., 2019): a printable byte of Latin-1
stands for itself, and a character from U+0100 on for any other."""

from __future__ import annotations

from itertools import count

_PRINTABLE = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))


def _alphabet() -> dict[str, int]:
    others = count(0x100)
    characters = [chr(byte if byte in _PRINTABLE else next(others)) for byte in range(256)]
    return {character: byte for byte, character in enumerate(characters)}


BYTES = _alphabet()
"""Character -> byte."""


def to_bytes(token: str) -> bytes | None:
    """The bytes that a token stands for; None where a character of it stands for none.

    >>> to_bytes("Ġlight"), to_bytes("Ã©").decode(), to_bytes("▁light")
    (b' light', 'é', None)
    """
    found = [BYTES.get(character) for character in token]
    return None if None in found else bytes(byte for byte in found if byte is not None)
