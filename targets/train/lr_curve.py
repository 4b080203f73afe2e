"""The learning rate over a run, told from the emitted schedule without torch.

The schedule is a function that returns ``LambdaLR(optimizer, ratio)``: step ``n`` of the run, the
first being 0, has the optimizer's own learning rate times ``ratio(n)``.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from fgc.compiler.evaluate.arguments import parameters
from fgc.compiler.evaluate.classes import Class
from fgc.compiler.evaluate.limits import NotKnown
from fgc.compiler.evaluate.program import Program
from fgc.compiler.evaluate.values import Builtin, Function, Object, Unknown, Value
from fgc.compiler.ir.graph import Call
from fgc.compiler.passes.emit import Emitted
from fgc.compiler.program.plan import Plan
from fgc.targets.train.program import TRAIN

STRATEGY = "runtime/trainer/strategy.py"
LAMBDA_LR = "torch.optim.lr_scheduler.LambdaLR"
MOST_POINTS = 1_000
EQUAL = 1e-12  # a smaller change, as a share of the highest rate, is none

PhaseName = Literal["warm-up", "rise", "constant", "decay"]


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the run in which the learning rate goes one way, from one step to another."""

    name: PhaseName
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Curve:
    """The learning rate at some steps of a run, the first and the last among them.

    ``lr[i]`` is the learning rate when ``steps[i]`` steps have been done. ``base_lr`` is the
    optimizer's own. The phases follow each other and cover the run.
    """

    steps: tuple[int, ...]
    lr: tuple[float, ...]
    total_steps: int
    tokens_per_step: int
    base_lr: float
    world_size: int
    phases: tuple[Phase, ...]

    @property
    def tokens(self) -> tuple[int, ...]:
        """The tokens that have been read at each of the steps."""
        return tuple(step * self.tokens_per_step for step in self.steps)


def lr_curve(plan: Plan, emitted: Emitted, *, world_size: int = 1) -> Curve | Unknown:
    """The learning rate of the run that was planned and emitted; else why it is not known.

    Options that the configuration adds to the program have their defaults.
    """
    launch = {name: option.default for name, option in plan.launch_args.items()}
    return lr_curve_of(
        emitted.python, launch=launch, default_lr=_default_lr(plan), world_size=world_size
    )


def lr_curve_of(
    files: Mapping[str, str],
    *,
    launch: Mapping[str, Value] | None = None,
    default_lr: float | None = None,
    world_size: int = 1,
) -> Curve | Unknown:
    """The learning rate of the run of the program in ``files``, with its options in ``launch``.

    ``default_lr`` is that of an optimizer that is given none.
    """
    run = _Run(files, launch or {}, default_lr, world_size)
    try:
        return run.program.evaluate(run.curve)
    except NotKnown as error:
        return Unknown(error.reason)


def total_steps(files: Mapping[str, str], *, world_size: int = 1) -> int | Unknown:
    """The steps that the program in ``files`` takes, from its first one."""
    run = _Run(files, {}, None, world_size)
    try:
        return run.program.evaluate(run.whole_steps)
    except NotKnown as error:
        return Unknown(error.reason)


class _Lambda(Object):
    """A ``LambdaLR``."""

    def __init__(self, ratio: Value):
        self.ratio = ratio


class _Optimizer(Object):
    """What a schedule may read of an optimizer."""

    def __init__(self, lr: float):
        self.lr = lr

    def attribute(self, name: str) -> Value:
        if name == "defaults":
            return {"lr": self.lr}
        if name == "param_groups":
            return [{"lr": self.lr, "initial_lr": self.lr}]
        return super().attribute(name)

    def described(self) -> str:
        return "the optimizer"


