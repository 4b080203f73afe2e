"""The fields of a model: what its `config` mapping says, as plain data."""

from __future__ import annotations

import keyword
import math
from collections.abc import Mapping
from dataclasses import dataclass

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Call, Entry, List, Literal, Node, Scalar, Tuple
from fgc.compiler.ir.graph import Mapping as MappingNode
from fgc.compiler.ir.span import Span
from fgc.targets.model.hf_protocol import RESERVED_FIELDS

FieldValue = Scalar | list["FieldValue"] | dict[str, "FieldValue"]

FLOAT_FIELDS = frozenset({"attention_dropout", "initializer_range", "rms_norm_eps", "rope_theta"})
BOOL_FIELDS = frozenset({"attention_bias", "mlp_bias", "tie_word_embeddings", "use_cache"})
ID_FIELDS = frozenset({"bos_token_id", "eos_token_id", "pad_token_id"})


@dataclass(frozen=True, slots=True)
class Fields:
    """Values by name, in the order of the configuration, and the place of each."""

    values: Mapping[str, FieldValue]
    spans: Mapping[str, Span]


def fields_of(root: Call) -> Fields:
    """The fields of the model ``root``.

    Those that transformers has a type for are converted to it: its config classes refuse an int
    where they declare a float.

    Raises:
        BuildError: FGC040, for each field that a config class or config.json cannot hold.
    """
    config = root.kwarg("config")
    if not isinstance(config, MappingNode):
        raise BuildError(
            Diagnostic(
                "FGC040",
                "the model has no fields",
                root.span if config is None else config.span,
                help="its `config` is a mapping of the model's sizes and settings",
            )
        )
    values: dict[str, FieldValue] = {}
    spans: dict[str, Span] = {}
    found: list[Diagnostic] = []
    for entry in config.entries:
        try:
            name = _name(entry)
            values[name] = _typed(name, _data(entry.value), entry.value.span)
            spans[name] = entry.value.span
        except BuildError as error:
            found.extend(error.diagnostics)
    if found:
        raise BuildError(found)
    return Fields(values, spans)


def _name(entry: Entry) -> str:
    key = entry.key
    if not isinstance(key, str):
        raise _malformed("the name of a field is a text", entry.key_span)
    if not (key.isidentifier() and key.isascii()) or keyword.iskeyword(key) or key[0] == "_":
        raise _malformed(
            f"`{key}` cannot name a field",
            entry.key_span,
            "a field is an attribute: ASCII letters, digits and `_`, first a letter, no keyword",
        )
    if key in RESERVED_FIELDS:
        raise _malformed(
            f"`{key}` cannot name a field: the class of the config needs the name",
            entry.key_span,
        )
    return key


def _data(node: Node) -> FieldValue:
    match node:
        case Literal(value=value):
            if isinstance(value, float) and not math.isfinite(value):
                raise _malformed(f"config.json cannot hold the number {value}", node.span)
            return value
        case List(items=items) | Tuple(items=items):
            return [_data(item) for item in items]
        case MappingNode(entries=entries):
            return {_key(entry): _data(entry.value) for entry in entries}
        case _:
            raise _malformed(
                "a field of the model is not known at build",
                node.span,
                "fields are numbers, texts, true, false, null, and lists and mappings of these",
            )


def _key(entry: Entry) -> str:
    if not isinstance(entry.key, str):
        raise _malformed("config.json has texts as keys only", entry.key_span, "quote the key")
    return entry.key


def _typed(name: str, value: FieldValue, span: Span) -> FieldValue:
    """``value`` in the type that transformers has for ``name``, whatever the model is."""
    if name in FLOAT_FIELDS:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise _malformed(f"`{name}` is a number", span)
        try:
            return None if value is None else float(value)
        except OverflowError:
            raise _malformed(f"`{name}` is out of range", span) from None
    if name in BOOL_FIELDS and not isinstance(value, bool):
        raise _malformed(f"`{name}` is true or false", span)
    if name in ID_FIELDS and not _is_id(value, many=name == "eos_token_id"):
        raise _malformed(f"`{name}` is the id of a token, or null", span)
    return value


def _is_id(value: FieldValue, *, many: bool) -> bool:
    if many and isinstance(value, list):
        return bool(value) and all(item is not None and _is_id(item, many=False) for item in value)
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _malformed(message: str, span: Span, remedy: str | None = None) -> BuildError:
    return BuildError(Diagnostic("FGC040", message, span, help=remedy))
