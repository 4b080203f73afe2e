"""``fgc code``."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from fgc.targets.python.lone import lone_code
from tests.compiler.cli.real import DEMO, ROOT, fgc, written
from tests.targets.python.test_lone import BASELINE, resolved


@pytest.fixture(autouse=True)
def small_pipeline() -> None:
    """The real passes run here."""


def test_a_target_is_printed_with_what_it_needs() -> None:
    result = fgc("code", DEMO, "--target", "optimizer", "--set", "lr=0.25")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "LR = 0.25\n" in result.stdout
    assert (
        "def build_optimizer(named_parameters: Iterable[tuple[str, nn.Parameter]])" in result.stdout
    )
    assert "weight_decay=0.1" in result.stdout


def test_the_model_is_its_modeling_code() -> None:
    shown = fgc("code", DEMO, "--target", "model").stdout
    classes = {node.name for node in ast.walk(ast.parse(shown)) if isinstance(node, ast.ClassDef)}
    assert {"TinyLlamaConfig", "TinyLlamaAttention", "TinyLlamaForCausalLM"} <= classes
    assert shown.rstrip().endswith("return TinyLlamaForCausalLM(TinyLlamaConfig())")


def test_what_is_remembered_is_what_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FGC_CACHE_DIR", str(tmp_path))
    monkeypatch.chdir(ROOT)
    (fresh,) = lone_code(resolved(BASELINE), "lr_scheduler", ROOT).values()
    for _ in range(2):
        assert fgc("code", BASELINE, "--target", "lr_scheduler").stdout == fresh
    shown = fgc("code", BASELINE, "--target", "lr_scheduler", "--set", "decay_tokens=7").stdout
    assert "DECAY_TOKENS = 7\n" in shown


def test_the_code_of_a_users_module_is_read_anew(tmp_path: Path) -> None:
    config = written(tmp_path, {"a.yaml": "a: !call:net.py:Net", "net.py": ""}) / "a.yaml"
    for name in ("one", "two"):
        (tmp_path / "net.py").write_text(f"class Net:\n    {name} = 1\n")
        assert f"    {name} = 1\n" in fgc("code", config, "--target", "a").stdout


def test_written_into_a_folder_it_runs(tmp_path: Path) -> None:
    result = fgc("code", DEMO, "--target", "tokenizer", "-o", tmp_path / "out")
    assert result.stdout == f"written {(tmp_path / 'out' / 'tokenizer.py').as_posix()}\n"
    program = (
        "import sys; sys.modules['fgc'] = None\n"
        "from tokenizer import build_tokenizer\n"
        "print(build_tokenizer().decode(build_tokenizer()('In the beginning').input_ids))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path / "out", capture_output=True, text=True
    )
    assert "In the beginning" in ran.stdout, ran.stderr


def test_several_files_are_told_apart(tmp_path: Path) -> None:
    result = fgc("code", DEMO, "--target", "trainer")
    assert result.stdout.startswith('# trainer.py\n"""The `trainer` of Tiny Llama."""\n')
    assert "\n# runtime/trainer/loop.py\n" in result.stdout
    assert result.stderr.startswith("note: its names would clash in one file")
    written_files = fgc("code", DEMO, "--target", "trainer", "-o", tmp_path).stdout.splitlines()
    assert f"written {(tmp_path / 'runtime' / 'trainer' / 'loop.py').as_posix()}" in written_files
    assert (tmp_path / "runtime" / "__init__.py").exists()


def test_an_unknown_target_and_a_broken_configuration(tmp_path: Path) -> None:
    result = fgc("code", DEMO, "--target", "optimiser")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "a target with a similar name exists: `optimizer`" in result.stderr
    config = written(tmp_path, {"a.yaml": "a: !call:lne [1]"}) / "a.yaml"
    assert fgc("code", config, "--target", "a").exit_code == 1
    assert fgc("code", DEMO).exit_code == 2
