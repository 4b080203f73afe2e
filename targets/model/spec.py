"""A model that is to be written: all that its files say, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fgc.compiler.backend.names import class_prefix
from fgc.compiler.ir.graph import Call, Var, walk
from fgc.compiler.ir.span import Span
from fgc.compiler.symbols.symbol import Symbol
from fgc.targets.model.architectures import recognise
from fgc.targets.model.architectures.architecture import Architecture
from fgc.targets.model.fields import FieldValue, fields_of
from fgc.targets.model.hf_protocol import DEFAULT_FIELDS, FREE_FIELDS, GENERATION_FIELDS

PRIVATE_PREFIX = "fgc_"
"""Begins the model type of every model that transformers does not know. No type of its own does."""


@dataclass(frozen=True)
class ModelSpec:
    """One model.

    ``fields`` are what the `config` mapping of ``root`` says and ``spans`` the places of these
    values; ``read`` are those that the emitted modeling code takes from its config.
    ``architecture`` is what transformers knows the model as, None if as nothing.
    """

    name: str  # in snake case
    prefix: str  # of the classes
    title: str  # for people
    root: Call
    fields: Mapping[str, FieldValue]
    spans: Mapping[str, Span]
    read: frozenset[str]
    architecture: Architecture | None
    symbols: Mapping[Call, Symbol]

    @property
    def config_class(self) -> str:
        """The name of the config class."""
        return f"{self.prefix}Config"

    @property
    def model_class(self) -> str:
        """The name of the model's own class."""
        symbol = self.symbols[self.root]
        return f"{self.prefix}{symbol.definition_name or symbol.qualname.rpartition('.')[2]}"

    @property
    def config_module(self) -> str:
        """The name of the module of the config class."""
        return f"configuration_{self.name}"

    @property
    def modeling_module(self) -> str:
        """The name of the module of the model's class."""
        return f"modeling_{self.name}"

    @property
    def model_type(self) -> str:
        """What config.json calls the model: transformers' name for it, or a private one."""
        if self.architecture is None:
            return PRIVATE_PREFIX + self.name
        return self.architecture.model_type

    @property
    def generation(self) -> Mapping[str, FieldValue]:
        """Those fields that are about generation, and so stand in generation_config.json."""
        variables = {node.var for node in walk(self.root) if isinstance(node, Var)}
        return {
            name: value
            for name, value in self.fields.items()
            if name in GENERATION_FIELDS and name not in variables
        }

    def layout(self) -> Layout:
        """The fields of the config class."""
        generation = self.generation
        values = {name: v for name, v in self.fields.items() if name not in generation}
        for name, value in DEFAULT_FIELDS.items():
            values.setdefault(name, value)
        if self.architecture is not None:
            values = self.architecture.completed(values)
        mixed = frozenset[str]() if self.architecture is None else self.architecture.built_in
        free = {
            name: value
            for name, value in values.items()
            if name in FREE_FIELDS or (name in self.read and name not in mixed)
        }
        built_in = {name: value for name, value in values.items() if name not in free}
        return Layout(free, built_in)


@dataclass(frozen=True, slots=True)
class Layout:
    """Fields that may be changed, and those whose values the model's code has built in."""

    free: Mapping[str, FieldValue]
    built_in: Mapping[str, FieldValue]


def model_spec(
    root: Call, *, name: str, title: str, read: frozenset[str], symbols: Mapping[Call, Symbol]
) -> ModelSpec:
    """The model ``root``, whose emitted code reads the fields ``read``.

    Raises:
        BuildError: FGC040, where its fields are malformed.
    """
    fields = fields_of(root)
    return ModelSpec(
        name=name,
        prefix=class_prefix(name),
        title=title,
        root=root,
        fields=fields.values,
        spans=fields.spans,
        read=read,
        architecture=recognise(root, fields.values, symbols),
        symbols=symbols,
    )
