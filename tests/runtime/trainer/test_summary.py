"""What a person sees of a run."""

import io
import sys
import xml.etree.ElementTree as ET

import pytest

from fgc.runtime.trainer.curve import draw, save_picture, smoothed
from fgc.runtime.trainer.progress_bar import ProgressBar
from fgc.runtime.trainer.summary import print_summary

SVG = "{http://www.w3.org/2000/svg}"


def test_a_curve_goes_from_corner_to_corner() -> None:
    lines = draw(([0, 10], [5.0, 1.0]), width=10, height=4).splitlines()
    assert lines[0].startswith("  5.000 │")
    assert lines[3].startswith("  1.000 │")
    assert lines[5].split() == ["0", "10"]
    cells = [line[9:] for line in lines[:4]]
    assert cells[0][0] != "\u2800"
    assert cells[3].rstrip("\u2800")[-1] == cells[3][9]
    # 20 columns of dots, one in each
    assert sum((ord(cell) - 0x2800).bit_count() for cell in "".join(cells)) == 20


def test_a_curve_of_equal_values_is_a_line() -> None:
    lines = draw(([3, 5], [2.0, 2.0]), width=4, height=2).splitlines()
    assert lines[0] == "  2.000 │" + "\u2809" * 4


def test_the_summary_has_results_curve_and_picture(small_run, capsys) -> None:
    run = small_run()
    run.train()
    capsys.readouterr()
    print_summary(run.output, run.checkpoints)
    shown = capsys.readouterr().out
    records = run.metrics()
    assert f"loss          {records[-1]['loss']:.4f}" in shown
    assert f"held-out loss {records[-2]['eval_loss']:.4f}" in shown
    assert str(run.checkpoints / "step-00000012") in shown
    picture = ET.fromstring((run.output / "loss.svg").read_text())
    written = {"".join(text.itertext()).strip() for text in picture.iter(f"{SVG}text")}
    assert {"A small run", "training", "held out", "loss (nats per token)"} <= written
    assert "to go on" not in shown


def test_a_picture_is_the_same_bytes_for_the_same_numbers(tmp_path) -> None:
    steps = list(range(0, 1000, 10))
    losses = ([3 + 5 / (1 + step / 50) for step in steps], [3.5, 3.2])
    pictures = []
    for name in ("a.svg", "b.svg"):
        save_picture(
            tmp_path / name,
            "$\\losses$ & <rates>",
            (steps, losses[0]),
            ([500, 990], losses[1]),
            (steps, [1e-3] * len(steps)),
        )
        pictures.append((tmp_path / name).read_bytes())
    assert pictures[0] == pictures[1]
    ET.fromstring(pictures[0])


def test_smoothing_keeps_ends_and_straight_lines() -> None:
    line = [2.0 * step for step in range(200)]
    assert smoothed(line) == pytest.approx(line)
    noise = [float(step % 2) for step in range(200)]
    middle = smoothed(noise)[20:-20]
    assert max(middle) - min(middle) < 0.2


def test_a_run_that_ends_where_it_began_has_no_checkpoint(small_run, capsys) -> None:
    """Losses that the checkpoint holds are told, and no step is taken."""
    other = small_run("other")
    other.train(6, save_steps=3)
    run = small_run()
    run.resume(str(other.checkpoints / "step-00000006"))
    run.train(6)
    capsys.readouterr()
    print_summary(run.output, run.checkpoints)
    shown = capsys.readouterr().out
    assert "steps         6 of 12" in shown
    assert "checkpoint" not in shown


def test_one_point_is_no_curve(small_run, capsys) -> None:
    run = small_run()
    run.train(3)
    capsys.readouterr()
    print_summary(run.output, run.checkpoints)
    shown = capsys.readouterr().out
    assert "loss          4." in shown
    assert "│" not in shown
    assert "\ncurve" not in shown
    assert not (run.output / "loss.svg").exists()


def test_a_run_that_was_stopped_says_how_to_go_on(small_run, monkeypatch, capsys) -> None:
    run = small_run()
    run.train(5)
    command = ["run/train.py", "--max-steps", "5", "--output-dir", "my runs", "--resume=auto"]
    monkeypatch.setattr(sys, "argv", command)
    print_summary(run.output, run.checkpoints)
    assert capsys.readouterr().out.endswith(
        "\nstopped after step 5 of 12; to go on:\n  python run/train.py --output-dir 'my runs'\n"
    )


def test_an_output_without_unicode_gets_the_results(small_run, monkeypatch) -> None:
    run = small_run()
    run.train()
    shown = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", shown)
    print_summary(run.output, run.checkpoints)
    shown.seek(0)
    assert "held-out loss" in shown.read()
    assert (run.output / "loss.svg").exists()


def test_a_terminal_that_cannot_redraw_gets_plain_lines(monkeypatch, capsys) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    with ProgressBar(2, 4) as bar:
        bar.advance()
        bar.show({"step": 3, "loss": 2.5})
    assert capsys.readouterr().out == "step 3/4  loss 2.500\n"


def test_plain_lines_where_there_is_no_terminal(small_run, capsys) -> None:
    run = small_run()
    run.train(5)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("step 4/5  held-out loss 4.")
    assert lines[1].startswith("step 5/5  loss 4.")
    assert lines[1].endswith("tokens/s  0:00:00 left")
    assert all(line.isprintable() for line in lines)


def test_a_bar_where_there_is_one(monkeypatch, capsys) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with ProgressBar(2, 4) as bar:
        bar.advance()
        bar.show({"step": 3, "loss": 2.5, "tokens_per_second": 1234.5})
        bar.show({"step": 3, "eval_loss": 2.25})
    shown = capsys.readouterr().out
    assert "loss 2.500  1,234 tokens/s" in shown
    assert "held-out loss 2.250" in shown
    assert "3/4" in shown
