"""The learning rate over a run, for people: as a chart, and its phases in words."""

from __future__ import annotations

import textwrap
from bisect import bisect_right

from fgc.compiler.chart.braille import braille
from fgc.compiler.chart.chart import Chart, Part, Series
from fgc.compiler.chart.svg import svg
from fgc.targets.train.lr_curve import Curve

MOST_PHASES = 7  # that are told one by one
BESIDE = 18  # columns that the labels of the axes take
UNITS = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k"))


def render_curve(curve: Curve, *, width: int = 80, height: int = 12, color: bool = False) -> str:
    """The chart as text, ``width`` columns wide, and the phases; ends with a newline.

    The plot is ``height`` rows high. ``color`` adds the escapes of an ANSI terminal.
    """
    plot = braille(lr_chart(curve), width=max(width - BESIDE, 10), height=height, color=color)
    words = textwrap.wrap(phases_text(curve), width)
    return "\n".join([plot, "", *words]) + "\n"


def curve_svg(curve: Curve) -> str:
    """The chart as the text of an SVG file."""
    return svg(lr_chart(curve), height=400)


def lr_chart(curve: Curve) -> Chart:
    """The learning rate at each step, numbered in tokens too."""
    points = [(float(step), rate) for step, rate in zip(curve.steps, curve.lr, strict=True)]
    phases = curve.phases if len(curve.phases) <= MOST_PHASES else ()
    run = f"{curve.total_steps:,} steps of {curve.tokens_per_step:,} tokens"
    return Chart(
        (Series("learning rate", points),),
        title=f"Learning rate over {run}",
        x_label="steps",
        parts=tuple(Part(phase.name, phase.first, phase.last) for phase in phases),
        x_also=("tokens", curve.tokens_per_step),
        y_zero=True,
    )


def phases_text(curve: Curve) -> str:
    """The phases in words.

    For one: "warm-up to 1.2e-3 at step 98 (100k tokens), constant to step 683 (699k tokens)".
    """
    if len(curve.phases) > MOST_PHASES:
        return f"{len(curve.phases)} stretches of rise and fall"
    words: list[str] = []
    for phase in curve.phases:
        rate = "" if phase.name == "constant" else f"{rate_text(_rate_at(curve, phase.last))} at "
        tokens = count_text(phase.last * curve.tokens_per_step)
        words.append(f"{phase.name} to {rate}step {phase.last:,} ({tokens} tokens)")
    return ", ".join(words)


def rate_text(rate: float) -> str:
    """A learning rate, short.

    >>> rate_text(0.0012), rate_text(6e-5), rate_text(0.00035714), rate_text(0.0)
    ('1.2e-3', '6e-5', '3.57e-4', '0')
    """
    if rate == 0:
        return "0"
    digits, _, exponent = f"{rate:.2e}".partition("e")
    return f"{digits.rstrip('0').rstrip('.')}e{int(exponent)}"


def count_text(count: int) -> str:
    """A number of tokens, short.

    >>> count_text(977), count_text(1_000_448), count_text(300_000), count_text(5 * 10**9)
    ('977', '1M', '300k', '5B')
    """
    for size, unit in UNITS:
        if count >= size:
            number = f"{count / size:.3g}" if count < 1000 * size else f"{count / size:,.0f}"
            return f"{number}{unit}"
    return f"{count:,}"


def _rate_at(curve: Curve, step: int) -> float:
    """The learning rate at the last known step up to ``step``; a border of phases is known."""
    return curve.lr[bisect_right(curve.steps, step) - 1]
