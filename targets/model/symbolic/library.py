"""What is known of torch and transformers, by dotted name, for the evaluation of one program."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache

from fgc.compiler.evaluate.arguments import bound_arguments
from fgc.compiler.evaluate.classes import Class
from fgc.compiler.evaluate.limits import NotKnown, TooMuch
from fgc.compiler.evaluate.program import Program
from fgc.compiler.evaluate.statements import Context
from fgc.compiler.evaluate.values import (
    Builtin,
    Function,
    Namespace,
    Object,
    Unknown,
    Value,
)
from fgc.targets.model.symbolic.containers import container_classes
from fgc.targets.model.symbolic.copies import deep_copy
from fgc.targets.model.symbolic.layers import LAYERS, Layer, Row
from fgc.targets.model.symbolic.modules import ModuleObject
from fgc.targets.model.symbolic.pretrained import pretrained_classes
from fgc.targets.model.symbolic.shapes import sizes
from fgc.targets.model.symbolic.tensors import FUNCTIONS, Buffer, Parameter, Tensor

RETURN_SELF = """
    bfloat16 compile cpu cuda double eval float half requires_grad_ share_memory to to_empty train
    type xpu zero_grad
"""
INITIALISERS = """
    constant_ copy_ dirac_ eye_ kaiming_normal_ kaiming_uniform_ normal_ ones_ orthogonal_ sparse_
    trunc_normal_ uniform_ xavier_normal_ xavier_uniform_ zeros_
"""
CONTEXTS = "enable_grad inference_mode no_grad"
DATA = """
    Generator Size bfloat16 bool channels_last contiguous_format cuda device dtype finfo float16
    float32 float64 float8_e4m3fn float8_e5m2 get_default_dtype half iinfo int16 int32 int64 int8
    is_tensor long manual_seed strided uint8
"""
"""Names of `torch` that are data, or give data: nothing with weights."""

ACTIVATIONS = {
    "gelu": "GELUActivation",
    "gelu_fast": "FastGELUActivation",
    "gelu_new": "NewGELUActivation",
    "gelu_pytorch_tanh": "GELUTanh",
    "leaky_relu": "LeakyReLU",
    "mish": "MishActivation",
    "quick_gelu": "QuickGELUActivation",
    "relu": "ReLU",
    "relu2": "ReLUSquaredActivation",
    "relu6": "ReLU6",
    "sigmoid": "Sigmoid",
    "silu": "SiLUActivation",
    "swish": "SiLU",
    "tanh": "Tanh",
}
"""Names in transformers' `ACT2FN`, and the classes of their modules, which have no weights."""


def torch_library(program: Program) -> dict[str, Value]:
    """Values for the names that ``program`` imports."""
    return Library(program).names()


