"""A field of a model's configuration is checked where `!var` leads, and told where it was given."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.compiler.cli.real import DEMO, fgc, written

OWN = "-- extends 'configs/baseline.yaml'\n[globals]\n== super()\n"


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "demo"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("runs", "out*"))
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("knob", "value", "said"),
    [
        ("num_hidden_layers", '"two"', '`fgc.runtime.nn.Decoder` takes no text `"two"`'),
        ("hidden_size", "4.5", "takes no float `4.5` for `hidden_size`"),
        ("head_dim", "64.0", "takes no float `64.0` for `head_dim`"),
        ("rope_theta", "'10000'", 'takes no text `"10000"` for `theta`'),
        ("mlp_bias", "1", "takes no int `1` for `bias`"),
    ],
)
def test_told_at_the_knob(demo: Path, knob: str, value: str, said: str) -> None:
    (demo / "configs" / "own.yaml").write_text(f"{OWN}-- set ns.{knob} = {value}\n")
    found = fgc("check", "configs/own.yaml").stdout
    assert said in found
    assert re.search(rf"\n *--> configs/own.yaml:4:11\n *\|\n *4 \| -- set ns\.{knob} =", found)
    assert f"`!var {knob}` gives it to this argument" in found
    assert found.endswith("1 configuration: 1 error\n")


def test_the_value_of_a_variable_from_outside_and_its_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "main: !singleton:torch.nn:Dropout\n    p: !var {name: share, default: half}\n"
    written(tmp_path, {"config.yaml": text})
    found = fgc("check", "config.yaml").stdout
    assert found.startswith(
        'error[FGC026]: `torch.nn.Dropout` takes no text `"half"` for `p`\n --> config.yaml:2:36\n'
    )
    assert "`!var share` gives it to this argument" in found
    passes = ("build", "config.yaml", "--print-after", "check", "--set")
    assert fgc(*passes, "share=0.5").exit_code == 0
    assert 'takes no text `"most"` for `p`' in fgc(*passes, "share=most").stderr


def test_a_launch_option_may_be_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = """\
        launch_args:
            share: {type: float, default: 0.5}
        main: !singleton:torch.nn:Dropout
            p: !var {name: share, default: half}
    """
    written(tmp_path, {"config.yaml": text})
    assert "FGC026" not in fgc("check", "config.yaml").stdout
