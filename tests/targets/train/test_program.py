"""What a configuration decides about `train.py`: its options, its slots, its strategy."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.pipeline import Outcome, Request, run

EXAMPLE = Path(__file__).parents[3] / "examples" / "tiny_llama"


def build(tmp_path: Path, text: str) -> Outcome:
    """Builds a configuration that extends the demo's baseline with ``text``."""
    project = tmp_path / "project"
    (project / "configs").mkdir(parents=True)
    for name in ("meta.yaml", "data", "tokenizer"):
        (project / name).symlink_to(EXAMPLE / name)
    (project / "configs" / "baseline.yaml").symlink_to(EXAMPLE / "configs" / "baseline.yaml")
    config = project / "configs" / "changed.yaml"
    config.write_text("-- extends 'configs/baseline.yaml'\n" + dedent(text))
    return run(Request(config))


def train(outcome: Outcome) -> str:
    assert not outcome.failed, outcome.diagnostics
    assert outcome.build.emitted is not None
    return outcome.build.emitted.python["train.py"]


def test_a_launch_argument_is_an_option_that_reaches_where_it_is_used(tmp_path: Path) -> None:
    code = train(
        build(
            tmp_path,
            """
            [optimizer]
            launch_args:
                weight_decay: {type: float, default: 0.1, help: "a share, not 100%"}
            == super()
                weight_decay: !var weight_decay
            """,
        )
    )
    tree = ast.parse(code)
    calls = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    option = "'--weight-decay', type=float, default=0.1, help='a share, not 100%%'"
    assert f"parser.add_argument({option})" in calls
    assert "build_optimizer(model.named_parameters(), args.weight_decay)" in calls
    makers = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert [arg.arg for arg in makers["build_optimizer"].args.args][1:] == ["weight_decay"]


def test_what_a_slot_needs_is_made_before_it(tmp_path: Path) -> None:
    code = train(
        build(
            tmp_path,
            """
            [optimizer]
            decay: &decay !singleton:fgc.runtime.schedule.budget:scaled_lr
                base_lr: 0.1
                tokens_per_step: *tokens_per_step
                base_batch_tokens: 512
            == super()
                weight_decay: *decay
            """,
        )
    )
    main = code[code.index("def main()") :]
    order = [
        "tokens_per_step = build_tokens_per_step()",
        "decay = build_decay(tokens_per_step)",
        "optimizer = build_optimizer(model.named_parameters(), decay)",
    ]
    assert sorted(main.index(line) for line in order) == [main.index(line) for line in order]
    assert main.count("build_tokens_per_step()") == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[optimizer]\noptimizer: null", "`train.py` needs a top-level `optimizer`"),
        ("[optimizer]\noptimizer: 3", "`optimizer` is not something that `train.py` can make"),
        ("[optimizer]\noptimizer: !meta:torch.optim:AdamW", "`!meta` is printed, and never built"),
        ("[distributed_environment]\nstrategy: singel", "no strategy is called `singel`"),
        (
            "[optimizer]\nlaunch_args: {lr: {type: tensor}}\n== super()",
            "the type of the option `lr` is one of int, float, str, bool, path",
        ),
    ],
)
def test_a_program_that_cannot_be_made(tmp_path: Path, text: str, message: str) -> None:
    outcome = build(tmp_path, text)
    assert [(d.code, d.message) for d in outcome.diagnostics] == [("FGC040", message)]
    assert outcome.diagnostics[0].span is not None
