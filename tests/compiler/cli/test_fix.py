"""``fgc fix``: a configuration that was right, with a mistake put in, is given back to the byte."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from fgc.compiler.frontend.folders import shipped_templates
from fgc.compiler.ir.dump import dump
from fgc.compiler.pipeline import Request, run
from tests.compiler.cli.real import fgc, written

RIGHT = """\
-- extends 'base.yaml'
[globals]
-- set ns.learning_rate = 3e-4
[optimizer]
optimizer: !partial:torch.optim:AdamW
    lr: {{ ns.learning_rate }}
    weight_decay: 0.1  # decoupled
    eps: 1e-8
model: !singleton:torch.nn:Dropout {p: 0.5, inplace: true}
norm: !partial:fgc.runtime.nn:RMSNorm {hidden_size: 4}
"""
BASE = "-- set ns = namespace()\n[globals]\n[optimizer]\n"

MISTAKES = {
    "argument": ("weight_decay", "weight_deacy"),
    "argument in braces": ("inplace", "inplcae"),
    "number": ("0.1", '"0.1"'),
    "number in single quotes": ("p: 0.5", "p: '0.5'"),
    "block": ("[optimizer]", "[optimiser]"),
    "knob": ("{{ ns.learning_rate", "{{ ns.lerning_rate"),
    "tag": ("!partial:torch", "!patrial:torch"),
}


@pytest.fixture(autouse=True)
def small_pipeline() -> None:
    """In place of that of the other commands' tests: here the passes are the compiler's."""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration that is right, in a project with its base."""
    monkeypatch.chdir(tmp_path)
    files = {"meta.yaml": "name: Small\n", "templates/base.yaml": BASE, "configs/a.yaml": RIGHT}
    return written(tmp_path, files) / "configs" / "a.yaml"


def graph(config: Path) -> str:
    made = run(Request(config), until="link").build.graph
    assert made is not None
    return dump(made)


def test_there_is_nothing_to_fix(config: Path) -> None:
    result = fgc("fix", config)
    assert (result.exit_code, result.stdout) == (0, "0 fixed\n")
    assert config.read_text() == RIGHT


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake(config: Path, mistake: str, ending: str) -> None:
    right, wrong = MISTAKES[mistake]
    assert RIGHT.count(right) == 1
    whole = RIGHT.replace("\n", ending).encode()
    config.write_bytes(RIGHT.replace(right, wrong).replace("\n", ending).encode())
    assert fgc("fix", config).stdout.endswith("\n1 fixed\n")
    assert config.read_bytes() == whole
    assert fgc("check", config).exit_code == 0


def test_several_at_once_and_then_none(config: Path) -> None:
    """What stands behind a mistake comes to light when that is mended."""
    meant = graph(config)
    text = RIGHT
    for right, wrong in MISTAKES.values():
        text = text.replace(right, wrong)
    config.write_text(text)
    assert fgc("fix", config).stdout.endswith(f"\n{len(MISTAKES)} fixed\n")
    assert config.read_text() == RIGHT
    assert graph(config) == meant
    assert fgc("fix", config).stdout == "0 fixed\n"


def test_a_diff_is_a_patch_and_writes_nothing(config: Path, tmp_path: Path) -> None:
    wrong = RIGHT.replace("weight_decay", "weight_deacy").replace("inplace", "inplcae")
    config.write_text(wrong)
    patch = fgc("fix", "configs/a.yaml", "--diff").stdout
    assert config.read_text() == wrong
    assert patch.startswith("--- a/configs/a.yaml\n+++ b/configs/a.yaml\n@@ ")
    subprocess.run(["patch", "-p1", "-s"], cwd=tmp_path, input=patch, text=True, check=True)
    assert config.read_text() == RIGHT


def test_a_template_of_the_project_is_fixed_and_one_of_elsewhere_is_not(
    config: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = config.parent.parent / "templates" / "base.yaml"
    base.write_text(BASE + "[rest]\nother: !partial:torch.optim:AdamW {weight_deacy: 1.0}\n")
    assert fgc("fix", config).exit_code == 0
    assert "{weight_decay: 1.0}" in base.read_text()

    elsewhere = tmp_path_factory.mktemp("elsewhere")
    wrong = "[optimizer]\nother: !partial:torch.optim:AdamW {weight_deacy: 1.0}\n"
    (elsewhere / "base.yaml").write_text(BASE.replace("[optimizer]\n", wrong))
    base.unlink()
    meta = config.parent.parent / "meta.yaml"
    meta.write_text(f"name: Small\nsearchdir: [., {elsewhere.as_posix()}]\n")
    config.write_text("-- extends 'base.yaml'\n")
    result = fgc("fix", config)
    assert result.stdout == "0 fixed\n"
    assert "error[FGC021]" in result.stderr
    assert result.exit_code == 1
    assert "weight_deacy" in (elsewhere / "base.yaml").read_text()


def test_shipped_templates_are_never_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in shipped_templates().rglob("*.yaml")}
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("-- extends 'models/llama.yaml'\n")
    fgc("fix", "a.yaml")
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    "text",
    [
        "o: !partial:torch.optim:AdamW {{ '{weight_deacy: 1.0}' }}\n",  # computed
        "o: !partial:torch.optim:AdamW {xyz: 1.0}\n",  # like none
        "o: !partial:two.py:f {beta: 1}\n",  # like two
        "o: !partial:two.py:f {'bet1': 1}\n",  # not written as it is
    ],
)
def test_what_is_not_certain_stays(config: Path, text: str) -> None:
    written(config.parent.parent, {"two.py": "def f(*, beta1: int = 1, beta2: int = 2): ...\n"})
    config.write_text(text)
    result = fgc("fix", config)
    assert "error[FGC021]" in result.stderr
    assert (result.exit_code, result.stdout) == (1, "0 fixed\n")
    assert config.read_text() == text
