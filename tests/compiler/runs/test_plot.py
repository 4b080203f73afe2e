"""What is drawn of runs, before anything draws it."""

from __future__ import annotations

import pytest

from fgc.compiler.runs.log import RunLog, read_log
from fgc.compiler.runs.plot import charts, smoothed
from tests.compiler.runs.conftest import Write


@pytest.fixture
def logs(write: Write) -> list[RunLog]:
    folders = (write("a"), write("b", start=6.0, steps=60))
    return [read_log(folder / "output" / "metrics.jsonl") for folder in folders]


def test_one_run_has_a_colour_for_each_metric(logs: list[RunLog]) -> None:
    (chart,) = charts(logs[:1], ["Tiny"], ["loss", "eval_loss"])
    assert (chart.title, chart.x_label, chart.y_label) == ("Tiny", "step", "loss (nats per token)")
    assert [(s.label, s.color, s.style) for s in chart.series] == [
        ("training", 0, "line"),
        ("held out", 1, "points"),
    ]
    assert chart.series[0].points == logs[0].values("loss")


def test_several_runs_have_a_colour_each(logs: list[RunLog]) -> None:
    (chart,) = charts(logs, ["A", "B"], ["loss", "eval_loss"], smooth=True)
    assert [(s.label, s.color, s.style) for s in chart.series] == [
        ("A, training", 0, "faint"),
        ("A, training", 0, "line"),
        ("A, held out", 0, "points"),
        ("B, training", 1, "faint"),
        ("B, training", 1, "line"),
        ("B, held out", 1, "points"),
    ]
    (alone,) = charts(logs, ["A", "B"], ["eval_loss"])
    assert [series.label for series in alone.series] == ["A", "B"]


def test_each_unit_has_a_chart_of_its_own(logs: list[RunLog]) -> None:
    found = charts(logs, ["A", "B"], ["eval_loss", "learning_rate", "loss", "missing"], log=True)
    assert [chart.y_label for chart in found] == ["loss (nats per token)", "learning rate"]
    assert all(chart.y_log for chart in found)


@pytest.mark.parametrize(
    ("x", "label", "last"),
    [("step", "step", 100), ("tokens", "tokens", 1e5), ("time", "seconds", 50)],
)
def test_the_axis(logs: list[RunLog], x: str, label: str, last: float) -> None:
    (chart,) = charts(logs, ["A", "B"], ["loss"], x=x)
    assert chart.x_label == label
    assert chart.series[0].points[-1][0] == last


def test_long_runs_are_in_hours(write: Write) -> None:
    folder = write()
    file = folder / "output" / "metrics.jsonl"
    file.write_text(file.read_text().replace('"seconds": 50.0', '"seconds": 36000.0'))
    (chart,) = charts([read_log(file)], ["A"], ["loss"], x="time")
    assert chart.x_label == "hours"
    assert chart.series[0].points[-1][0] == 10.0


def test_smoothing_keeps_ends_and_straight_lines() -> None:
    line = [(float(x), 2.0 * x) for x in range(100)]
    assert [y for _, y in smoothed(line)] == pytest.approx([y for _, y in line])
    noise = [y for _, y in smoothed([(float(x), float(x % 2)) for x in range(200)])]
    assert noise[0] == 0.0
    assert max(noise[20:-20]) - min(noise[20:-20]) < 0.2
