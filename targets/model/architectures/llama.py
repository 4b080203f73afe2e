"""Llama, as transformers has it: `LlamaForCausalLM`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TypeGuard

from fgc.compiler.ir.graph import Call, Kind, List, Literal, Node, Tuple, Var
from fgc.compiler.ir.graph import Mapping as MappingNode
from fgc.compiler.symbols.symbol import Symbol
from fgc.targets.model.architectures.architecture import ROPE, Architecture
from fgc.targets.model.fields import FieldValue
from fgc.targets.model.hf_protocol import BASE_FIELDS, CONFIG_FIELDS, DEFAULT_FIELDS

RUNTIME = "fgc.runtime.nn"

MODEL = ("causal_lm", "ForCausalLM")
DECODER = ("decoder", "Decoder")
LAYER = ("pre_norm_layer", "PreNormLayer")
ATTENTION = ("attention", "Attention")
MLP = ("swiglu", "SwiGLU")
NORM = ("rms_norm", "RMSNorm")
ROTARY = ("rotary", "RotaryEmbedding")

INTS = frozenset(
    {
        "vocab_size",
        "hidden_size",
        "intermediate_size",
        "num_hidden_layers",
        "num_attention_heads",
        "num_key_value_heads",
        "head_dim",
        "max_position_embeddings",
    }
)
FLOATS = frozenset({"rope_theta", "rms_norm_eps", "initializer_range", "attention_dropout"})
BOOLS = frozenset({"attention_bias", "mlp_bias"})


class NotLlama(Exception):
    """The graph binds something that Llama does not have."""


def recognise(
    root: Call, fields: Mapping[str, FieldValue], symbols: Mapping[Call, Symbol]
) -> Architecture | None:
    """Llama in the sizes of ``root``; None unless every binding is one of Llama's."""
    reading = Reading(fields, symbols)
    try:
        reading.model(root)
        reading.other_fields()
    except NotLlama:
        return None
    order = sorted(reading.values, key=lambda name: (name in reading.completions, name))
    return Architecture(
        model_type="llama",
        class_name="LlamaForCausalLM",
        values={name: reading.values[name] for name in order},
        built_in=frozenset(reading.literals),
    )


