"""``nn.ModuleList``, ``nn.Sequential`` and their like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from fgc.compiler.evaluate.classes import Class
from fgc.compiler.evaluate.limits import NotKnown
from fgc.compiler.evaluate.values import Builtin, Unknown, Value
from fgc.targets.model.symbolic.modules import ModuleObject
from fgc.targets.model.symbolic.tensors import Parameter, Tensor

Listed = Callable[[Value], list[Value]]


class ContainerObject(ModuleObject):
    """A container of modules or parameters, by number or by name."""

    def entries(self) -> Mapping[str, Value]:
        """What it holds, in order. Raises `NotKnown` where that may have been changed."""
        if self.unknown is not None:
            raise NotKnown(f"what {self.described()} holds: {self.unknown}")
        return {**self.parameters, **self.children}

    def add(self, name: str, value: Value) -> None:
        """Registers an entry."""
        if not self.initialised:
            raise NotKnown("a container is filled before its __init__")
        self.register_module(name, value)

    def length(self) -> Value:
        return len(self.entries())

    def items(self) -> Iterable[Value]:
        return list(self.entries().values())

    def truth(self) -> bool | Unknown:
        return bool(self.entries())

    def replace(self, values: list[Value]) -> None:
        """Holds ``values`` instead, by number."""
        for registered in (self.parameters, self.children):
            registered.clear()
        for number, value in enumerate(values):
            self.add(str(number), value)


class ListObject(ContainerObject):
    """``nn.ModuleList`` and ``nn.Sequential``."""

    def item(self, key: Value) -> Value:
        values = list(self.entries().values())
        match key:
            case int() if -len(values) <= key < len(values):
                return values[key]
            case slice() if self.cls.open:
                kept = dict(list(self.entries().items())[key])
                part = ListObject(self.cls)
                part.initialise()
                if self.cls.name == "Sequential":  # keeps the numbers
                    for name, value in kept.items():
                        part.add(name, value)
                else:
                    part.replace(list(kept.values()))
                return part
            case _:
                raise NotKnown(f"an item of {self.described()}")

    def set_item(self, key: Value, value: Value) -> None:
        names = list(self.entries())
        if not isinstance(key, int) or not -len(names) <= key < len(names):
            raise NotKnown(f"it sets an item of {self.described()}")
        self.add(names[key], value)


class DictObject(ContainerObject):
    """``nn.ModuleDict``."""

    def item(self, key: Value) -> Value:
        if not isinstance(key, str) or key not in self.entries():
            raise NotKnown(f"an item of {self.described()}")
        return self.entries()[key]

    def set_item(self, key: Value, value: Value) -> None:
        if not isinstance(key, str):
            raise NotKnown(f"it sets an item of {self.described()}")
        self.add(key, value)

    def items(self) -> Iterable[Value]:
        return list(self.entries())


class Parameters(ContainerObject):
    """A container whose entries are parameters, and tensors that it makes parameters of."""

    def add(self, name: str, value: Value) -> None:
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value.shape, value.reason)
        self.register_parameter(name, value)


class ParameterListObject(Parameters, ListObject):
    """``nn.ParameterList``."""


class ParameterDictObject(Parameters, DictObject):
    """``nn.ParameterDict``."""


def container_classes(module: Class, listed: Listed) -> dict[str, Class]:
    """The classes of `torch.nn`, by name; ``module`` is the one of ``nn.Module``."""

    def fill_list(self: ContainerObject, values: Value = None) -> None:
        self.initialise()
        extend(self, [] if values is None else values)

    def fill_sequence(self: ContainerObject, *values: Value) -> None:
        self.initialise()
        if len(values) == 1 and isinstance(values[0], dict):
            update(self, values[0])
        else:
            extend(self, list(values))

    def fill_dict(self: ContainerObject, values: Value = None) -> None:
        self.initialise()
        update(self, {} if values is None else values)

    def extend(self: ContainerObject, values: Value) -> ContainerObject:
        for value in listed(values):
            append(self, value)
        return self

    def append(self: ContainerObject, value: Value) -> ContainerObject:
        self.add(str(len(self.entries())), value)
        return self

    def insert(self: ContainerObject, index: Value, value: Value) -> None:
        if not isinstance(index, int):
            raise NotKnown(f"where something is inserted into {self.described()}")
        values = list(self.entries().values())
        values.insert(index, value)
        self.replace(values)

    def update(self: ContainerObject, values: Value) -> None:
        pairs = values.items() if isinstance(values, dict) else map(listed, listed(values))
        for name, value in pairs:
            if not isinstance(name, str):
                raise NotKnown(f"a name in {self.described()} is not known")
            self.add(name, value)

    def builtins(**functions: Callable[..., Value]) -> dict[str, Value]:
        return {name: Builtin(name, run, pure=False) for name, run in functions.items()}

    lists = builtins(append=append, extend=extend, insert=insert)
    dicts = builtins(
        update=update,
        keys=lambda self: list(self.entries()),
        values=lambda self: list(self.entries().values()),
        items=lambda self: [(name, value) for name, value in self.entries().items()],
    )
    made: dict[str, Class] = {}
    for name, methods, fill, new in (
        ("ModuleList", lists, fill_list, ListObject),
        ("Sequential", lists, fill_sequence, ListObject),
        ("ModuleDict", dicts, fill_dict, DictObject),
        ("ParameterList", lists, fill_list, ParameterListObject),
        ("ParameterDict", dicts, fill_dict, ParameterDictObject),
    ):
        own = {**methods, **builtins(__init__=fill)}
        made[name] = Class(name, (module,), own, new, open=True)
    return made
