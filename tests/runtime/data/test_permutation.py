import hashlib
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.runtime.data.permutation import permuted


def order(size: int, seed: int = 0, epoch: int = 0) -> np.ndarray:
    return permuted(np.arange(size), size=size, seed=seed, epoch=epoch)


def test_every_size_is_permuted():
    for size in range(1, 3000):
        assert np.array_equal(np.sort(order(size, seed=size)), np.arange(size)), size


@given(st.integers(1, 1 << 17), st.integers(-(1 << 70), 1 << 70), st.integers(0, 1 << 40))
def test_any_seed_and_epoch_permutes(size: int, seed: int, epoch: int):
    assert np.array_equal(np.sort(order(size, seed, epoch)), np.arange(size))


def test_places_are_independent_of_how_they_are_asked_for():
    whole = order(1000, seed=3)
    assert [permuted(np.array([i]), size=1000, seed=3, epoch=0)[0] for i in range(1000)] == list(
        whole
    )
    some = np.array([999, 5, 5, 0])
    assert np.array_equal(permuted(some, size=1000, seed=3, epoch=0), whole[some])


def test_arguments_are_left_alone():
    indices = np.arange(10)
    permuted(indices, size=10, seed=0, epoch=0)
    assert np.array_equal(indices, np.arange(10))


def test_epochs_and_seeds_differ():
    orders = {tuple(order(50, seed, epoch)) for seed in range(10) for epoch in range(10)}
    assert len(orders) == 100


def one_by_one(index: int, size: int, seed: int, epoch: int) -> int:
    """The same permutation in plain integers, of one index."""
    digest = hashlib.blake2b(f"{seed} {epoch}".encode()).digest()
    bits = max(1, (size - 1).bit_length())
    low_bits = bits // 2
    while True:
        high, low = index >> low_bits, index % (1 << low_bits)
        for turn in range(8):
            key = int.from_bytes(digest[8 * turn : 8 * turn + 8], "little")
            mixed = ((high if turn % 2 else low) + key) % (1 << 64)
            mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 % (1 << 64)
            mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB % (1 << 64)
            mixed ^= mixed >> 31
            if turn % 2:
                low ^= mixed % (1 << low_bits)
            else:
                high ^= mixed % (1 << bits - low_bits)
        index = high << low_bits | low
        if index < size:
            return index


@given(st.data(), st.integers(1, 1 << 50), st.integers(), st.integers(0))
def test_the_order_never_changes(data: st.DataObject, size: int, seed: int, epoch: int):
    # A run that is resumed under a later version must find the order that it began with.
    indices = data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=8))
    images = permuted(np.array(indices), size=size, seed=seed, epoch=epoch)
    assert images.tolist() == [one_by_one(index, size, seed, epoch) for index in indices]


@pytest.mark.parametrize("size", [2, 3, 4, 7, 16, 31, 100])
def test_every_image_is_as_likely_at_every_place(size: int):
    draws = 1500
    counts = np.zeros((size, size))
    for epoch in range(draws):
        counts[np.arange(size), order(size, seed=1, epoch=epoch)] += 1
    expected = draws / size
    statistic = ((counts - expected) ** 2 / expected).sum()
    degrees = (size - 1) ** 2
    # Wilson and Hilferty: the cube root of a chi-square is close to normal.
    z = ((statistic / degrees) ** (1 / 3) - 1 + 2 / (9 * degrees)) / (2 / (9 * degrees)) ** 0.5
    assert abs(z) < 4.5


@pytest.mark.parametrize("size", [100, 1000, 1024, 1025])
def test_neighbours_are_not_correlated(size: int):
    epochs = 200
    steps = np.concatenate([np.diff(order(size, seed=5, epoch=epoch)) for epoch in range(epochs)])
    # Of two random places, one follows the other in `size - 1` of `size * (size - 1)` cases.
    expected = epochs * (size - 1) / size
    assert abs(np.count_nonzero(steps == 1) - expected) < 5 * expected**0.5
    images = order(size, seed=5)
    correlation = np.corrcoef(images[:-1], images[1:])[0, 1]
    assert abs(correlation) < 4.5 / size**0.5


def test_a_huge_size_costs_no_more():
    start = time.perf_counter()
    images = permuted(np.arange(1000), size=10**15, seed=0, epoch=0)
    assert time.perf_counter() - start < 1
    assert len(set(images.tolist())) == 1000
    assert 0 <= images.min() < images.max() < 10**15
