"""A chart as text: dots where the values are, and nothing that would steer a terminal."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.chart.braille import braille
from fgc.compiler.chart.chart import Chart, Part, Series

VALUES = st.floats(width=64) | st.floats(-10, 10)
POINTS = st.lists(VALUES).map(lambda ys: [(float(x), y) for x, y in enumerate(ys)])
CHARTS = st.builds(
    Chart,
    st.lists(
        st.builds(Series, st.text(), POINTS, st.sampled_from(["line", "faint", "points"])),
        max_size=4,
    ).map(tuple),
    title=st.text(max_size=20),
    x_label=st.text(max_size=20),
    y_label=st.text(max_size=20),
    x_log=st.booleans(),
    y_log=st.booleans(),
    parts=st.lists(st.builds(Part, st.text(max_size=20), VALUES, VALUES), max_size=4).map(tuple),
    x_also=st.none() | st.tuples(st.text(max_size=20), st.floats(1e-6, 1e9)),
    y_zero=st.booleans(),
)


def test_a_falling_line() -> None:
    points = [(0.0, 8.0), (50.0, 2.0), (100.0, 0.0)]
    chart = Chart((Series("loss", points),), x_label="step", y_label="nats")
    assert braille(chart, width=20, height=5).splitlines() == [
        "nats",
        "  │⠢⢄",
        "5 ┤⠀⠀⠉⠢⢄",
        "  │⠀⠀⠀⠀⠀⠉⠒⢄⡀",
        "  │⠀⠀⠀⠀⠀⠀⠀⠀⠈⠒⠤⢄⣀⣀",
        "0 ┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠉⠉⠒⠒⠢⠤",
        "  └┬─────────┬────────┬",
        "   0        50       100  step",
    ]


@pytest.mark.parametrize("ends", [(5.0, 5.1), (5.1, 5.0), (8.0, 7.99), (7.99, 8.0)])
def test_labels_of_ends_that_share_a_row_are_in_their_order(ends: tuple[float, float]) -> None:
    series = (Series(f"to {end}", ((0, 8.0), (1, 6.0), (2, end))) for end in ends)
    text = braille(Chart((*series, Series("low", ((0, 8.0), (2, 4.9))))), height=6)
    lower, higher = sorted(ends)
    assert text.index(f"to {higher}") < text.index(f"to {lower}") < text.index("low")


def test_several_have_their_labels_at_their_ends_and_gaps_stay_open() -> None:
    gap = [(0.0, 1.0), (50.0, math.nan), (60.0, 1.0), (100.0, 2.0)]
    chart = Chart((Series("a", [(0.0, 8.0), (100.0, 2.0)]), Series("b", gap)))
    text = braille(chart, width=20, height=5)
    assert text.splitlines() == [
        "  │⠒⠤⣀⡀",
        "  │⠀⠀⠀⠈⠉⠒⠤⢄⡀",
        "5 ┤⠀⠀⠀⠀⠀⠀⠀⠀⠈⠉⠒⠢⢄⣀",
        "  │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠉⠒⠢⠤⣀⠀ a",
        "  │⠄⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠠⠤⠤⠒⠒⠒⠊⠉⠉ b",
        "  └┬─────────┬────────┬",
        "   0        50       100",
    ]
    colored = braille(chart, width=20, height=5, color=True)
    assert "\x1b[31mb\x1b[0m" in colored
    assert re.sub(r"\x1b\[\d+m", "", colored) == text


def test_parts_of_the_axis_and_a_second_unit() -> None:
    points = [(0.0, 0.0), (50.0, 6.0), (150.0, 6.0), (200.0, 3.0)]
    parts = (Part("up", 0, 50), Part("flat", 50, 150), Part("down", 150, 200))
    chart = Chart((Series("rate", points),), x_label="steps", parts=parts, y_zero=True)
    text = braille(chart, width=20, height=5)
    assert text.splitlines() == [
        "6 ┤⠀⠀⠀⠀⢠⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⢄",
        "4 ┤⠀⠀⠀⢠⠃┊⠀⠀⠀⠀⠀⠀⠀⠀┊⠀⠑⠤⡀",
        "  │⠀⠀⡠⠃⠀┊⠀⠀⠀⠀⠀⠀⠀⠀┊⠀⠀⠀⠈⠢",
        "2 ┤⠀⡰⠁⠀⠀┊⠀⠀⠀⠀⠀⠀⠀⠀┊",
        "0 ┤⡰⠁⠀⠀⠀┊⠀⠀⠀⠀⠀⠀⠀⠀┊",
        "  └┬─────────┬────────┬",
        "   0        100      200  steps",
    ]
    both = braille(replace(chart, x_also=("tokens", 1024)), width=20, height=5)
    assert both.splitlines()[:-1] == text.splitlines()
    assert both.splitlines()[-1] == "   0       102k     205k  tokens"


@given(CHARTS, st.integers(8, 80), st.integers(2, 20))
def test_any_chart_is_of_its_size_and_plain(chart: Chart, width: int, height: int) -> None:
    lines = braille(chart, width=width, height=height).split("\n")
    numbered = 1 if chart.x_also is None else 2
    assert len(lines) == height + 1 + numbered + bool(chart.title) + bool(chart.y_label)
    assert all(line.isprintable() for line in lines)
    drawn = any(0x2800 < ord(character) < 0x2900 for line in lines for character in line)
    labels = "".join(series.label for series in chart.series) + chart.title + chart.y_label
    labels += chart.x_label + ("" if chart.x_also is None else chart.x_also[0])
    hidden = any(0x2800 <= ord(character) < 0x2900 for character in labels)
    assert drawn == any(chart.runs(series) for series in chart.series) or hidden


def test_every_record_of_a_long_run_leaves_its_dot() -> None:
    """A spike of one step among a million is seen."""
    points = [(float(step), 9.0 if step == 123_456 else 1.0) for step in range(1_000_000)]
    top = braille(Chart((Series("loss", points),)), width=40, height=6).split("\n")[0]
    assert sum(0x2800 < ord(character) < 0x2900 for character in top) == 1
