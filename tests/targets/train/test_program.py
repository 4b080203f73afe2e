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


def main_of(code: str) -> list[str]:
    """The statements of main, each on one line."""
    tree = next(n for n in ast.parse(code).body if getattr(n, "name", "") == "main")
    assert isinstance(tree, ast.FunctionDef)
    return [line for statement in tree.body for line in ast.unparse(statement).split("\n")]


def knobs(**values: object) -> str:
    lines = "".join(f"-- set ns.{name} = {value!r}\n" for name, value in values.items())
    return f"[globals]\n== super()\n{lines}"


def test_batches_of_a_step_follow_at_launch(tmp_path: Path) -> None:
    code = train(build(tmp_path, knobs(global_batch_tokens=4096, base_batch_size=1024)))
    lines = main_of(code)
    order = [
        "grad_accum = build_grad_accum()",
        "tokens_per_step = build_tokens_per_step(grad_accum)",
        "optimizer = build_optimizer(model.named_parameters(), tokens_per_step)",
        "lr_scheduler = build_lr_scheduler(optimizer, tokens_per_step)",
        "total_steps = steps(TOTAL_TOKENS, tokens_per_step)",
    ]
    assert sorted(map(lines.index, order)) == [lines.index(line) for line in order]
    assert "GLOBAL_BATCH_TOKENS = 4096" in code
    assert "world_size=strategy.world_size()," in code
    assert "def build_grad_accum() -> int:" in code
    assert "def build_tokens_per_step(grad_accum: int) -> int:" in code


def test_no_name_of_main_hides_an_import(tmp_path: Path) -> None:
    """With all that can be decided decided."""
    settings = {"precision": "fp16", "torch_compile": "model", "global_batch_tokens": 4096}
    code = train(build(tmp_path, knobs(base_batch_size=1024, sdpa_backend="flash", **settings)))
    tree = ast.parse(code)
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    bound = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    assert "tokens_per_step" in bound
    assert imported & bound == set()


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        ({"torch_compile": "model"}, ["model.compile()"]),
        (
            {"torch_compile": "model", "torch_compile_mode": "max-autotune-no-cudagraphs"},
            ["model.compile(mode='max-autotune-no-cudagraphs')"],
        ),
        (
            {"torch_compile": "layers", "torch_compile_fullgraph": True}
            | {"torch_compile_dynamic": False, "torch_compile_backend": "aot_eager"},
            [
                "for layer in model.model.layers:",
                "    layer.compile(dynamic=False, fullgraph=True, backend='aot_eager')",
            ],
        ),
        (
            {"dtype": "bfloat16"},
            [
                "with default_dtype(torch.bfloat16):",
                "    model = strategy.place(build_model(), device)",
            ],
        ),
        ({"float32_matmul_precision": "high"}, ["torch.set_float32_matmul_precision('high')"]),
        ({"attn_implementation": "eager"}, ["model.set_attn_implementation('eager')"]),
        ({"gradient_checkpointing": True}, ["model.activation_checkpointing_enable()"]),
        ({"precision": "fp16"}, ["scaler = build_scaler(device.type)"]),
    ],
    ids=str,
)
def test_a_decision_is_a_line_of_main(
    tmp_path: Path, settings: dict[str, object], lines: list[str]
) -> None:
    (tmp_path / "plain").mkdir()
    plain = main_of(train(build(tmp_path / "plain", "")))
    assert not set(lines) & set(plain)
    decided = main_of(train(build(tmp_path, knobs(**settings))))
    start = decided.index(lines[0])
    assert decided[start : start + len(lines)] == lines


def test_the_scaler_s_numbers_stand_in_the_program(tmp_path: Path) -> None:
    code = train(
        build(
            tmp_path,
            """
            [precision_definition]
            dtype: &dtype null
            precision: fp16
            scaler: !partial:torch.amp:GradScaler
                init_scale: 1024.0
            """,
        )
    )
    assert "return GradScaler(device_type, init_scale=1024.0)" in ast.unparse(ast.parse(code))


@pytest.mark.parametrize(
    ("key", "value", "options"),
    [
        ("precision", "fp8", "`bf16` or `fp16`"),
        ("torch_compile", "true", "`model` or `layers`"),
        ("attn_implementation", "sdpa", "`eager` or `flash_attention_2` or `flex_attention`"),
    ],
)
def test_one_of_a_few_values(tmp_path: Path, key: str, value: str, options: str) -> None:
    """Where a configuration writes the node itself, past the template's knobs."""
    block = {"precision": "precision_definition", "torch_compile": "compile_definition"}
    text = f"[{block.get(key, 'attention_implementation')}]\n{key}: {value}\n"
    if key == "precision":
        text += "dtype: &dtype null\n"
    outcome = build(tmp_path, text)
    (diagnostic,) = outcome.diagnostics
    shown = "True" if value == "true" else repr(value)
    assert diagnostic.code == "FGC026"
    assert diagnostic.message == f"`{key}` is {options}, not {shown}"
    assert diagnostic.span is not None
    assert diagnostic.span.file.endswith("changed.yaml")


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
