"""``fgc logs``, as a person uses it."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fgc.compiler.cli.main import cli
from tests.compiler.runs.conftest import Write
from tests.compiler.runs.conftest import write as write


def logs(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(cli, ["logs", *map(str, arguments)], env=environment)


def test_one_run_is_a_list(write: Write, tmp_path: Path) -> None:
    write()
    result = logs("summary", tmp_path / "run")
    assert result.exit_code == 0
    assert result.output == (
        "run           Tiny Llama\n"
        "status        finished\n"
        "steps         100/100\n"
        "tokens        100,000\n"
        "time          0:00:50\n"
        "loss          2.667 (best 2.667)\n"
        "held-out loss 2.917 (best 2.917)\n"
        "tokens/s      2,000\n"
        f"metrics       {tmp_path}/run/output/metrics.jsonl\n"
    )


def test_several_runs_are_a_table(write: Write, tmp_path: Path) -> None:
    write("a")
    write("b", run="Other | run\x1b[31m", steps=15, end="failed", start=6.0)
    result = logs("summary", tmp_path)
    head, first, second = result.output.splitlines()
    assert " ".join(head.split()) == (
        "run status steps tokens time loss best held out best held out tokens/s metrics"
    )
    assert first.startswith("Tiny Llama        finished  100/100  100,000  0:00:50  2.667")
    assert second.startswith("Other | run [31m  failed")
    assert "4.615  4.615" in second
    columns = [line.index("/metrics.jsonl") - len(line) for line in (first, second)]
    assert columns[0] == columns[1]
    table = logs("summary", "--format", "md", tmp_path).output.splitlines()
    assert {line.count(" | ") for line in table[:3]} == {10}
    assert table[3].startswith("| Other \\| run [31m | failed |")
    one, two = logs("summary", "--format", "line", tmp_path).output.splitlines()
    assert one == (
        "Tiny Llama: finished, 100/100 steps, 100,000 tokens in 0:00:50, loss 2.667 (best 2.667), "
        f"held-out 2.917 (best 2.917), 2,000 tokens/s, {tmp_path}/a/output/metrics.jsonl"
    )
    assert "held-out" not in two


def test_json_has_what_is_missing_as_null(write: Write, tmp_path: Path) -> None:
    write(steps=3, end="failed")
    (run,) = json.loads(logs("summary", "--format", "json", tmp_path).output)
    assert (run["step"], run["total_steps"], run["loss"], run["status"]) == (3, 100, None, "failed")
    assert "eval_loss" in run


def test_a_run_is_named_once_however_it_is_given(write: Write, tmp_path: Path) -> None:
    folder = write()
    result = logs("summary", "--format", "line", folder, folder / "output", tmp_path)
    assert len(result.output.splitlines()) == 1


def test_a_plot_in_the_terminal(write: Write) -> None:
    result = logs("plot", write(), COLUMNS="80")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[:2] == ["Tiny Llama", "loss (nats per token)"]
    assert lines[-1].endswith("  step")
    assert " training" in result.output
    assert all(len(line) <= 80 for line in lines)
    assert "\x1b" not in result.output


def test_two_units_are_two_charts(write: Write) -> None:
    result = logs("plot", write(), "--metrics", "loss,learning_rate", "--smooth")
    assert "\n\nTiny Llama\nlearning rate\n" in result.output


@pytest.mark.parametrize("metrics", ["loss,eval_loss", "loss,learning_rate,tokens_per_second"])
def test_a_picture_as_svg(write: Write, tmp_path: Path, metrics: str) -> None:
    write("a")
    write("b", run="</svg><b>")
    out = tmp_path / "loss.svg"
    result = logs("plot", tmp_path, "-o", out, "--metrics", metrics, "--x", "tokens", "--smooth")
    assert result.output == f"wrote {out}\n"
    first = out.read_bytes()
    shown = {text.text for text in ET.fromstring(first).iter("{http://www.w3.org/2000/svg}text")}
    assert {"tokens", "loss (nats per token)"} <= shown
    assert any((text or "").startswith("</svg><b>") for text in shown)
    logs("plot", tmp_path, "-o", out, "--metrics", metrics, "--x", "tokens", "--smooth")
    assert out.read_bytes() == first


def test_a_picture_as_png(write: Write, tmp_path: Path) -> None:
    write("a")
    write("b", run="$\\bad & <run>")
    out = tmp_path / "loss.png"
    result = logs("plot", tmp_path, "-o", out, "--metrics", "loss,learning_rate", "--log")
    assert result.exit_code == 0, result.output
    picture = out.read_bytes()
    assert picture.startswith(b"\x89PNG")
    height = int.from_bytes(picture[20:24], "big")
    logs("plot", tmp_path, "-o", out)
    assert int.from_bytes(out.read_bytes()[20:24], "big") == height / 2


def test_a_png_where_there_is_no_matplotlib(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
    result = logs("plot", write(), "-o", tmp_path / "loss.png")
    assert result.exit_code == 2
    assert "pip install matplotlib" in result.output
    assert not (tmp_path / "loss.png").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["summary", "{}/nothing"], "nothing' does not exist"),
        (["summary", "{}"], "has no metrics.jsonl: no run has begun there"),
        (["summary"], "Missing argument 'RUN...'"),
        (["plot", "{}/run", "-o", "a.pdf"], "`a.pdf` is neither an .svg nor a .png"),
        (["plot", "{}/run", "--metrics", "los"], "no run has measured `los`; there is `loss`"),
        (["plot", "{}/begun"], "nothing has been measured yet"),
        (["plot", "{}/run", "-o", "{}/no/such.svg"], "cannot be written"),
    ],
)
def test_mistakes(write: Write, tmp_path: Path, arguments: list[str], message: str) -> None:
    base = tmp_path / "base"
    base.mkdir()
    write("base/elsewhere/run")
    write("base/elsewhere/begun", steps=0, end=None)
    # a folder above those of runs is one too far
    paths = [text.format(base if text == "{}" else base / "elsewhere") for text in arguments]
    result = logs(*paths)
    assert result.exit_code == 2, result.output
    assert message in result.output


def test_nothing_heavy_is_imported(write: Write, tmp_path: Path) -> None:
    write()
    code = (
        "import sys; from fgc.compiler.cli.main import cli\n"
        "for arguments in (['summary', sys.argv[1]], ['plot', sys.argv[1], '-o', sys.argv[2]]):\n"
        "    cli(['logs', *arguments], standalone_mode=False)\n"
        "heavy = {'torch', 'numpy', 'matplotlib', 'transformers', 'jinja2', 'yaml', 'libcst'}\n"
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path, tmp_path / "loss.svg"], check=True)
