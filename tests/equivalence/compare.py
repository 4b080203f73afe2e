"""What it means that two sides built the same."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from fgc.runtime.nn import ModelConfig
from tests.equivalence.behaviour import behaviour
from tests.equivalence.draft import Probe

SEED = 20260117
STEPS = 100

_PLAIN = (type(None), bool, int, float, complex, str, bytes, range, set, frozenset)
_VIEWS = (type({}.keys()), type({}.values()), type({}.items()))
_SYMBOLS = (type, type(len), type(math.sqrt), type(behaviour))


def assert_equal(
    generated: Mapping[str, object],
    interpreted: Mapping[str, object],
    probes: Mapping[str, Probe] | None = None,
) -> None:
    """Hold what generated code built to what the interpreter built.

    Plain values are equal, floats to the bit, NaN included; tensors and arrays to the bit; modules
    in the names, the order and the bits of their state, and in what they compute; schedules over
    100 steps; anything else in its public data attributes and the class that its own was emitted
    from. Two places hold one object on one side if they do on the other. Callables are called, as
    ``probes`` say.

    Raises:
        AssertionError: with the path of the first difference.
    """
    _Comparison(probes or {}).mappings("", generated, interpreted)


def holds_module(value: object) -> bool:
    """Whether a module is among what a configuration built."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return any(map(holds_module, value))
    return isinstance(value, nn.Module)


class _Comparison:
    def __init__(self, probes: Mapping[str, Probe]):
        self._probes = probes
        # from the identity of an object of either side to its counterpart, which is kept alive
        self._counterparts: dict[int, object] = {}

    def values(self, path: str, generated: Any, interpreted: Any) -> None:
        """Compare two values of any kind."""
        match interpreted:
            case float():
                _same(path, _bits(generated), _bits(interpreted))
            case _ if isinstance(interpreted, _PLAIN):
                _same(path, type(generated), type(interpreted))
                _same(path, generated, interpreted)
            case list() | tuple() if type(interpreted) in (list, tuple):
                _same(path, type(generated), type(interpreted))
                self._items(path, list(generated), list(interpreted))
            case _ if isinstance(interpreted, _VIEWS):
                _same(path, type(generated), type(interpreted))
                self._items(path, list(generated), list(interpreted))
            case dict():
                _same(path, type(generated), type(interpreted))
                self.mappings(path, generated, interpreted)
            case np.ndarray():
                _same(path, type(generated), np.ndarray)
                form = (interpreted.dtype, interpreted.shape, interpreted.tobytes())
                _same(path, (generated.dtype, generated.shape, generated.tobytes()), form)
            case torch.Size() | torch.dtype() | torch.device():
                _same(path, generated, interpreted)
            case _ if isinstance(interpreted, _SYMBOLS) and generated is interpreted:
                return
            case _ if callable(interpreted) and not isinstance(interpreted, nn.Module):
                self._callables(path, generated, interpreted)
            case _:
                if self._is_new(path, generated, interpreted):
                    self._objects(path, generated, interpreted)

    def mappings(self, path: str, generated: Any, interpreted: Any) -> None:
        """Compare two mappings, the order of their keys included."""
        _same(path, list(generated), list(interpreted))
        for key, value in interpreted.items():
            self.values(f"{path}.{key}" if path else str(key), generated[key], value)

    def _items(self, path: str, generated: list[Any], interpreted: list[Any]) -> None:
        _same(f"{path} (length)", len(generated), len(interpreted))
        for index, pair in enumerate(zip(generated, interpreted, strict=True)):
            self.values(f"{path}.{index}", *pair)

    def _is_new(self, path: str, generated: object, interpreted: object) -> bool:
        """Whether two objects are met for the first time; that they belong together if not."""
        for one, other in ((generated, interpreted), (interpreted, generated)):
            known = self._counterparts.get(id(one), other)
            assert known is other, f"{path}: one object on one side is two on the other"
        if id(interpreted) in self._counterparts:
            return False
        self._counterparts[id(generated)] = interpreted
        self._counterparts[id(interpreted)] = generated
        return True

    def _objects(self, path: str, generated: Any, interpreted: Any) -> None:
        kind = type(interpreted)
        _same_class(path, generated, interpreted)
        match interpreted:
            case Tensor():
                _same_tensor(path, generated, interpreted)
            case nn.Module():
                self._modules(path, generated, interpreted)
            case Optimizer():
                self.values(f"{path}.defaults", generated.defaults, interpreted.defaults)
                groups = (generated.param_groups, interpreted.param_groups)
                self.values(f"{path}.param_groups", *groups)
            case LRScheduler():
                self.values(f"{path}.optimizer", generated.optimizer, interpreted.optimizer)
                _same(path, _learning_rates(generated), _learning_rates(interpreted))
            case _ if type(generated) is kind and not kind.__module__.startswith("fgc."):
                self._foreign(path, generated, interpreted)
            case _:
                self._attributes(path, generated, interpreted)

    def _foreign(self, path: str, generated: Any, interpreted: Any) -> None:
        """An object of another package, by its own equality where it has one."""
        if type(interpreted).__eq__ is not object.__eq__:
            _same(path, generated, interpreted)
        else:
            self._attributes(path, generated, interpreted)

    def _attributes(self, path: str, generated: Any, interpreted: Any) -> None:
        known, made = _public(interpreted), _public(generated)
        # specialising may remove what is None, True or False
        kept = {n: v for n, v in known.items() if n in made or not _is_structural(v)}
        self.mappings(path, made, kept)
        if isinstance(interpreted, Iterator) or hasattr(interpreted, "__len__"):
            firsts = (list(islice(iter(side), 3)) for side in (generated, interpreted))
            self._items(f"{path} (iterated)", *firsts)

    def _modules(self, path: str, generated: nn.Module, interpreted: nn.Module) -> None:
        pairs = (
            ("modules", dict(generated.named_modules()), dict(interpreted.named_modules())),
            ("state", _named_state(generated), _named_state(interpreted)),
        )
        for label, made, known in pairs:
            _same(f"{path} ({label})", list(made), list(known))
        for _, made, known in pairs:
            for name, part in known.items():
                self._parts(f"{path}.{name}", made[name], part)
        state = list(interpreted.state_dict())
        _same(f"{path} (state dict)", list(generated.state_dict()), state)
        outcome = behaviour(interpreted)
        if outcome is not None:
            made = behaviour(generated, like=interpreted) or {}
            _same(f"{path} (computed)", list(made), list(outcome))
            for name, tensor in outcome.items():
                _same_tensor(f"{path} ({name})", made[name], tensor)

    def _parts(self, path: str, generated: Any, interpreted: Any) -> None:
        self._is_new(path, generated, interpreted)
        _same_class(path, generated, interpreted)
        if isinstance(interpreted, Tensor):
            _same_tensor(path, generated, interpreted)
        else:
            _same(f"{path}.training", generated.training, interpreted.training)

    def _callables(self, path: str, generated: Any, interpreted: Any) -> None:
        fits = callable(generated) and not isinstance(generated, nn.Module)
        assert fits, f"{path}: {generated!r} is not like {interpreted!r}"
        assert path in self._probes, f"{path}: nothing says how to call {interpreted!r}"
        probe = self._probes[path]
        for attempt in range(2):
            results = [_called(side, probe) for side in (generated, interpreted)]
            self.values(f"{path} (call {attempt})", *results)


