"""``fgc trefs``."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.compiler.cli.real import DEMO, ROOT, fgc, written
from tests.compiler.views.pictures import read_dot, read_mermaid


@pytest.fixture(autouse=True)
def small_pipeline() -> None:
    """The real passes run here."""


def test_the_demo() -> None:
    result = fgc("trefs", "-p", DEMO, "-t", "post_norm")
    assert (result.exit_code, result.stderr) == (0, "")
    llama = (ROOT / "templates" / "models" / "llama.yaml").read_text().splitlines()
    line = llama.index("    [layer_factory]") + 1
    assert result.stdout.startswith(dedent(f"""\
        configs/post_norm.yaml
        ├─ adds to   config_metadata  configs/baseline.yaml:4
        ├─ replaces  layer_factory    fgc.templates/models/llama.yaml:{line}
        └─ extends configs/baseline.yaml  (line 1)
        """))
    assert "└─ extends fgc.templates/projects/lm_training_project.yaml  (line 1)\n" in result.stdout


def test_other_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    args = ("trefs", "-p", "examples/tiny_llama", "-t", "post_norm", "--format")
    assert fgc(*args, "files").stdout.splitlines() == [
        "examples/tiny_llama/configs/post_norm.yaml",
        "examples/tiny_llama/configs/baseline.yaml",
        "templates/models/llama.yaml",
        "templates/projects/lm_training_project.yaml",
    ]
    assert fgc(*args, "md").stdout.startswith(
        "- [`configs/post_norm.yaml`](configs/post_norm.yaml)\n"
    )
    assert len(read_dot(fgc(*args, "dot").stdout).edges) == 3
    assert len(read_mermaid(fgc(*args, "mermaid").stdout).edges) == 3


def test_set_may_choose_the_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = "-- set ns = namespace(base='one')\n-- extends ns.base ~ '.yaml'\n"
    written(tmp_path, {"a.yaml": top, "one.yaml": "a: 1", "two.yaml": "a: 2"})
    monkeypatch.chdir(tmp_path)
    assert "extends one.yaml" in fgc("trefs", "a.yaml").stdout
    assert "extends two.yaml" in fgc("trefs", "a.yaml", "--set", "base=two").stdout


def test_a_template_that_is_not_there(tmp_path: Path) -> None:
    result = fgc("trefs", written(tmp_path, {"a.yaml": "-- extends 'b.yaml'\n"}) / "a.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error[FGC001]")
    assert "-- extends 'b.yaml'" in result.stderr
