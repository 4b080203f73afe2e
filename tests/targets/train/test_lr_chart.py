"""The learning rate as a chart in text, as a picture, and in words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from fgc.targets.train.lr_chart import MOST_PHASES, curve_svg, phases_text, render_curve
from fgc.targets.train.lr_curve import Curve, Phase

SVG = "{http://www.w3.org/2000/svg}"


def curve(
    rate: Callable[[int], float],
    total: int = 977,
    *,
    per_step: int = 1024,
    ends: tuple[int, ...] = (),
) -> Curve:
    """A curve whose phases end at ``ends``."""
    steps = tuple(range(total + 1))
    rates = tuple(rate(step) for step in steps)
    phases: list[Phase] = []
    for first, last in pairwise([0, *ends, total]):
        change = rates[last] - rates[first]
        falls = "decay" if change < 0 else "constant"
        phases.append(Phase("rise" if change > 0 else falls, first, last))
    return Curve(steps, rates, total, per_step, max(rates), 1, tuple(phases))


def trapezoid(step: int) -> float:
    return 0.0012 * min(step / 97.7, 1.0, 1.0 - 0.9 * (step - 684) / 293)


TRAPEZOID = curve(trapezoid, ends=(98, 684))
SHOWN = """\
Learning rate over 977 steps of 1,024 tokens
       │⠀⠀⠀⠀⡖⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠢⡀
0.0010 ┤⠀⠀⠀⡸┊⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀┊⠈⠢⣀
       │⠀⠀⢠⠃┊⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀┊⠀⠀⠈⠑⢄
       │⠀⠀⡎⠀┊⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀┊⠀⠀⠀⠀⠀⠑⢄
0.0005 ┤⠀⢰⠁⠀┊⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀┊⠀⠀⠀⠀⠀⠀⠀⠑⢄
       │⢀⠇⠀⠀┊⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀┊⠀⠀⠀⠀⠀⠀⠀⠀⠀⠑⢤⡀
0.0000 ┤⡜⠀⠀⠀┊⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀┊⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠉
       └┬────────────────────┬────────────────────
        0                   500                      steps
        0                  512k                      tokens

rise to 1.2e-3 at step 98 (100k tokens), constant to step
684 (700k tokens), decay to 1.2e-4 at step 977 (1M tokens)
"""


def test_as_it_looks() -> None:
    assert render_curve(TRAPEZOID, width=60, height=7) == SHOWN


def test_colour_changes_nothing_else() -> None:
    shown = render_curve(TRAPEZOID, width=60, height=7, color=True)
    assert "\x1b[" in shown
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == SHOWN


CURVES = {
    "trapezoid": TRAPEZOID,
    "zero": curve(lambda step: 0.0),
    "constant": curve(lambda step: 3e-4),
    "one step": curve(lambda step: 1.0 - step, 1),
    "below zero": curve(lambda step: 0.5 - step / 977),
    "a needle": curve(lambda step: 1.0 if step == 500 else 0.0, ends=(499, 500, 501)),
    "waves": curve(lambda step: 1 + math.sin(step / 9), ends=tuple(range(14, 970, 28))),
    "tiny": curve(lambda step: 1e-30 * step),
    "huge": curve(lambda step: 1e30 * step, 2000, per_step=4_000_000),
}


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize(("width", "height"), [(80, 12), (40, 4), (200, 40)])
def test_any_curve_fits(name: str, width: int, height: int) -> None:
    lines = render_curve(CURVES[name], width=width, height=height).splitlines()
    assert max(map(len, lines[1:])) <= width
    plot = [line for line in lines if re.match(r" *\S* [┤│]", line)]
    assert len(plot) == height
    assert any("\u2800" < letter <= "\u28ff" for letter in "".join(plot))


@pytest.mark.parametrize("name", CURVES)
def test_pictures(name: str) -> None:
    shown = curve_svg(CURVES[name])
    assert shown == curve_svg(CURVES[name])
    assert not re.search(r"nan|inf|href|script", shown)
    root = ElementTree.fromstring(shown)
    assert len(list(root.iter(f"{SVG}polyline"))) == 1


def test_what_a_picture_says() -> None:
    root = ElementTree.fromstring(curve_svg(TRAPEZOID))
    texts = {element.text for element in root.iter(f"{SVG}text")}
    assert "Learning rate over 977 steps of 1,024 tokens" in texts
    assert {"rise", "constant", "decay", "0.0012", "steps", "900", "tokens", "922k"} <= texts


def test_phases_in_words() -> None:
    assert phases_text(TRAPEZOID) == (
        "rise to 1.2e-3 at step 98 (100k tokens), constant to step 684 (700k tokens), "
        "decay to 1.2e-4 at step 977 (1M tokens)"
    )
    waves = CURVES["waves"]
    assert len(waves.phases) > MOST_PHASES
    assert phases_text(waves) == "36 stretches of rise and fall"
    assert "┊" not in render_curve(waves)