class _Run:
    """The functions of a training program, called with what is known before it starts."""

    def __init__(
        self,
        files: Mapping[str, str],
        launch: Mapping[str, Value],
        default_lr: float | None,
        world_size: int,
    ):
        self.launch = launch
        self.default_lr = default_lr
        self.world_size = world_size
        self.program = Program(files, {LAMBDA_LR: Builtin("LambdaLR", _lambda_lr)})
        self.made: dict[str, Value] = {}

    def whole_steps(self) -> int:
        """The number of steps. Raises `NotKnown`."""
        self.enter()
        return _whole(self.total_steps(), "the number of steps")

    def enter(self) -> None:
        """Reads the program's modules. Raises `NotKnown`."""
        if STRATEGY in self.program.files:
            strategy = self.program.module(STRATEGY)
            strategy.names["world_size"] = Builtin("world_size", lambda: self.world_size)
            strategy.names["rank"] = Builtin("rank", lambda: 0)
        self.module = self.program.module(TRAIN.path)

    def curve(self) -> Curve:
        """Raises `NotKnown`."""
        self.enter()
        per_step = _whole(self.build("tokens_per_step"), "the number of tokens in a step")
        total = _whole(self.total_steps(), "the number of steps")
        base_lr = _number(self.base_lr(), "the learning rate of the optimizer")
        self.made["optimizer"] = _Optimizer(base_lr)
        schedule = self.build("lr_scheduler")
        if not isinstance(schedule, _Lambda):
            raise NotKnown(_reason(schedule, "the schedule is no `LambdaLR`"))
        ratio = schedule.ratio
        if isinstance(ratio, list | tuple) and len(ratio) == 1:
            ratio = ratio[0]
        if not isinstance(ratio, Function):
            raise NotKnown(_reason(ratio, "each parameter group has a schedule of its own"))

        @cache
        def lr(step: int) -> float:
            return base_lr * _number(self.program.call(ratio, step), f"the ratio at step {step}")

        phases = _phases(lr, total)
        steps = _sampled(total, phases)
        rates = tuple(lr(step) for step in steps)
        return Curve(steps, rates, total, per_step, base_lr, self.world_size, phases)

    def build(self, name: str) -> Value:
        """What ``build_<name>`` of the program returns. Its parameters are named alike."""
        if name not in self.made:
            function = self.module.names.get(f"build_{name}")
            if not isinstance(function, Function):
                raise NotKnown(f"the program has no `build_{name}`")
            arguments = {each.arg: self.argument(each.arg) for each in parameters(function.node)}
            self.made[name] = self.program.call(function, **arguments)
        return self.made[name]

    def argument(self, name: str) -> Value:
        """What the program passes for a parameter of this name."""
        if name in self.made or f"build_{name}" in self.module.names:
            return self.build(name)
        return self.launch.get(name, Unknown(f"`{name}`, which the program makes at launch"))

    def total_steps(self) -> Value:
        """What ``main`` assigns to ``total_steps``."""
        main = self.module.names.get(TRAIN.entry)
        nodes = ast.walk(main.node) if isinstance(main, Function) else ()
        for node in nodes:
            match node:
                case ast.Assign(targets=[ast.Name(id="total_steps")], value=value):
                    names = {"tokens_per_step": self.build("tokens_per_step")}
                    return self.program.expression(value, self.module, names)
                case _:
                    pass
        return Unknown("the program does not say how many steps it takes")

    def base_lr(self) -> Value:
        """The ``lr`` of the optimizer that ``build_optimizer`` makes."""
        function = self.module.names.get("build_optimizer")
        if not isinstance(function, Function) or isinstance(function.node, ast.Lambda):
            return Unknown("the program has no `build_optimizer`")
        match function.node.body[-1]:
            case ast.Return(value=ast.Call(func=callee, keywords=keywords)):
                pass
            case _:
                return Unknown("`build_optimizer` does more than to make an optimizer")
        names = {each.arg: self.argument(each.arg) for each in parameters(function.node)}
        made = self.program.expression(callee, self.module, names)
        if not isinstance(made, Class | Unknown):
            return Unknown(f"`{ast.unparse(callee)}` decides on it")
        for keyword in keywords:
            if keyword.arg == "lr":
                return self.program.expression(keyword.value, self.module, names)
        none = Unknown(f"`{ast.unparse(callee)}` is given none")
        return none if self.default_lr is None else self.default_lr


def _default_lr(plan: Plan) -> float | None:
    """The learning rate that the signature of the optimizer says."""
    optimizer = plan.root("optimizer")
    symbol = plan.resolution.symbols.get(optimizer) if isinstance(optimizer, Call) else None
    signature = None if symbol is None else symbol.signature
    parameter = None if signature is None else signature.keyword("lr")
    try:
        value = ast.literal_eval((parameter and parameter.default) or "")
    except (SyntaxError, ValueError):
        return None
    return value if isinstance(value, float) else None


def _lambda_lr(optimizer: Value, lr_lambda: Value, last_epoch: Value = -1) -> Value:
    return _Lambda(lr_lambda) if last_epoch == -1 else Unknown("the schedule starts elsewhere")


def _reason(value: Value, otherwise: str) -> str:
    return value.reason if isinstance(value, Unknown) else otherwise


def _number(value: Value, what: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise NotKnown(f"{what}: {_reason(value, f'it is {value!r:.40}, which is no number')}")


def _whole(value: Value, what: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise NotKnown(
        f"{what}: {_reason(value, f'it is {value!r:.40}, which is no positive integer')}"
    )


def _sampled(total: int, phases: tuple[Phase, ...]) -> tuple[int, ...]:
    """Steps at even distances, and those where a phase ends."""
    count = min(total, MOST_POINTS)
    even = {total * index // count for index in range(count + 1)}
    return tuple(sorted(even | {phase.last for phase in phases}))


def _phases(lr: Callable[[int], float], total: int) -> tuple[Phase, ...]:
    """The phases of a run, found by looking at some steps first and then for where each ends."""
    count = min(total, MOST_POINTS)
    steps = [total * index // count for index in range(count + 1)]
    rates = [lr(step) for step in steps]
    least = EQUAL * max(map(abs, rates))

    def direction(first: float, second: float) -> int:
        change = second - first
        return 0 if abs(change) <= least else (1 if change > 0 else -1)

    found: list[Phase] = []
    way = direction(rates[0], rates[1])
    start = 0
    for index in range(1, count):
        onward = direction(rates[index], rates[index + 1])
        if onward == way:
            continue
        low, high = max(steps[index - 1], start), steps[index + 1]
        while high - low > 1:  # the phase goes on at `low`, and has ended at `high`
            middle = (low + high) // 2
            if direction(lr(middle), lr(middle + 1)) == way:
                low = middle
            else:
                high = middle
        found.append(Phase(_named(way, start), start, high))
        way, start = onward, high
    found.append(Phase(_named(way, start), start, total))
    return tuple(found)


def _named(way: int, start: int) -> PhaseName:
    if way == 0:
        return "constant"
    if way < 0:
        return "decay"
    return "warm-up" if start == 0 else "rise"
