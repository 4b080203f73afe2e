"""transformers' base classes: what they add to a module, and the weights that they tie."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fgc.compiler.evaluate.classes import Class
from fgc.compiler.evaluate.limits import NotKnown, Raised
from fgc.compiler.evaluate.values import Builtin, Object, Unknown, Value
from fgc.targets.model.hf_protocol import FREE_FIELDS, GENERATION_FIELDS, RESERVED_FIELDS
from fgc.targets.model.symbolic.modules import ModuleObject
from fgc.targets.model.symbolic.tensors import Parameter, Tensor

PERHAPS = FREE_FIELDS | RESERVED_FIELDS | GENERATION_FIELDS  # of any config of transformers
PLAIN_NAME = re.compile(r"[A-Za-z0-9_.]+\.(weight|bias)")


class ConfigObject(Object):
    """A model's config: its fields. What else a config has is data, but not known."""

    def __init__(self, fields: Mapping[str, Value]):
        self.fields = dict(fields)

    def attribute(self, name: str) -> Value:
        if name in self.fields:
            return self.fields[name]
        return Unknown(f"`{name}` of the config", inert=True)

    def lacks(self, name: str) -> bool:
        return name not in self.fields and name not in PERHAPS and name[:1] != "_"

    def set_attribute(self, name: str, value: Value) -> None:
        self.fields[name] = value

    def held(self) -> list[Value]:
        return list(self.fields.values())

    def described(self) -> str:
        return "the config"


def pretrained_classes(module: Class) -> dict[str, Value]:
    """`PreTrainedModel` and its like, by dotted name; ``module`` is the class of ``nn.Module``."""
    methods: dict[str, Value] = {
        "__init__": Builtin("PreTrainedModel", _init, pure=False),
        "_tied_weights_keys": None,
        "init_weights": Builtin("init_weights", tie, pure=False),
        "post_init": Builtin("post_init", tie, pure=False),
        "tie_weights": Builtin("tie_weights", tie, pure=False),
    }
    model = Class("PreTrainedModel", (module,), methods, open=True)
    generation = Class("GenerationMixin", open=True)
    layer = Class("GradientCheckpointingLayer", (module,), open=True)
    return {
        "transformers.GenerationMixin": generation,
        "transformers.PreTrainedModel": model,
        "transformers.generation.GenerationMixin": generation,
        "transformers.modeling_layers.GradientCheckpointingLayer": layer,
        "transformers.modeling_utils.PreTrainedModel": model,
    }


def _init(self: ModuleObject, config: Value, *_: Value, **__: Value) -> None:
    self.initialise()
    self.set_attribute("config", config)


def tie(self: ModuleObject, *_: Value, **__: Value) -> None:
    """Makes one parameter of those that the model's class says to share, if its config says so.

    Raises `NotKnown` where one of them is not known, or named by a pattern.
    """
    config = self.attribute("config")
    wanted = config.attribute("tie_word_embeddings") if isinstance(config, ConfigObject) else None
    if wanted is False:
        return
    names = self.attribute("_tied_weights_keys")
    if names is None:
        return
    if wanted is not True or not isinstance(names, dict):
        raise NotKnown("whether weights are tied")
    for target, source in names.items():
        if not all(isinstance(n, str) and PLAIN_NAME.fullmatch(n) for n in (target, source)):
            raise NotKnown("the weights that are tied are named by patterns")
        owner, _, name = target.rpartition(".")
        tensor = _owner(self, source).attribute(source.rpartition(".")[2])
        if not isinstance(tensor, Tensor):
            raise Raised(f"it raises AttributeError: there is no `{source}` to tie `{target}` to")
        tied = _owner(self, owner + ".")
        tied.set_attribute(name, tensor)
        _adjust_bias(tied, tensor)


def _owner(model: ModuleObject, name: str) -> ModuleObject:
    """The module that has the tensor of this dotted name."""
    module = model
    for part in name.split(".")[:-1]:
        child = module.attribute(part)
        if isinstance(child, Unknown) or module.unknown is not None:
            raise NotKnown(f"the module of `{name}`")
        if not isinstance(child, ModuleObject):
            raise Raised(f"it raises AttributeError: there is no `{name}`")
        module = child
    return module


def _adjust_bias(module: ModuleObject, weight: Tensor) -> None:
    """As transformers does: the bias gets as many entries as the weight has rows."""
    bias = module.parameters.get("bias")
    if isinstance(bias, Parameter) and bias is not weight and weight.shape:
        bias.shape = weight.shape[:1]
