"""A chart as SVG: well formed whatever its labels say, within its frame, and of few bytes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given

from fgc.compiler.chart.chart import Chart, Part, Series
from fgc.compiler.chart.svg import svg
from tests.compiler.chart.test_braille import CHARTS

NS = "{http://www.w3.org/2000/svg}"


def texts(document: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(document).iter(f"{NS}text")]


def test_lines_axes_and_legend() -> None:
    loss = [(float(step), 8.0 - step / 20) for step in range(0, 101, 10)]
    chart = Chart(
        (
            Series("training", loss, "faint", 0),
            Series("training", loss, color=0),
            Series("held out", loss[::5], "points", 1),
        ),
        title="Tiny Llama",
        x_label="step",
        y_label="loss",
    )
    document = svg(chart)
    assert document == svg(chart)
    shown = texts(document)
    assert shown[:3] == ["Tiny Llama", "training", "held out"]
    assert shown[-2:] == ["step", "loss"]
    assert {"0", "20", "40", "60", "80", "100"} <= set(shown)
    root = ET.fromstring(document)
    lines = list(root.iter(f"{NS}polyline"))
    assert [line.get("opacity") for line in lines] == [None, None, "0.3", None, None]
    assert lines[2].get("stroke") == lines[3].get("stroke") != lines[4].get("stroke")
    assert len(list(root.iter(f"{NS}circle"))) == 1 + 3


def test_labels_are_text_and_no_markup() -> None:
    hostile = '</text><script>alert("&amp;")</script>\x00\x1b[31m\ud800'
    chart = Chart(
        (Series(hostile, [(0, 1), (1, 2)]), Series("b", [(0, 1)])),
        title=hostile,
        x_label=hostile,
        y_label=hostile,
    )
    document = svg(chart)
    document.encode()
    root = ET.fromstring(document)
    assert {element.tag.removeprefix(NS) for element in root.iter()} <= {
        *("svg", "g", "rect", "text", "line", "polyline", "circle"),
    }
    shown = '</text><script>alert("&amp;")</script>  [31m '
    assert texts(document).count(shown) == 4


def test_parts_of_the_axis_and_a_second_unit() -> None:
    chart = Chart(
        (Series("rate", [(0.0, 0.0), (50.0, 6.0), (200.0, 3.0)]),),
        x_label="steps",
        parts=(Part("rise", 0, 50), Part("a name too long for it", 50, 52), Part("fall", 52, 300)),
        x_also=("tokens", 1024),
        y_zero=True,
    )
    shown = texts(svg(chart))
    assert {"rise", "fall", "steps", "tokens", "100", "102.4k"} <= set(shown)
    assert "a name too long for it" not in shown
    root = ET.fromstring(svg(chart))
    dotted = [line for line in root.iter(f"{NS}line") if line.get("stroke-dasharray")]
    assert len(dotted) == 2
    axis = max(float(line.get("y1", 0)) for line in root.iter(f"{NS}line") if line not in dotted)
    (rate,) = root.iter(f"{NS}polyline")
    start = rate.get("points", "").split()[0]
    assert float(start.split(",")[1]) == axis  # which is at zero


@given(CHARTS)
def test_any_chart_is_well_formed_and_inside_its_frame(chart: Chart) -> None:
    root = ET.fromstring(svg(chart).encode())
    for line in root.iter(f"{NS}polyline"):
        for pair in (line.get("points") or "").split():
            x, y = map(float, pair.split(","))
            assert 0 <= y <= 480
            assert 0 <= x <= 820


def test_a_long_run_is_a_small_picture() -> None:
    points = [(float(step), float(step % 97)) for step in range(200_000)]
    assert len(svg(Chart((Series("loss", points),)))) < 60_000
