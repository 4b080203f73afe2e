"""Ticks are round, on the scale, in order, and told apart by their labels."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.chart.scale import Scale

NUMBERS = st.floats(-1e15, 1e15, allow_nan=False).map(lambda x: 0.0 if abs(x) < 1e-12 else x)
POSITIVE = st.floats(1e-12, 1e15)


@given(st.lists(NUMBERS, min_size=1), st.integers(1, 12))
def test_linear_ticks(values: list[float], count: int) -> None:
    scale = Scale.over(values)
    ticks = scale.ticks(count)
    assert 1 <= len(ticks) <= 2 * count + 2
    assert ticks == sorted(set(ticks))
    assert all(-1e-6 <= scale.share(tick) <= 1 + 1e-6 for tick in ticks)
    assert len(set(scale.labels(ticks))) == len(ticks)


@given(st.lists(POSITIVE, min_size=1), st.integers(2, 12))
def test_logarithmic_ticks(values: list[float], count: int) -> None:
    scale = Scale.over(values, log=True)
    ticks = scale.ticks(count)
    assert ticks == sorted(set(ticks))
    assert ticks
    assert all(-1e-6 <= scale.share(tick) <= 1 + 1e-6 for tick in ticks)
    assert len(set(scale.labels(ticks))) == len(ticks)


@given(st.lists(NUMBERS, min_size=1))
def test_every_value_is_on_its_scale(values: list[float]) -> None:
    scale = Scale.over(values, margin=0.04)
    shares = [scale.share(value) for value in values]
    assert all(0 <= share <= 1 for share in shares)
    ascending = [scale.share(value) for value in sorted(values)]
    assert ascending == sorted(ascending)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 977, ["0", "200", "400", "600", "800"]),
        (0, 1_000_000, ["0", "0.2M", "0.4M", "0.6M", "0.8M", "1.0M"]),
        (0, 5e9, ["0", "1B", "2B", "3B", "4B", "5B"]),
        (0, 80_000, ["0", "20k", "40k", "60k", "80k"]),
        (0, 5_000, ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]),
        (0, 5e10, ["0", "10B", "20B", "30B", "40B", "50B"]),
        (0, 1.2e-3, ["0.0000", "0.0002", "0.0004", "0.0006", "0.0008", "0.0010", "0.0012"]),
        (0, 3e-5, ["0", "5e-6", "1e-5", "1.5e-5", "2e-5", "2.5e-5", "3e-5"]),
        (3.98, 4.02, ["3.98", "3.99", "4.00", "4.01", "4.02"]),
        (-2, 3, ["-2", "-1", "0", "1", "2", "3"]),
    ],
)
def test_labels(low: float, high: float, labels: list[str]) -> None:
    scale = Scale(low, high)
    assert scale.labels(scale.ticks(5)) == labels


def test_a_constant_has_a_scale_around_it() -> None:
    assert Scale.over([5.0, 5.0]).share(5.0) == 0.5
    assert math.isclose(Scale.over([1e-4], log=True).share(1e-4), 0.5)