class Library:
    """The known part of torch and transformers.

    Classes and modules belong to one program, which may change them.
    """

    def __init__(self, program: Program):
        self.program = program
        self.module = Class("Module", names=self._module_methods(), new=ModuleObject, open=True)
        self.torch = Namespace("torch.nn")
        self._signatures: dict[str, Function] = {}

    def names(self) -> dict[str, Value]:
        """The values, by dotted name."""
        listed = self.program.evaluator.builtins.listed
        classes = {"Module": self.module, **container_classes(self.module, listed)}
        for name, layer in LAYERS.items():
            classes[name] = self._layer(name, layer, classes[layer.base])
        self.torch.names.update(classes)
        found: dict[str, Value] = {f"torch.nn.{name}": each for name, each in classes.items()}
        for name in ("torch.nn.Parameter", "torch.nn.parameter.Parameter"):
            found[name] = Builtin("nn.Parameter", _parameter)
        for name in ("torch.nn.Buffer", "torch.nn.parameter.Buffer"):
            found[name] = Builtin("nn.Buffer", _buffer)
        for name, function in FUNCTIONS.items():
            found[f"torch.{name}"] = Builtin(f"torch.{name}", function)
        for name in INITIALISERS.split():
            for package in ("torch.nn.init", "transformers.initialization"):
                found[f"{package}.{name}"] = Builtin(f"init.{name}", _initialise)
        for name in CONTEXTS.split():
            found[f"torch.{name}"] = Builtin(f"torch.{name}", _context)
        for name in DATA.split():
            found[f"torch.{name}"] = Unknown(f"`torch.{name}`", inert=True)
        found |= pretrained_classes(self.module)
        found["transformers.activations.ACT2FN"] = Activations(classes)
        found["collections.OrderedDict"] = self.program.evaluator.builtins.names["dict"]
        found["copy.deepcopy"] = Builtin("copy.deepcopy", self._deep_copy, pure=False)
        found["functools.partial"] = Builtin("functools.partial", self._partial, pure=False)
        return found

    def _layer(self, name: str, layer: Layer, base: Class) -> Class:
        """The class of `torch.nn` that an entry of the table describes."""

        def init(self: ModuleObject, *args: Value, **kwargs: Value) -> None:
            fill(self, layer, bound_arguments(signature(layer.signature), args, kwargs))

        fill, signature = self._fill, self._signature
        names: dict[str, Value] = {"__init__": Builtin(f"nn.{name}", init, pure=False)}
        return Class(name, (base,), names, ModuleObject, open=True)

    def _signature(self, parameters: str) -> Function:
        """A function with these parameters."""
        if parameters not in self._signatures:
            made = self._value(f"lambda {parameters}: None", {})
            assert isinstance(made, Function)
            self._signatures[parameters] = made
        return self._signatures[parameters]

    def _fill(self, module: ModuleObject, layer: Layer, given: Mapping[str, Value]) -> None:
        """Registers the tensors and children that an entry of the table gives to a module."""
        module.initialise()
        several = [None]
        if layer.each is not None:
            several = self.program.evaluator.builtins.listed(self._value(layer.each, given))
        for each in several:
            names = {**given, "each": each}
            for row in layer.parameters:
                module.register_parameter(*self._row(row, names, Parameter))
            for row in layer.buffers:
                module.register_buffer(*self._row(row, names, Tensor))
        for name, construction in (layer.children or {}).items():
            module.set_attribute(name, self._value(construction, given))
        for name in layer.keeps.split():
            module.set_attribute(name, given[name])

    def _row(
        self, row: Row, names: Mapping[str, Value], kind: type[Tensor]
    ) -> tuple[str, Tensor | None]:
        """The name of a tensor, and the tensor; None where the module has none of that name."""
        name = self._value(f"f'{row.name}'", names) if "{" in row.name else row.name
        if not isinstance(name, str):
            raise NotKnown("the name of a parameter is not known")
        decide = self.program.evaluator.decide
        if row.when is not None and not decide(self._value(row.when, names)):
            return name, None
        try:
            return name, kind(sizes([self._value(row.shape, names)]))
        except TooMuch:
            raise
        except NotKnown as error:
            return name, kind(None, error.reason)

    def _value(self, text: str, names: Mapping[str, Value]) -> Value:
        return self.program.expression(_expression(text), self.torch, names)

    def _deep_copy(self, value: Value) -> Value:
        return deep_copy(value, self.program.evaluator.meter)

    def _partial(self, function: Value, *args: Value, **kwargs: Value) -> Value:
        def run(*more: Value, **others: Value) -> Value:
            call = self.program.evaluator.call
            return call(function, [*args, *more], {**kwargs, **others})

        return Builtin("functools.partial", run, pure=False)

    def _module_methods(self) -> dict[str, Value]:
        call, meter = self.program.evaluator.call, self.program.evaluator.meter

        def init(self: ModuleObject, *_: Value, **__: Value) -> None:
            self.initialise()

        def apply(self: ModuleObject, function: Value) -> Value:
            meter.spend()
            for child in self.children.values():
                if isinstance(child, ModuleObject):
                    apply(child, function)
            call(function, [self], {})
            return self

        def register_buffer(
            self: ModuleObject, name: str, tensor: Value, persistent: Value = True
        ) -> None:
            self.register_buffer(name, tensor, persistent=persistent)

        def register_parameter(self: ModuleObject, name: str, param: Value) -> None:
            self.register_parameter(name, param)

        def add_module(self: ModuleObject, name: str, module: Value) -> None:
            self.register_module(name, module)

        def modules(self: ModuleObject) -> list[ModuleObject]:
            return list(self.below())

        def children(self: ModuleObject) -> Value:
            inside = [id(each) for each in self.children.values()]
            return [each for each in self.below() if id(each) in inside]

        def parameters(self: ModuleObject, recurse: bool = True) -> Value:
            owners = [each for each in self.below() if recurse or each is self]
            found = [each for owner in owners for each in owner.parameters.values()]
            return list({id(each): each for each in found if each is not None}.values())

        functions = {
            "__init__": init,
            "add_module": add_module,
            "apply": apply,
            "children": children,
            "modules": modules,
            "parameters": parameters,
            "register_buffer": register_buffer,
            "register_module": add_module,
            "register_parameter": register_parameter,
            **dict.fromkeys(RETURN_SELF.split(), lambda self, *_, **__: self),
        }
        return {name: Builtin(name, run, pure=False) for name, run in functions.items()}


class Activations(Object):
    """`ACT2FN`: an activation, as a module, by name."""

    def __init__(self, classes: Mapping[str, Class]):
        self.classes = classes

    def item(self, key: Value) -> Value:
        name = ACTIVATIONS.get(key) if isinstance(key, str) else None
        if name is None:
            return Unknown("an activation of transformers")
        own = Class(name, (self.classes["Module"],), open=True)
        made = ModuleObject(self.classes.get(name, own))
        made.initialise()
        return made

    def described(self) -> str:
        return "`ACT2FN`"


@lru_cache(maxsize=512)
def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _parameter(data: Value = None, requires_grad: Value = True) -> Value:
    if isinstance(data, Tensor):
        return Parameter(data.shape, data.reason)
    reason = data.reason if isinstance(data, Unknown) else "its data are no tensor"
    return Parameter(None, reason)


def _buffer(data: Value = None, *, persistent: Value = True) -> Value:
    if not isinstance(persistent, bool):
        raise NotKnown("whether a buffer is persistent")
    if isinstance(data, Tensor):
        return Buffer(data.shape, data.reason, persistent=persistent)
    return Buffer(None, "its data are no tensor", persistent=persistent)


def _initialise(tensor: Value, *_: Value, **__: Value) -> Value:
    return tensor


def _context(*function: Value, **_: Value) -> Value:
    """A context manager that is also a decorator."""
    return function[0] if function else Context()
