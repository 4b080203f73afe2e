"""An object where the program or the runtime calls what it is given: the tag is what is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path
from textwrap import dedent

import pytest

from tests.compiler.cli.real import DEMO, fgc


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "demo"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("runs", "out*"))
    monkeypatch.chdir(folder)
    return folder


def given(folder: Path, block: str) -> str:
    config = f"-- extends 'configs/baseline.yaml'\n{dedent(block)}"
    (folder / "configs" / "own.yaml").write_text(config)
    return fgc("check", "configs/own.yaml").stdout


@pytest.mark.parametrize("tag", ["!singleton", "!call", "!factory"])
def test_an_optimizer_that_is_no_partial(demo: Path, tag: str) -> None:
    block = f"[optimizer]\noptimizer: {tag}:torch.optim:AdamW\n    lr: 1.0e-3\n"
    mark = " " * (len("optimizer: ") + len(tag) + 1) + "^" * len("torch.optim:AdamW")
    assert given(demo, block) == dedent(f"""\
        error[FGC022]: `torch.optim.AdamW` needs the argument `params`
         --> configs/own.yaml:3:{len("optimizer: ") + len(tag) + 2}
          |
        3 | optimizer: {tag}:torch.optim:AdamW
          | {mark}
          = note: the signature is `AdamW(params: ParamsT, ...)`
          = help: write `!partial:torch.optim:AdamW`: the program gives it `named_parameters`

        1 configuration: 1 error
        """)
    assert fgc("fix", "configs/own.yaml").exit_code == 0
    assert "optimizer: !partial:torch.optim:AdamW\n" in (demo / "configs/own.yaml").read_text()


def test_a_scheduler_that_is_no_partial_lacks_more_than_it_is_given(demo: Path) -> None:
    block = "[lr_scheduler]\nlr_scheduler: !singleton:torch.optim.lr_scheduler:LambdaLR\n"
    said = given(demo, block)
    assert "needs the arguments `optimizer`, `lr_lambda`" in said
    assert "= help: add `optimizer`, `lr_lambda`, or write `!partial`" in said


@pytest.mark.parametrize("tag", ["!singleton", "!factory"])
def test_a_layer_where_a_factory_is_wanted(demo: Path, tag: str) -> None:
    block = f"""\
        [layer_factory]
        .layer_factory: &layer_factory {tag}:fgc.runtime.nn:PreNormLayer
            attention: *attention_factory
            mlp: *feedforward_factory
            norm: *layer_norm_factory
    """
    said = given(demo, block)
    assert "takes no instance of `PreNormLayer` for `layer`" in said
    assert "= help: write `!partial:fgc.runtime.nn:PreNormLayer`" in said
    assert fgc("fix", "configs/own.yaml").exit_code == 0


def test_an_alias_that_is_misspelt_is_mended(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("model: &model !call:dict {a: 1}\nmain: [*modle]\n")
    assert fgc("fix", str(config)).exit_code == 0
    assert config.read_text() == "model: &model !call:dict {a: 1}\nmain: [*model]\n"
