"""Copies of modules, as ``copy.deepcopy`` makes them."""

from __future__ import annotations

from fgc.compiler.evaluate.limits import Meter, NotKnown
from fgc.compiler.evaluate.values import Builtin, Function, Unknown, Value
from fgc.targets.model.symbolic.modules import ModuleObject
from fgc.targets.model.symbolic.pretrained import ConfigObject
from fgc.targets.model.symbolic.tensors import Buffer, Parameter, Tensor

PER_VALUE = 4  # steps of the evaluation
SCALARS = (bool, int, float, str, type(None))


def deep_copy(value: Value, meter: Meter) -> Value:
    """``copy.deepcopy``. Raises `NotKnown` for what it is not known how to copy."""
    return _Copies(meter).copy(value)


class _Copies:
    """The copies made so far, by what they are copies of: what is shared stays shared."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.made: dict[int, Value] = {}

    def copy(self, value: Value) -> Value:
        self.meter.spend(PER_VALUE)
        if isinstance(value, (*SCALARS, Unknown, Function, Builtin)):
            return value
        if id(value) not in self.made:
            self._copy(value)
        return self.made[id(value)]

    def _copy(self, value: Value) -> None:
        match value:
            case Buffer():
                copied: Value = Buffer(value.shape, value.reason, persistent=value.persistent)
            case Tensor():
                kind = Parameter if isinstance(value, Parameter) else Tensor
                copied = kind(value.shape, value.reason)
            case ModuleObject():
                self._copy_module(value)
                return
            case ConfigObject(fields=fields):
                copied = ConfigObject({name: self.copy(each) for name, each in fields.items()})
            case list():
                copied = [self.copy(each) for each in value]
            case tuple():
                copied = tuple(self.copy(each) for each in value)
            case dict():
                copied = {key: self.copy(each) for key, each in value.items()}
            case _:
                raise NotKnown("it copies something that is not known")
        self.made[id(value)] = copied

    def _copy_module(self, module: ModuleObject) -> None:
        made = type(module)(module.cls)
        self.made[id(module)] = made
        made.unknown = module.unknown
        made.initialised = module.initialised
        made.not_persistent = set(module.not_persistent)
        for name in ("attributes", "parameters", "buffers", "children"):
            copied = {key: self.copy(each) for key, each in getattr(module, name).items()}
            setattr(made, name, copied)
