"""The learning rate as a chart in text and as a picture."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fgc.targets.train.lr_axes import MOST_BORDERS, borders, rate_at, round_rates, round_steps
from fgc.targets.train.lr_curve import Curve, Phase
from fgc.targets.train.lr_plot import render_curve
from fgc.targets.train.lr_svg import HEIGHT, WIDTH, curve_svg

SVG = "{http://www.w3.org/2000/svg}"


def curve(
    rate: Callable[[int], float],
    total: int = 977,
    *,
    per_step: int = 1024,
    ends: tuple[int, ...] = (),
) -> Curve:
    steps = tuple(range(total + 1))
    marks = [0, *ends, total]
    names = ("warm-up", "constant", "decay", "rise")
    phases = tuple(
        Phase(names[index % 4], first, last)  # type: ignore[arg-type]
        for index, (first, last) in enumerate(pairwise(marks))
    )
    rates = tuple(rate(step) for step in steps)
    return Curve(steps, rates, total, per_step, max(rates), 1, phases)


def trapezoid(step: int) -> float:
    return 0.0012 * min(step / 97.7, 1.0, 1.0 - 0.9 * (step - 684) / 293)


TRAPEZOID = curve(trapezoid, ends=(98, 683))
SHOWN = """\
learning rate                      977 steps of 1,024 tokens
1.2e-3 ┤    ⢀⠎⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠑⠢⡀
       │    ⡜┊                              ┊ ⠈⠒⢄
       │   ⡰⠁┊                              ┊    ⠑⠢⡀
  6e-4 ┤  ⢠⠃ ┊                              ┊      ⠈⠑⢄
       │ ⢀⠎  ┊                              ┊         ⠉⠢⡀
       │ ⡜   ┊                              ┊           ⠈⠑⢄
     0 ┤⡸    ┊                              ┊              ⠉
       └┬─────────────────────────┬────────────────────────┬
 steps  0                        500                     977
tokens  0                       512K                      1M
warm-up to 1.2e-3 at step 98 (100K tokens), constant to step
683 (699K tokens), decay to 1.2e-4 at step 977 (1M tokens)
"""


def test_as_it_looks() -> None:
    assert render_curve(TRAPEZOID, width=60, height=7) == SHOWN


def test_colour_changes_nothing_else() -> None:
    shown = render_curve(TRAPEZOID, width=60, height=7, color=True)
    assert "\x1b[36m⠎\x1b[0m" in shown
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == SHOWN


CURVES = {
    "trapezoid": TRAPEZOID,
    "zero": curve(lambda step: 0.0),
    "constant": curve(lambda step: 3e-4),
    "one step": curve(lambda step: 1.0 - step, 1),
    "below zero": curve(lambda step: 0.5 - step / 977),
    "a needle": curve(lambda step: 1.0 if step == 500 else 0.0, ends=(499, 501)),
    "waves": curve(lambda step: 1 + math.sin(step / 9), ends=tuple(range(14, 970, 28))),
    "tiny": curve(lambda step: 1e-30 * step),
    "huge": curve(lambda step: 1e30 * step, 2000, per_step=4_000_000),
}


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize(("width", "height"), [(80, 12), (40, 2), (20, 5), (200, 40)])
def test_any_curve_fits(name: str, width: int, height: int) -> None:
    lines = render_curve(CURVES[name], width=width, height=height).splitlines()
    plot = [line for line in lines if re.match(r" *\S* [┤│]", line)]
    assert len(plot) == height
    assert max(map(len, plot)) <= width
    drawn = "".join(plot)
    assert any("\u2800" < letter <= "\u28ff" for letter in drawn)


@pytest.mark.parametrize("name", CURVES)
def test_the_line_has_no_gaps(name: str) -> None:
    """Each column has a dot, and beside each column the next begins where it ends."""
    lines = render_curve(CURVES[name], width=80, height=12).splitlines()
    plot = [line for line in lines if re.match(r" *\S* [┤│]", line)]
    start = plot[0].index("┤") + 1
    columns: list[set[int]] = [set() for _ in range(2 * (80 - start))]
    for row, line in enumerate(plot):
        for column, letter in enumerate(line[start:]):
            if "\u2800" <= letter <= "\u28ff":
                for dot, bit in enumerate((0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80)):
                    if (ord(letter) - 0x2800) & bit:
                        columns[2 * column + dot // 4].add(4 * row + dot % 4)
    for left, right in pairwise(columns):
        assert left
        assert right
        assert min(right) - 1 <= max(left)
        assert min(left) - 1 <= max(right)


@pytest.mark.parametrize("name", CURVES)
def test_pictures(name: str) -> None:
    shown = curve_svg(CURVES[name])
    assert shown == curve_svg(CURVES[name])
    assert "href" not in shown
    assert "script" not in shown
    assert not re.search(r"nan|inf", shown)
    root = ElementTree.fromstring(shown)
    (line,) = root.iter(f"{SVG}polyline")
    points = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert [x for x, _ in points] == sorted(x for x, _ in points)


def test_what_a_picture_says() -> None:
    root = ElementTree.fromstring(curve_svg(TRAPEZOID))
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert {"Learning rate", "977 steps of 1,024 tokens", "warm-up", "constant", "decay"} <= {
        *texts
    }
    assert {"1.2e-3", "8e-4", "4e-4", "200", "205K", "977", "1M"} <= {*texts}
    assert len([e for e in root.iter(f"{SVG}line") if e.attrib["class"] == "border"]) == 2
    (title,) = root.iter(f"{SVG}title")
    assert title.text is not None
    assert title.text.startswith("Learning rate: warm-up to 1.2e-3 at step 98 (100K tokens), const")
    # straight lines are made of their ends
    (line,) = root.iter(f"{SVG}polyline")
    assert len(line.attrib["points"].split()) < 10


def test_many_phases_are_not_marked() -> None:
    waves = CURVES["waves"]
    assert len(waves.phases) > MOST_BORDERS
    assert borders(waves) == ()
    assert "┊" not in render_curve(waves)
    assert "36 stretches of rise and fall" in render_curve(waves)


def test_between_the_known_steps_lies_a_straight_line() -> None:
    few = Curve((0, 10, 40), (0.0, 1.0, 0.25), 40, 1, 1.0, 1, (Phase("warm-up", 0, 40),))
    assert [rate_at(few, step) for step in (0, 5, 10, 20, 40)] == [0.0, 0.5, 1.0, 0.75, 0.25]


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(st.floats(1e-30, 1e30))
def test_round_rates(top: float) -> None:
    marks = round_rates(top)
    assert 3 <= len(marks) <= 5
    assert marks[0] == 0
    assert 0.45 * top <= marks[-1] <= 1.005 * top
    distances = [after - before for before, after in pairwise(marks)]
    assert max(distances) == pytest.approx(min(distances))


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(st.integers(1, 10**15), st.integers(1, 20))
def test_round_steps(total: int, count: int) -> None:
    marks = round_steps(total, count)
    assert marks[0] == 0
    assert len(marks) <= count
    assert marks[-1] <= total
    assert re.fullmatch("[125]0*", str(marks[1])) if len(marks) > 1 else True
