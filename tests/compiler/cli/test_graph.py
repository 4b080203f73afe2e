"""``fgc graph``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.compiler.cli.real import DEMO, fgc, written
from tests.compiler.views.pictures import read_dot, read_mermaid
from tests.compiler.views.reading import assert_equal_graphs, linked, read

CONFIG = "lr: &lr 1e-3\na: !call:f [*lr]\nb: !partial:g {of: !call:h {x: [1, 2]}}\n"


@pytest.fixture(autouse=True)
def small_pipeline() -> None:
    """The real passes run here."""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    written(tmp_path, {"a.yaml": CONFIG, "bad.yaml": "a: [1", "typo.yaml": "a: !call:lne [1]"})
    monkeypatch.chdir(tmp_path)
    return tmp_path / "a.yaml"


def test_yaml_is_read_back(config: Path) -> None:
    result = fgc("graph", config)
    assert (result.exit_code, result.stderr) == (0, "")
    assert_equal_graphs(read(result.stdout), read(CONFIG))


def test_the_demo_is_read_back() -> None:
    assert_equal_graphs(read(fgc("graph", DEMO).stdout), linked(DEMO / "configs" / "baseline.yaml"))


def test_json_and_pictures(config: Path) -> None:
    made = json.loads(fgc("graph", config, "--format", "json").stdout)
    assert (made["config"], made["after"], set(made["targets"])) == (
        "a.yaml",
        "link",
        {"lr", "a", "b"},
    )
    assert set(read_dot(fgc("graph", config, "--format", "dot").stdout).nodes) == {
        "values",
        "a",
        "b",
    }
    assert len(read_mermaid(fgc("graph", config, "--format", "mermaid").stdout).nodes) == 3
    whole = fgc("graph", config, "--format", "dot", "--all").stdout
    assert set(read_dot(whole).nodes) == {"values", "a", "b", "b.of"}
    assert set(
        read_dot(fgc("graph", config, "--format", "dot", "--all", "--depth", "0").stdout).nodes
    ) == {
        "values",
        "a",
        "b",
    }


def test_targets_can_be_chosen(config: Path) -> None:
    result = fgc("graph", config, "--target", "b", "--target", "lr")
    assert [entry.key for entry in read(result.stdout).roots] == ["lr", "b"]


def test_set_binds_and_pins(config: Path) -> None:
    written(config.parent, {"s.yaml": "-- set ns = namespace(lr=1)\nlr: {{ ns.lr }}\nx: !var x"})
    result = fgc("graph", "s.yaml", "--set", "lr=3", "--set", "x=a")
    assert "lr: 3" in result.stdout
    assert "# --set lr=3\n# --set x=a\n" in result.stdout


def test_an_unknown_target_is_a_diagnostic(config: Path) -> None:
    result = fgc("graph", config, "--target", "lrr", "--target", "z")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[FGC040]: the configuration has no target `lrr`\n" in result.stderr
    assert "a target with a similar name exists: `lr`" in result.stderr
    assert "its targets are `lr`, `a`, `b`" in result.stderr
    assert result.stderr.endswith("2 errors\n")


def test_what_is_wrong_behind_the_pass_does_not_matter(config: Path) -> None:
    assert fgc("graph", "typo.yaml").exit_code == 0
    result = fgc("graph", "typo.yaml", "--after", "fold")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error[FGC020]") or "FGC023" in result.stderr
    broken = fgc("graph", "bad.yaml")
    assert (broken.exit_code, broken.stdout) == (1, "")
    assert broken.stderr.startswith("error[FGC010]")


def test_after_fold_numbers_are_known() -> None:
    result = fgc("graph", DEMO, "--target", "model", "--after", "fold")
    assert "        vocab_size: 4096\n" in result.stdout
    assert "        vocab_size: !singleton" in fgc("graph", DEMO, "--target", "model").stdout


def test_options_of_pictures_are_for_pictures(config: Path) -> None:
    for option in (["--all"], ["--depth", "1"]):
        result = fgc("graph", config, *option)
        assert result.exit_code == 2
        assert "are about pictures" in result.stderr
