"""The code of one target: it stands alone, and makes what the interpreter makes of that target."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
import torch

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.interpret import interpret
from fgc.compiler.pipeline import Request, run
from fgc.compiler.symbols.resolution import Resolution
from fgc.targets.python.lone import lone_code
from tests.equivalence.compare import SEED, assert_equal
from tests.equivalence.configuration import resolution_of
from tests.equivalence.graphs import RandomGraph, each_graph
from tests.equivalence.test_examples import CONFIGS, PROBES
from tests.example_configs import EXAMPLES, example_name
from tests.targets.python.alone import imported, made_alone

BASELINE = EXAMPLES / "tiny_llama" / "configs" / "baseline.yaml"


def resolved(config: Path) -> Resolution:
    outcome = run(Request(config), until="fold")
    assert not outcome.failed
    assert outcome.build.resolution is not None
    return outcome.build.resolution


@pytest.mark.parametrize("config", CONFIGS, ids=example_name)
def test_each_target_of_an_example(config: Path, tmp_path: Path) -> None:
    resolution = resolved(config)
    launch = {"cache_dir": tmp_path / "cache", "rank": 0, "world_size": 1}
    names = [str(e.key) for e in resolution.graph.roots if e.key not in ("trainer", "grad_accum")]
    assert {"model", "train_data", "optimizer", "lr_scheduler", "tokenizer", "lr"} <= set(names)
    for name in names if config == BASELINE else ("model", "lr"):
        torch.manual_seed(SEED)
        interpreted = interpret(resolution, [name], launch=launch)
        torch.manual_seed(SEED)
        generated = made_alone(resolution, name, tmp_path / name, launch)
        assert_equal({name: generated}, interpreted, PROBES)


def test_random_targets(tmp_path: Path) -> None:
    checked: list[str] = []

    def check(random: RandomGraph) -> None:
        resolution = resolution_of(random.text)
        for entry in resolution.graph.roots:
            name = str(entry.key)
            torch.manual_seed(SEED)
            interpreted = interpret(resolution, [name])
            torch.manual_seed(SEED)
            folder = tmp_path / f"target_{len(checked)}"
            checked.append(name)
            assert_equal(
                {name: made_alone(resolution, name, folder, {})}, interpreted, random.probes
            )

    each_graph(check, 30, shrink=True)
    assert len(checked) > 50


def test_the_optimizer_is_that_of_the_program(tmp_path: Path) -> None:
    (code,) = lone_code(resolved(BASELINE), "optimizer", tmp_path).values()
    assert code == dedent('''\
        """The `optimizer` of Tiny Llama."""

        from collections.abc import Iterable

        from torch import nn
        from torch.optim import AdamW

        LR = 0.0012


        def build_optimizer(named_parameters: Iterable[tuple[str, nn.Parameter]]) -> AdamW:
            return AdamW(
                named_parameters,
                lr=LR,
                betas=(0.9, 0.95),
                weight_decay=0.1,
            )
        ''')


def test_functions_are_those_of_the_program(tmp_path: Path) -> None:
    """Where they take nothing that the program has as an expression."""
    outcome = run(Request(BASELINE), until="emit")
    assert outcome.build.emitted is not None
    program = outcome.build.emitted.python["train.py"]
    for name in ("optimizer", "lr_scheduler"):
        (code,) = lone_code(resolved(BASELINE), name, tmp_path).values()
        function = code[code.index(f"def build_{name}") :]
        assert function.strip("\n") in program


def test_a_scalar_is_a_constant(tmp_path: Path) -> None:
    (code,) = lone_code(resolved(BASELINE), "lr", tmp_path).values()
    assert code == '"""The `lr` of Tiny Llama."""\n\nLR = 0.0012\n'


def test_what_is_a_name_for_two_things_takes_several_files(tmp_path: Path) -> None:
    files = lone_code(resolved(BASELINE), "trainer", tmp_path)
    assert next(iter(files)) == "trainer.py"
    assert "runtime/trainer/strategy.py" in files
    made = made_alone(resolved(BASELINE), "trainer", tmp_path / "trainer", {})
    assert made.func.__module__ == "runtime.trainer.loop"  # type: ignore[attr-defined]
    assert made.keywords["save_steps"] == 500  # type: ignore[attr-defined]


def test_data_are_found_from_the_folder_of_the_code(tmp_path: Path) -> None:
    (here,) = lone_code(resolved(BASELINE), "tokenizer", BASELINE.parents[1]).values()
    assert 'file=HERE / "tokenizer/tokenizer.json"' in here
    (there,) = lone_code(resolved(BASELINE), "tokenizer", tmp_path).values()
    file = (BASELINE.parents[1] / "tokenizer" / "tokenizer.json").as_posix()
    assert f'file=Path(\n            "{file}"' in there or f'file=Path("{file}")' in there


def test_values_of_every_kind(tmp_path: Path) -> None:
    resolution = resolution_of(
        """
        folder: !var cache_dir
        nothing: null
        class: 3
        a list: [1, !call:len [[1, 2]], !var rank]
        same: !partial:len
        """,
        launch={"cache_dir": 0, "rank": 0},
    )
    launch = {"cache_dir": tmp_path, "rank": 5}
    for name, expected in {
        "folder": tmp_path,
        "nothing": None,
        "class": 3,
        "a list": [1, 2, 5],
        "same": len,
    }.items():
        assert made_alone(resolution, name, tmp_path / name, launch) == expected


def test_what_is_never_built_is_never_written(tmp_path: Path) -> None:
    resolution = resolution_of("a: [!meta:len [[1]]]")
    with pytest.raises(BuildError, match="never built"):
        lone_code(resolution, "a", tmp_path)


MODULE = '''
"""Of the user."""
import math

SCALE = 2

class Net:
    def __init__(self, *, size: int, deep: bool = False):
        self.size = size * SCALE
        if deep:
            self.depth = math.pi
'''


def test_modules_of_the_user_are_written_out(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(MODULE)
    resolution = resolution_of("net: !call:net.py:Net {size: 3}", project=tmp_path)
    (code,) = lone_code(resolution, "net", tmp_path).values()
    assert "math" not in imported(code)
    assert "deep" not in code
    net = made_alone(resolution, "net", tmp_path / "net", {})
    assert net.size == 6  # type: ignore[attr-defined]


def test_a_model_where_there_is_no_fgc(tmp_path: Path) -> None:
    (code,) = lone_code(resolved(BASELINE), "model", tmp_path).values()
    program = f"import sys\nsys.modules['fgc'] = None\n{code}\nmodel = build_model()\n"
    program += "print(sum(p.numel() for p in model.parameters()))\n"
    (tmp_path / "model.py").write_text(program)
    ran = subprocess.run([sys.executable, "model.py"], cwd=tmp_path, capture_output=True, text=True)
    assert (ran.stdout, ran.returncode) == ("4999424\n", 0), ran.stderr