def _same(path: str, generated: object, interpreted: object) -> None:
    assert generated == interpreted, f"{path}: {generated!r} is not {interpreted!r}"


def _bits(value: object) -> object:
    """A float so that -0.0 is not 0.0 and NaN is NaN; anything else as it is."""
    if type(value) is not float:
        return type(value), value
    return value.hex(), float


def _same_class(path: str, generated: object, interpreted: object) -> None:
    """Emitted classes have a prefix."""
    made, known = type(generated).__name__, type(interpreted).__name__
    assert made.endswith(known), f"{path}: a {made} is no {known}"


def _same_tensor(path: str, generated: Any, interpreted: Tensor) -> None:
    _same(f"{path} (form)", _form(generated), _form(interpreted))
    bits = [side.detach().reshape(-1).view(torch.uint8) for side in (generated, interpreted)]
    assert torch.equal(*bits), f"{path}: {generated} is not {interpreted}"


def _form(tensor: Tensor) -> tuple[object, ...]:
    return type(tensor), tensor.dtype, tensor.shape, tensor.requires_grad


def _named_state(module: nn.Module) -> dict[str, Tensor]:
    """Parameters and all buffers under each of their names, in order."""
    parameters = module.named_parameters(remove_duplicate=False)
    return {**dict(parameters), **dict(module.named_buffers(remove_duplicate=False))}


def _learning_rates(schedule: LRScheduler) -> list[list[float]]:
    rates: list[list[float]] = []
    for _ in range(STEPS):
        rates.append([float(rate) for rate in schedule.get_last_lr()])
        schedule.optimizer.step()
        schedule.step()
    return rates


def _public(value: Any) -> dict[str, Any]:
    return {n: v for n, v in getattr(value, "__dict__", {}).items() if not n.startswith("_")}


def _is_structural(value: object) -> bool:
    return value is None or isinstance(value, bool)


def _called(function: Any, probe: Probe) -> Any:
    torch.manual_seed(SEED)
    args, kwargs = probe.args, dict(probe.kwargs)
    parameters = [nn.Parameter(torch.ones(2)), nn.Parameter(torch.zeros(1))]
    match probe.over:
        case "parameters":
            args = (parameters, *args)
        case "optimizer":
            args = (torch.optim.SGD(parameters, lr=0.5), *args)
        case "config":
            kwargs["config"] = ModelConfig()
        case _:
            pass
    return function(*args, **kwargs)
