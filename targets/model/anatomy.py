"""What a model is made of: its modules and their tensors, told from its emitted code.

The constructors are followed symbolically, without torch and without running any of the code.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from fgc.compiler.evaluate.limits import Meter, NotKnown
from fgc.compiler.evaluate.program import Program
from fgc.compiler.evaluate.values import Unknown, Value
from fgc.compiler.passes.emit import Emitted
from fgc.compiler.program.plan import ModelPlan, Plan
from fgc.targets.model.spec import model_spec
from fgc.targets.model.symbolic.library import torch_library
from fgc.targets.model.symbolic.modules import ModuleObject
from fgc.targets.model.symbolic.pretrained import ConfigObject
from fgc.targets.model.symbolic.shapes import Shape
from fgc.targets.model.symbolic.tensors import Tensor

DEEPEST = 60  # modules within modules
PER_MODULE = 5  # steps of the evaluation that one takes


@dataclass(frozen=True, slots=True)
class Weight:
    """A parameter or buffer of a module, by its name there.

    ``shape`` is None where it is not known. ``tied_to`` is the name in the state dict of the tensor
    that this one is the same as, if it came there first. A buffer that is not ``persistent`` is in
    no checkpoint.
    """

    name: str
    shape: Shape | None
    kind: Literal["parameter", "buffer"]
    tied_to: str | None = None
    persistent: bool = True

    @property
    def size(self) -> int:
        """The numbers that it adds to the model: 0 where it is tied, or its shape not known."""
        if self.tied_to is not None or self.shape is None:
            return 0
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Module:
    """A module, by its name in its parent; the model itself is named by the empty text.

    ``summary`` is the first line of its class's docstring. Where it is not ``known``, it may hold
    more than is listed, for ``reason``.
    """

    name: str
    class_name: str
    summary: str = ""
    tensors: tuple[Weight, ...] = ()
    children: tuple[Module, ...] = ()
    known: bool = True
    reason: str = ""


def anatomy(plan: Plan, model: ModelPlan, emitted: Emitted) -> Module:
    """The modules of a model that was planned and emitted.

    Raises:
        BuildError: FGC040, where the fields of the model are malformed.
    """
    symbols = plan.resolution.symbols
    spec = model_spec(
        model.root, name=model.name, title=model.title, read=frozenset(), symbols=symbols
    )
    layout = spec.layout()
    path = f"{model.folder}/{spec.modeling_module}.py"
    return anatomy_of(emitted.python, path, spec.model_class, {**layout.free, **layout.built_in})


def anatomy_of(
    files: Mapping[str, str], path: str, class_name: str, fields: Mapping[str, Value]
) -> Module:
    """The modules of the model ``class_name`` in ``path``, made with a config of these fields."""
    program = Program(files)
    program.library.update(torch_library(program))

    def follow() -> Module:
        config = ConfigObject(copy.deepcopy(dict(fields)))
        made = program.call(program.module(path).attribute(class_name), config)
        if isinstance(made, ModuleObject):
            return _Reading(program.evaluator.meter).module("", made, "")
        raise NotKnown(made.reason if isinstance(made, Unknown) else "it is no module")

    try:
        return program.evaluate(follow)
    except NotKnown as error:
        return Module("", class_name, known=False, reason=error.reason)


def weights(module: Module, prefix: str = "") -> Iterator[tuple[str, Weight]]:
    """All tensors by their names in the state dict, in its order, tied ones included."""
    for weight in module.tensors:
        yield prefix + weight.name, weight
    for child in module.children:
        yield from weights(child, f"{prefix}{child.name}.")


def is_known(module: Module) -> bool:
    """Whether all is known of the module and those below it; else a total is a lower bound."""
    shapes = all(weight.shape is not None for weight in module.tensors)
    return module.known and shapes and all(map(is_known, module.children))


def total_parameters(module: Module) -> int:
    """The numbers that training adjusts. What is tied counts once."""
    own = sum(weight.size for weight in module.tensors if weight.kind == "parameter")
    return own + sum(map(total_parameters, module.children))


class _Reading:
    """Turns objects of an evaluation into `Module` values; remembers where a tensor came first."""

    def __init__(self, meter: Meter):
        self.meter = meter
        self.first: dict[int, str] = {}
        self.around: list[ModuleObject] = []

    def module(self, name: str, made: ModuleObject, prefix: str) -> Module:
        """``made``, whose tensors have names that begin with ``prefix``.

        What is shared is told at each of its places, so that there may be more than was made.
        Raises `NotKnown` where there is too much.
        """
        self.meter.spend(PER_MODULE)
        if made in self.around:
            return Module(name, made.cls.name, known=False, reason="it holds itself")
        if len(self.around) >= DEEPEST:
            raise NotKnown(f"its modules are nested more than {DEEPEST} deep")
        self.around.append(made)
        tensors = [
            self._weight(key, tensor, prefix, "parameter", persistent=True)
            for key, tensor in made.parameters.items()
            if tensor is not None
        ]
        tensors += [
            self._weight(key, tensor, prefix, "buffer", persistent=key not in made.not_persistent)
            for key, tensor in made.buffers.items()
            if tensor is not None
        ]
        children = [
            (
                _guess(key, child)
                if isinstance(child, Unknown)
                else self.module(key, child, f"{prefix}{key}.")
            )
            for key, child in made.children.items()
            if child is not None
        ]
        self.around.pop()
        known = made.unknown is None
        return Module(
            name,
            made.cls.name,
            made.cls.summary,
            tuple(tensors),
            tuple(children),
            known,
            made.unknown or "",
        )

    def _weight(
        self,
        name: str,
        tensor: Tensor,
        prefix: str,
        kind: Literal["parameter", "buffer"],
        *,
        persistent: bool,
    ) -> Weight:
        path = prefix + name
        first = self.first.setdefault(id(tensor), path)
        return Weight(name, tensor.shape, kind, None if first == path else first, persistent)


def _guess(name: str, value: Unknown) -> Module:
    """An attribute of which it is not known whether it is a module."""
    written = value.name.rpartition(".")[2]
    class_name = written if written[:1].isupper() else ""
    return Module(name, class_name, known=False, reason=value.reason)
