"""config.json and generation_config.json."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from fgc.targets.model.fields import FieldValue
from fgc.targets.model.hf_protocol import DEFAULT_FIELDS
from fgc.targets.model.spec import ModelSpec

INDENT = "  "


def config_json(spec: ModelSpec) -> str:
    """The text of config.json: what the model is called, then the fields of its config class."""
    layout = spec.layout()
    fields: Mapping[str, FieldValue] = {**layout.free, **layout.built_in}
    model_class = spec.model_class
    if spec.architecture is not None:
        fields = spec.architecture.json_fields(fields)
        model_class = spec.architecture.class_name
    auto_map = {
        "AutoConfig": f"{spec.config_module}.{spec.config_class}",
        "AutoModelForCausalLM": f"{spec.modeling_module}.{spec.model_class}",
    }
    items = [
        ("architectures", _text([model_class], INDENT)),
        ("model_type", _text(spec.model_type, INDENT)),
        ("auto_map", _block(auto_map, INDENT)),
        *((name, _text(value, INDENT)) for name, value in fields.items()),
    ]
    return _object(items, "") + "\n"


def generation_config_json(spec: ModelSpec) -> str:
    """The text of generation_config.json: the special ids, and how text is to be generated."""
    ids = {name: spec.fields.get(name) for name in DEFAULT_FIELDS if name.endswith("_token_id")}
    given = {name: value for name, value in ids.items() if value is not None}
    return _block({**given, **spec.generation}, "") + "\n"


def _text(value: FieldValue, indent: str) -> str:
    """``value`` as JSON; what holds only scalars stands on one line, however long.

    The form never depends on the width of a value, so that changing one changes one line.
    """
    match value:
        case list() if any(isinstance(item, list | dict) for item in value):
            inner = indent + INDENT
            rows = ",\n".join(inner + _text(item, inner) for item in value)
            return f"[\n{rows}\n{indent}]"
        case dict() if any(isinstance(item, list | dict) for item in value.values()):
            return _block(value, indent)
        case _:
            return json.dumps(value, allow_nan=False)


def _block(value: Mapping[str, FieldValue], indent: str) -> str:
    """A mapping with one line for each key."""
    return _object(((key, _text(item, indent + INDENT)) for key, item in value.items()), indent)


def _object(items: Iterable[tuple[str, str]], indent: str) -> str:
    rows = ",\n".join(f"{indent}{INDENT}{json.dumps(key)}: {text}" for key, text in items)
    return f"{{\n{rows}\n{indent}}}" if rows else "{}"
