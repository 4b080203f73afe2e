"""A keyed pseudorandom permutation of range(n), evaluated at any place without a table.

A Feistel network permutes the numbers below a power of two; the images that are not below n are
sent through again until they are ("cycle walking"), which leaves a permutation of range(n).
Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002. Four rounds make it
pseudorandom (Luby and Rackoff, SIAM J. Comput. 1988) where the halves are long; here they may have
few bits, hence eight.
"""

import hashlib

import numpy as np

_ROUNDS = 8


def permuted(indices: np.ndarray, *, size: int, seed: int, epoch: int) -> np.ndarray:
    """The images of `indices` (int64, each in range(size)) under the permutation of `epoch`.

    Memory does not depend on `size`, nor does time: an index walks less than two steps on average.
    """
    keys = _round_keys(seed, epoch)
    bits = max(size - 1, 1).bit_length()
    images = _feistel(indices.astype(np.uint64), bits, keys)
    outside = np.flatnonzero(images >= size)
    while outside.size:
        images[outside] = _feistel(images[outside], bits, keys)
        outside = outside[images[outside] >= size]
    return images.astype(np.int64)


def _round_keys(seed: int, epoch: int) -> np.ndarray:
    digest = hashlib.blake2b(f"{seed} {epoch}".encode(), digest_size=8 * _ROUNDS).digest()
    return np.frombuffer(digest, "<u8")


def _feistel(numbers: np.ndarray, bits: int, keys: np.ndarray) -> np.ndarray:
    """Permute range(2**bits). The two halves take turns in changing by a hash of the other."""
    low_bits = np.uint64(bits // 2)
    low_mask = np.uint64((1 << bits // 2) - 1)
    high_mask = np.uint64((1 << bits - bits // 2) - 1)
    low = numbers & low_mask
    high = numbers >> low_bits
    for turn in range(0, _ROUNDS, 2):
        high ^= _hash(low, keys[turn]) & high_mask
        low ^= _hash(high, keys[turn + 1]) & low_mask
    return high << low_bits | low


def _hash(numbers: np.ndarray, key: np.uint64) -> np.ndarray:
    """The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) on number plus key."""
    mixed = numbers + key
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
