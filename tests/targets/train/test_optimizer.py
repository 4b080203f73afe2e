"""What a configuration's optimizer and schedule become in `train.py`."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from tests.targets.train.test_program import build, knobs, main_of, train


def function(code: str, name: str) -> str:
    """The text of a function of the program."""
    start = code.index(f"def {name}(")
    return code[start : code.index("\n\n\n", start)]


def test_groups_read_as_written_by_hand(tmp_path: Path) -> None:
    groups = {"embed_tokens": {"lr_factor": 0.5}, "gone": None}
    code = train(build(tmp_path, knobs(parameter_groups=groups, no_decay=r"norm\.|bias$", lr=0.01)))
    assert function(code, "build_optimizer") == dedent("""\
        def build_optimizer(named_parameters: Iterable[tuple[str, nn.Parameter]]) -> AdamW:
            return AdamW(
                parameter_groups(
                    named_parameters,
                    {"embed_tokens": {"lr": 0.5 * LR}, r"norm\\.|bias$": {"weight_decay": 0.0}},
                ),
                lr=LR,
                betas=(0.9, 0.95),
                weight_decay=0.1,
            )""")
    assert "from runtime.optim.groups import parameter_groups" in code
    assert "operator" not in code
    assert "optimizer = build_optimizer(model.named_parameters())" in main_of(code)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        # by place or by name, as the optimizer calls it
        ("!partial:torch.optim:SGD {arg0: *groups, lr: 0.1}", "SGD({}, lr=0.1)"),
        ("!partial:torch.optim:SGD {params: *groups, lr: 0.1}", "SGD(params={}, lr=0.1)"),
        # the whole is made in the slot
        ("!singleton:torch.optim:SGD {params: *groups, lr: 0.1}", "SGD(params={}, lr=0.1)"),
        ("!partial:torchao.optim:AdamW8bit {arg0: *groups, lr: 0.1}", "AdamW8bit({}, lr=0.1)"),
        # what a partial does not name, it is given
        ("!partial:torch.optim:SGD {lr: 0.1}", "SGD(named_parameters, lr=0.1)"),
    ],
)
def test_any_optimizer_takes_groups(tmp_path: Path, tag: str, expected: str) -> None:
    text = f"""
        [optimizer]
        .groups: &groups !factory:fgc.runtime.optim:parameter_groups
            named_parameters: !var named_parameters
            options: {{norm: {{lr: 0.2}}}}
        optimizer: {tag}
        """
    code = train(build(tmp_path, text))
    body = function(code, "build_optimizer").partition("\n")[2]
    groups = "parameter_groups(named_parameters, {'norm': {'lr': 0.2}})"
    assert ast.unparse(ast.parse(dedent(body))) == f"return {expected.format(groups)}"
    assert "optimizer = build_optimizer(model.named_parameters())" in main_of(code)


def test_an_optimizer_of_a_user_takes_groups(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "mine.py").write_text(
        "from torch.optim import SGD\n\n\n"
        "def make(named_parameters, *, lr: float) -> SGD:\n"
        "    return SGD(named_parameters, lr=lr)\n"
    )
    text = """
        [optimizer]
        optimizer: !partial:mine.py:make
            named_parameters: !factory:fgc.runtime.optim:parameter_groups
                arg0: !var named_parameters
                arg1: {norm: {lr: 0.2}}
            lr: 0.1
        """
    code = train(build(tmp_path, text))
    body = function(code, "build_optimizer").partition("\n")[2]
    assert ast.unparse(ast.parse(dedent(body))) == (
        "return make(named_parameters=parameter_groups(named_parameters, {'norm': {'lr': 0.2}}), "
        "lr=0.1)"
    )


@pytest.mark.parametrize(
    "text",
    [
        # made before the optimizer, and once
        """
        [optimizer]
        optimizer: !partial:torch.optim:SGD
            params: !singleton:fgc.runtime.optim:parameter_groups
                named_parameters: !var named_parameters
                options: {norm: {lr: 0.2}}
            lr: 0.1
        """,
        # in another slot
        """
        [lr_scheduler]
        lr_scheduler: !partial:torch.optim.lr_scheduler:LambdaLR
            lr_lambda: !partial:max [!var named_parameters]
        """,
    ],
)
def test_the_parameters_are_known_in_the_optimizer_alone(tmp_path: Path, text: str) -> None:
    (diagnostic,) = build(tmp_path, text).diagnostics
    assert diagnostic.code == "FGC030"
    assert diagnostic.message == "`named_parameters` is known only where `optimizer` is made"
    assert diagnostic.help == "write `!factory` for what `optimizer` makes of it"
    assert diagnostic.span is not None
    assert diagnostic.span.file.endswith("changed.yaml")


def test_lengths_in_steps_are_so_many_tokens(tmp_path: Path) -> None:
    code = train(build(tmp_path, knobs(total_steps=900, warmup_steps=20, decay_tokens=100_000)))
    body = function(code, "build_lr_scheduler")
    assert "total=TOTAL_STEPS * tokens_per_step," in body
    assert "warmup=WARMUP_STEPS * tokens_per_step," in body
    assert "decay=DECAY_TOKENS," in body
    assert "total_steps = TOTAL_STEPS" in main_of(code)
    assert "TOTAL_STEPS = 900\nWARMUP_STEPS = 20\nDECAY_TOKENS = 100_000\n" in code
    assert "TOTAL_TOKENS" not in code
    assert "import steps" not in code


def test_a_run_has_a_length(tmp_path: Path) -> None:
    text = """
        [budget_definition]
        [lr_scheduler]
        lr_scheduler: !partial:fgc.runtime.schedule:constant
        """
    (diagnostic,) = build(tmp_path, text).diagnostics
    assert (diagnostic.code, diagnostic.message) == (
        "FGC040",
        "`train.py` needs a top-level `total_tokens`",
    )


def test_a_run_from_a_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    plain = train(build(tmp_path / "plain", knobs(schedule="linear")))
    code = train(build(tmp_path, knobs(schedule="linear", from_checkpoint=True)))
    lines = [line for line in code.splitlines() if line not in plain.splitlines()]
    count = "    total_steps += progress.start_step"
    assert lines == [count, '    header["total_steps"] = total_steps']
