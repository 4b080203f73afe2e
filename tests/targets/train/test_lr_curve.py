"""The learning rate that is told without torch is the one that torch's LambdaLR steps through."""

from __future__ import annotations

import ast
import importlib
import inspect
import random
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR

import fgc.runtime.schedule
from fgc.compiler.evaluate.values import Unknown
from fgc.compiler.pipeline import Build, Request, run
from fgc.targets.train.lr_curve import MOST_POINTS, Curve, Phase, lr_curve, lr_curve_of

EXAMPLE = Path(__file__).parents[3] / "examples" / "tiny_llama"
FOLDER = Path(inspect.getfile(fgc.runtime.schedule)).parent


def schedules() -> list[tuple[str, str]]:
    """The public functions of the runtime that make a schedule: module and name."""
    found = []
    for file in sorted(FOLDER.glob("*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                returns = ast.unparse(node.returns) if node.returns is not None else ""
                if returns in ("LambdaLR", "LRScheduler"):
                    found.append((file.stem, node.name))
    return found


def optimizer(lr: float) -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)


def stepped(schedule: LambdaLR, count: int) -> list[float]:
    """The learning rate when 0, 1, ..., ``count`` steps have been done."""
    rates = [schedule.get_last_lr()[0]]
    for _ in range(count):
        schedule.optimizer.step()
        schedule.step()
        rates.append(schedule.get_last_lr()[0])
    return rates


def program(call: str, imports: str, *, lr: float, per_step: int, steps: int) -> str:
    """A training program, as far as the learning rate goes."""
    return dedent(f"""
        from torch.optim import SGD
        {imports}

        LR = {lr!r}


        def build_tokens_per_step():
            return {per_step}


        def build_optimizer(named_parameters):
            return SGD(named_parameters, lr=LR)


        def build_lr_scheduler(optimizer, tokens_per_step):
            return {call}


        def main():
            tokens_per_step = build_tokens_per_step()
            total_steps = {steps}
        """)


def argument(annotation: Any, name: str, draw: random.Random) -> Any:
    """A value for a keyword of a schedule, by its type."""
    options = get_args(annotation)
    if get_origin(annotation) is Literal:
        return draw.choice(options)
    if type(None) in options:
        inner = next(option for option in options if option is not type(None))
        return None if draw.random() < 0.3 else argument(inner, name, draw)
    if annotation is float:
        return draw.choice([0.0, 0.1, 0.5, 1.0])
    if annotation is bool:
        return draw.random() < 0.5
    assert annotation is int, f"what to give for `{name}`: {annotation}?"
    return draw.choice([1, 3, 10, 37, 64, 97, 200, 1000])


@pytest.mark.parametrize(("module", "name"), schedules())
def test_each_schedule_of_the_runtime(module: str, name: str) -> None:
    make: Callable[..., LambdaLR] = getattr(
        importlib.import_module(f"fgc.runtime.schedule.{module}"), name
    )
    files = {
        f"runtime/schedule/{file.name}": file.read_text().replace("fgc.runtime", "runtime")
        for file in FOLDER.glob("*.py")
    }
    hints = get_type_hints(make)
    keywords = [
        p.name for p in inspect.signature(make).parameters.values() if p.kind == p.KEYWORD_ONLY
    ]
    known = 0
    for seed in range(60):
        draw = random.Random(seed)
        given = {key: argument(hints[key], key, draw) for key in keywords}
        steps, lr = draw.choice([1, 2, 50, 120]), draw.choice([1.0, 3e-4, 0.0])
        told = ", ".join(f"{key}={value!r}" for key, value in given.items())
        files["train.py"] = program(
            f"{name}(optimizer, {told})",
            f"from runtime.schedule.{module} import {name}",
            lr=lr,
            per_step=draw.choice([1, 2048]),
            steps=steps,
        )
        curve = lr_curve_of(files)
        try:
            expected = stepped(make(optimizer(lr), **given), steps)
        except (ValueError, ArithmeticError) as error:
            expected = f"it raises {type(error).__name__}"
        if isinstance(expected, str):
            assert isinstance(curve, Unknown), (told, curve)
            assert curve.reason.startswith(expected), curve.reason
            continue
        assert isinstance(curve, Curve), (told, curve)
        assert curve.steps == tuple(range(steps + 1))
        assert list(curve.lr) == expected, told
        assert_phases(curve)
        known += 1
    assert known > 10


def assert_phases(curve: Curve) -> None:
    """They follow each other, and in each of them the learning rate goes one way."""
    assert curve.phases[0].first == 0
    assert curve.phases[-1].last == curve.total_steps
    rates = dict(zip(curve.steps, curve.lr, strict=True))
    close = 1e-9 * max(map(abs, curve.lr))
    for phase, following in pairwise(curve.phases):
        assert phase.last == following.first
    for phase in curve.phases:
        inside = [rates[step] for step in range(phase.first, phase.last + 1) if step in rates]
        changes = [after - before for before, after in pairwise(inside)]
        if phase.name == "constant":
            assert all(abs(change) <= close for change in changes)
        else:
            sign = -1 if phase.name == "decay" else 1
            # where a cosine is flat, its steps are as small as the errors of rounding
            assert all(sign * change > -close for change in changes), (phase, curve)


# whole configurations


def built(config: Path, overrides: Mapping[str, Any] | None = None) -> Build:
    outcome = run(Request(config, overrides=dict(overrides or {})))
    assert not outcome.failed, outcome.diagnostics
    return outcome.build


def told(build: Build, **how: int) -> Curve | Unknown:
    assert build.plan is not None
    assert build.emitted is not None
    return lr_curve(build.plan, build.emitted, **how)


@contextmanager
def imported(build: Build, folder: Path) -> Iterator[ModuleType]:
    """The training program of a build, imported."""
    assert build.tree is not None
    for path, content in build.tree.items():
        if path.endswith(".py") and isinstance(content, bytes):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
    tops = ("train", "runtime", "model", "user")
    # whatever else has these names comes back afterwards
    others = {name: sys.modules.pop(name) for name in list(sys.modules) if _top(name) in tops}
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield importlib.import_module("train")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if _top(name) in tops]:
            del sys.modules[name]
        sys.modules.update(others)