class Reading:
    """A walk over a graph in the shape of Llama, which collects the fields of its config."""

    def __init__(self, fields: Mapping[str, FieldValue], symbols: Mapping[Call, Symbol]):
        self.fields = fields
        self.symbols = symbols
        self.values: dict[str, FieldValue] = {}
        self.literals: set[str] = set()  # fields that stand in the graph as plain values too

    @property
    def completions(self) -> frozenset[str]:
        """The fields that the configuration leaves out."""
        return frozenset(self.values).difference(self.fields)

    def model(self, root: Call) -> None:
        """Read the whole of ``root``."""
        if root.kind is Kind.META:
            raise NotLlama
        knobs = self.knobs(
            root, MODEL, {"config", "decoder", "hidden_size", "vocab_size", "init_std"}
        )
        self.take("hidden_size", knobs.get("hidden_size"))
        self.take("vocab_size", knobs.get("vocab_size"))
        self.initial_weights(knobs.get("init_std"))
        self.decoder(knobs.get("decoder"))

    def decoder(self, node: Node | None) -> None:
        knobs = self.part(
            node,
            DECODER,
            {"vocab_size", "hidden_size", "num_layers", "layer", "layers", "rotary_emb", "norm"},
            off={"dropout", "sliding_window"},
        )
        self.take("vocab_size", knobs.get("vocab_size"))
        self.take("hidden_size", knobs.get("hidden_size"))
        layers = knobs.get("layers")
        if isinstance(layers, List | Tuple):
            if not self.is_off(knobs.get("layer")) or not self.is_off(knobs.get("num_layers")):
                raise NotLlama
            for layer in layers.items:
                self.layer(layer)
            self.put("num_hidden_layers", len(layers.items), literal=True)
        elif self.is_off(layers):
            self.layer(knobs.get("layer"))
            self.take("num_hidden_layers", knobs.get("num_layers"))
        else:
            raise NotLlama
        self.norm(knobs.get("norm"))
        rotary = self.part(knobs.get("rotary_emb"), ROTARY, {"head_dim", "theta"})
        self.take("head_dim", rotary.get("head_dim"))
        self.take("rope_theta", rotary.get("theta"))

    def layer(self, node: Node | None) -> None:
        knobs = self.part(node, LAYER, {"attention", "mlp", "norm"}, off={"dropout"})
        self.attention(knobs.get("attention"))
        mlp = self.part(knobs.get("mlp"), MLP, {"hidden_size", "intermediate_size", "bias"})
        self.take("hidden_size", mlp.get("hidden_size"))
        self.take("intermediate_size", mlp.get("intermediate_size"))
        self.take("mlp_bias", mlp.get("bias"), default=False)
        self.norm(knobs.get("norm"))

    def attention(self, node: Node | None) -> None:
        own = {"hidden_size", "num_heads", "num_kv_heads", "head_dim", "bias", "output_bias"}
        knobs = self.part(node, ATTENTION, {*own, "dropout"}, off={"qk_norm", "sliding_window"})
        self.take("hidden_size", knobs.get("hidden_size"))
        self.take("num_attention_heads", knobs.get("num_heads"))
        self.take("num_key_value_heads", knobs.get("num_kv_heads"))
        heads, size = self.values["num_attention_heads"], self.values["hidden_size"]
        groups = self.values["num_key_value_heads"]
        assert isinstance(heads, int)
        assert isinstance(size, int)
        assert isinstance(groups, int)
        # Llama's config insists on the first even where heads have a size of their own
        if heads < 1 or groups < 1 or size % heads or heads % groups:
            raise NotLlama
        self.take("head_dim", knobs.get("head_dim"), default=size // heads)
        self.take("attention_bias", knobs.get("bias"), default=False)
        if not self.is_off(knobs.get("output_bias")):
            self.take("attention_bias", knobs.get("output_bias"))
        self.take("attention_dropout", knobs.get("dropout"), default=0.0)

    def norm(self, node: Node | None) -> None:
        knobs = self.part(node, NORM, {"hidden_size", "eps"})
        self.take("hidden_size", knobs.get("hidden_size"))
        self.take("rms_norm_eps", knobs.get("eps"))

    def initial_weights(self, node: Node | None) -> None:
        """Any way to begin is Llama's; a single number is the one that its config tells."""
        if isinstance(node, MappingNode) and len(node.entries) == 1:
            std = node.entries[0].value
            value = std.value if isinstance(std, Literal) else None
            if "initializer_range" not in self.fields and _is_number(value) and 0 <= value <= 1:
                self.put("initializer_range", value, literal=True)

    def other_fields(self) -> None:
        """Hold the fields that the graph does not mention to what Llama's config makes of them."""
        self.put("hidden_act", "silu", literal=True)
        for name, value in self.fields.items():
            if name in self.values:
                # null stands for what follows from the rest
                if value is not None or name not in ("attention_dropout", "head_dim"):
                    self.put(name, value, literal=False)
            elif name == "initializer_range":
                if not (_is_number(value) and 0 <= value <= 1):
                    raise NotLlama
            elif name == "pretraining_tp":
                if value not in (None, 1):
                    raise NotLlama
            elif name in ROPE:
                if value and value != self.rope_parameters():
                    raise NotLlama
            elif name in INTS:
                self.put(name, value, literal=False)
            elif name in CONFIG_FIELDS - BASE_FIELDS - set(DEFAULT_FIELDS) and value is not None:
                raise NotLlama

    def rope_parameters(self) -> dict[str, FieldValue]:
        return {"rope_type": "default", "rope_theta": self.values["rope_theta"]}

    def part(
        self,
        node: Node | None,
        definition: tuple[str, str],
        knobs: set[str],
        off: set[str] | None = None,
    ) -> dict[str, Node]:
        """The arguments of a part that is made anew wherever it is asked for."""
        if not isinstance(node, Call) or node.kind is not Kind.PARTIAL:
            raise NotLlama
        off = off or set()
        found = self.knobs(node, definition, knobs | off)
        if any(not self.is_off(found.get(name)) for name in off):
            raise NotLlama
        return found

    def knobs(self, call: Call, definition: tuple[str, str], knobs: set[str]) -> dict[str, Node]:
        """The arguments of ``call``, which makes ``definition`` and has no other than ``knobs``."""
        module, name = definition
        symbol = self.symbols.get(call)
        if symbol is None or symbol.origin != "runtime":
            raise NotLlama
        if (symbol.definition_module, symbol.definition_name) != (f"{RUNTIME}.{module}", name):
            raise NotLlama
        found = {str(entry.key): entry.value for entry in call.kwargs}
        if call.args or call.latent_args is not None or not knobs.issuperset(found):
            raise NotLlama
        return found

    def is_off(self, node: Node | None) -> bool:
        """Whether an argument is left out, or null."""
        if isinstance(node, Var):
            return node.var in self.fields and self.fields[node.var] is None
        return node is None or (isinstance(node, Literal) and node.value is None)

    def take(self, name: str, node: Node | None, default: FieldValue = None) -> None:
        """The argument ``node`` gives the field ``name``; ``default`` holds where it is off."""
        if self.is_off(node):
            self.put(name, default, literal=not isinstance(node, Var))
        elif isinstance(node, Var) and node.var == name and name in self.fields:
            self.put(name, self.fields[name], literal=False)
        elif isinstance(node, Literal):
            self.put(name, node.value, literal=True)
        else:
            raise NotLlama

    def put(self, name: str, value: FieldValue, *, literal: bool) -> None:
        """Note that the field ``name`` has ``value``; it cannot have two."""
        value = _converted(name, value)
        if self.values.setdefault(name, value) != value:
            raise NotLlama
        if literal:
            self.literals.add(name)


def _converted(name: str, value: FieldValue) -> FieldValue:
    """``value`` in the type that Llama's config declares."""
    if name in FLOATS and _is_number(value):
        return float(value)
    is_bool = isinstance(value, bool)
    if (name in BOOLS and is_bool) or (name in INTS and isinstance(value, int) and not is_bool):
        return value
    if name == "hidden_act" and value == "silu":
        return value
    raise NotLlama


def _is_number(value: FieldValue) -> TypeGuard[int | float]:
    """Whether ``value`` is a number that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max