def _top(name: str) -> str:
    return name.partition(".")[0]


def by_torch(build: Build, folder: Path, count: int, world_size: int) -> tuple[int, list[float]]:
    """Tokens per step, and the learning rates, as the program itself makes them."""
    with imported(build, folder) as train:
        train.strategy.world_size = lambda: world_size
        made: dict[str, Any] = {"named_parameters": [("w", torch.nn.Parameter(torch.zeros(1)))]}

        def make(name: str) -> Any:
            if name not in made:
                function = getattr(train, f"build_{name}")
                names = inspect.signature(function).parameters
                made[name] = function(**{each: make(each) for each in names})
            return made[name]

        return make("tokens_per_step"), stepped(make("lr_scheduler"), count)


def knobs() -> list[dict[str, Any]]:
    values = {"warmup_stable_decay": "wsd"}
    names = sorted({values.get(module, module) for module, _ in schedules()})
    return [
        *({"schedule": name} for name in names),
        {"schedule": "cosine", "grad_accum": 3, "warmup_tokens": None},
        {"base_batch_size": 4096, "lr_alpha": 0.5},
        {"base_batch_size": 100, "lr_alpha": 1.0, "grad_accum": 2, "schedule": "cosine"},
    ]


@pytest.mark.parametrize("overrides", knobs(), ids=lambda knobs: "-".join(map(str, knobs.values())))
def test_emitted_programs(overrides: dict[str, Any], tmp_path: Path) -> None:
    build = built(EXAMPLE / "configs" / "baseline.yaml", overrides)
    for world_size in (1, 4):
        curve = told(build, world_size=world_size)
        assert isinstance(curve, Curve), curve
        per_step, rates = by_torch(build, tmp_path, curve.total_steps, world_size)
        assert curve.tokens_per_step == per_step
        assert curve.world_size == world_size
        assert curve.total_steps == -(-1_000_000 // per_step)
        assert list(curve.lr) == [rates[step] for step in curve.steps]
        assert_phases(curve)


def test_the_baseline() -> None:
    curve = told(built(EXAMPLE / "configs" / "baseline.yaml"))
    assert isinstance(curve, Curve)
    assert curve.base_lr == 0.0012
    assert curve.tokens[-1] == 977 * 1024
    assert curve.phases == (
        Phase("warm-up", 0, 98),
        Phase("constant", 98, 683),
        Phase("decay", 683, 977),
    )


def test_a_long_run_is_sampled_and_its_phases_are_exact() -> None:
    overrides = {
        "total_tokens": 5_000_000_000,
        "warmup_tokens": 1024 * 700,
        "decay_tokens": 1024 * 41,
    }
    curve = told(built(EXAMPLE / "configs" / "baseline.yaml", overrides))
    assert isinstance(curve, Curve)
    assert curve.total_steps == 4_882_813
    assert [phase.last for phase in curve.phases] == [700, 4_882_771, 4_882_813]
    assert MOST_POINTS < len(curve.steps) <= MOST_POINTS + 4
    assert {700, 4_882_771} <= set(curve.steps)


# a project's own schedules

OWN = {
    "restarts": """
        import math
        from torch.optim.lr_scheduler import LambdaLR

        HEIGHTS = [1.0, 0.5, 0.25]

        def half(x):
            return 0.5 * (1.0 + math.cos(math.pi * x))

        def schedule(optimizer, *, length: int, floor: float = 0.01):
            heights = HEIGHTS + [floor for _ in range(100)]
            peak = max(group["lr"] for group in optimizer.param_groups)
            assert peak == optimizer.defaults["lr"]

            def ratio(step: int) -> float:
                number, place = divmod(step, length)
                return max(heights[number] * half(place / length), floor)

            return LambdaLR(optimizer, ratio)
    """,
    "inverse_root": """
        import torch

        class Schedule:
            def __init__(self, length):
                self.length = max(length, 1)

            def ratio(self, step):
                return min((step + 1) / self.length, (self.length / (step + 1)) ** 0.5)

        def schedule(optimizer, *, length: int):
            made = Schedule(length)
            return torch.optim.lr_scheduler.LambdaLR(
                optimizer=optimizer, lr_lambda=lambda step: made.ratio(step)
            )
    """,
    "one_of_each_group": """
        from torch.optim.lr_scheduler import LambdaLR

        def schedule(optimizer, *, length: int):
            return LambdaLR(optimizer, [lambda step: min(step / length, 1.0)])
    """,
}
NOT_TOLD = {
    "of transformers": (
        """
        from transformers import get_cosine_schedule_with_warmup

        def schedule(optimizer, *, length: int):
            return get_cosine_schedule_with_warmup(optimizer, 10, length)
        """,
        "`transformers.get_cosine_schedule_with_warmup` is outside of what fgc wrote",
    ),
    "of torch": (
        """
        from torch.optim import lr_scheduler

        def schedule(optimizer, *, length: int):
            return lr_scheduler.CosineAnnealingLR(optimizer, T_max=length)
        """,
        "`torch.optim.lr_scheduler.CosineAnnealingLR` is outside of what fgc wrote",
    ),
    "no number": (
        """
        from torch.optim.lr_scheduler import LambdaLR

        def schedule(optimizer, *, length: int):
            return LambdaLR(optimizer, lambda step: None if step > length else 1.0)
        """,
        "the ratio at step 101: it is None, which is no number",
    ),
    "a mistake": (
        """
        from torch.optim.lr_scheduler import LambdaLR

        def schedule(optimizer, *, length: int):
            return LambdaLR(optimizer, lambda step: 1.0 / (length - step))
        """,
        "it raises ZeroDivisionError: float division by zero",
    ),
    "without end": (
        """
        from torch.optim.lr_scheduler import LambdaLR

        def schedule(optimizer, *, length: int):
            while length:
                length += 1
            return LambdaLR(optimizer, lambda step: 1.0)
        """,
        "it takes more than 2,000,000 steps",
    ),
    "two groups": (
        """
        from torch.optim.lr_scheduler import LambdaLR

        def schedule(optimizer, *, length: int):
            return LambdaLR(optimizer, [lambda step: 1.0, lambda step: 2.0])
        """,
        "each parameter group has a schedule of its own",
    ),
}


@pytest.mark.parametrize("name", OWN)
def test_a_schedule_of_the_project(name: str, tmp_path: Path) -> None:
    build = built(own(tmp_path / "project", OWN[name]))
    curve = told(build)
    assert isinstance(curve, Curve), curve
    _, rates = by_torch(build, tmp_path / "tree", curve.total_steps, 1)
    assert list(curve.lr) == [rates[step] for step in curve.steps]
    assert_phases(curve)


@pytest.mark.parametrize("name", NOT_TOLD)
def test_a_schedule_that_is_not_known(name: str) -> None:
    code, reason = NOT_TOLD[name]
    call, imports = "schedule(optimizer, length=100)", "from user.mine import schedule"
    train = program(call, imports, lr=1.0, per_step=1, steps=200)
    files = {"train.py": train, "user/mine.py": dedent(code), "user/__init__.py": ""}
    assert lr_curve_of(files) == Unknown(reason)


def own(folder: Path, code: str) -> Path:
    """A copy of the example with a schedule of its own."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("output", "run"))
    (folder / "mine.py").write_text(dedent(code))
    config = folder / "configs" / "mine.yaml"
    config.write_text(
        "-- extends 'configs/baseline.yaml'\n[lr_scheduler]\n"
        "lr_scheduler: &lr_scheduler !partial:mine.py:schedule\n    length: 100\n"
    )
    return config


# the optimizer


OPTIMIZERS = {
    "its own default": ("!partial:torch.optim:SGD {}", 1e-3),
    "a number": ("!partial:torch.optim:SGD {lr: 0.5}", 0.5),
    "of a class of the project": ("!partial:mine.py:Mine {lr: 0.25}", 0.25),
    "the default of that class": ("!partial:mine.py:Mine {momentum: 0.5}", 0.125),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_learning_rate_of_an_optimizer(name: str, tmp_path: Path) -> None:
    node, lr = OPTIMIZERS[name]
    curve = told(built(with_optimizer(tmp_path, node)))
    assert isinstance(curve, Curve), curve
    assert curve.base_lr == lr


def test_an_optimizer_that_a_function_makes_is_not_told(tmp_path: Path) -> None:
    curve = told(built(with_optimizer(tmp_path, "!partial:mine.py:make {lr: 0.5}")))
    assert curve == Unknown("the learning rate of the optimizer: `make` decides on it")


def with_optimizer(folder: Path, node: str) -> Path:
    code = """
        from torch.optim import SGD

        class Mine(SGD):
            def __init__(self, params, lr: float = 0.125, momentum: float = 0.0):
                super().__init__(params, lr=lr, momentum=momentum)

        def make(named_parameters, *, lr: float):
            return SGD(named_parameters, lr=lr / 2)
    """
    config = own(folder / "project", code)
    config.write_text(
        f"-- extends 'configs/baseline.yaml'\n[optimizer]\noptimizer: &optimizer {node}\n"
    )
    return config


def test_an_option_of_the_program_has_its_default(tmp_path: Path) -> None:
    config = own(tmp_path / "project", OWN["inverse_root"])
    option = "launch_args:\n    rise: {type: int, default: 40, help: steps of rise}\n"
    config.write_text(config.read_text().replace("length: 100", "length: !var rise") + option)
    curve = told(built(config))
    assert isinstance(curve, Curve), curve
    assert curve.phases[0] == Phase("warm-up", 0, 39)


def test_a_program_that_lacks_a_part() -> None:
    assert lr_curve_of({"train.py": ""}) == Unknown("the program has no `build_tokens_per_step`")
