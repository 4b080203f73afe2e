"""The module of the config class, `configuration_<name>.py`.

Its fields are those that may be changed. What the code of the model has built in is a field too,
because other programs read it, but one that refuses every other value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import libcst as cst

from fgc.compiler.backend.literal import literal
from fgc.compiler.backend.module_text import formatted
from fgc.targets.model.fields import FieldValue
from fgc.targets.model.spec import Layout, ModelSpec

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement

# What transformers allows beside the type of the value that a model happens to have.
WIDER_TYPES = {
    "bos_token_id": "int | None",
    "eos_token_id": "int | list[int] | None",
    "pad_token_id": "int | None",
}

KEYS_TO_IGNORE = 'keys_to_ignore_at_inference = ["past_key_values"]'

IMPORTS = """\
from copy import deepcopy
from dataclasses import field
from typing import Any
from transformers import PreTrainedConfig
"""

BUILT_IN_COMMENT = "# Other programs read these; the code of the model has their values built in."

REFUSAL = """\
def __post_init__(self, **kwargs: Any) -> None:
    for name, value in BUILT_IN.items():
        setattr(self, name, kwargs.pop(name, value))
    super().__post_init__(**kwargs)

def __setattr__(self, name: str, value: Any) -> None:
    if name in BUILT_IN and value != BUILT_IN[name]:
        raise ValueError(
            f"`{name}` is {BUILT_IN[name]!r} in the code of this model, not {value!r}"
        )
    super().__setattr__(name, value)
"""

ROPE = """\
@property
def rope_parameters(self) -> dict[str, Any]:
    # how transformers describes rotary positions; their type is built in
    return {"rope_type": "default", "rope_theta": self.rope_theta}

@rope_parameters.setter
def rope_parameters(self, value: dict[str, Any] | None) -> None:
    built_in = self.rope_parameters
    if value and {**built_in, **value} != built_in:
        raise ValueError(
            f"`rope_parameters` is {built_in!r} in the code of this model, not {value!r}"
        )
"""


def configuration_module(spec: ModelSpec) -> str:
    """The text of the module, as black writes it."""
    layout = spec.layout()
    body: list[Statement] = [
        _docstring(f"The configuration of {spec.title}."),
        *_imports(spec, layout),
    ]
    if layout.built_in:
        body.append(_built_in(layout.built_in))
    body.append(_config_class(spec, layout))
    return formatted(cst.Module(body).code)


def _imports(spec: ModelSpec, layout: Layout) -> Iterable[Statement]:
    """Those of `IMPORTS` that the module needs."""
    types = [_type(name, value) for name, value in layout.free.items()]
    needed = {"PreTrainedConfig"}
    if layout.built_in or spec.architecture is not None or any("Any" in text for text in types):
        needed.add("Any")
    if _holds_container(layout.free):
        needed.add("field")
    if _holds_container(layout.built_in):
        needed.add("deepcopy")
    own = [cst.EmptyLine(indent=False)]
    for line in IMPORTS.splitlines():
        if line.rpartition(" ")[2] in needed:
            statement = cst.ensure_type(cst.parse_statement(line), cst.SimpleStatementLine)
            standard = not line.startswith("from transformers")
            yield statement if standard else statement.with_changes(leading_lines=own)


def _built_in(values: Mapping[str, FieldValue]) -> cst.SimpleStatementLine:
    """The table of what cannot be changed."""
    assign = cst.Assign([cst.AssignTarget(cst.Name("BUILT_IN"))], _expression(dict(values)))
    return cst.SimpleStatementLine([assign], [cst.EmptyLine(comment=cst.Comment(BUILT_IN_COMMENT))])


def _config_class(spec: ModelSpec, layout: Layout) -> cst.ClassDef:
    model_type = cst.Assign([cst.AssignTarget(cst.Name("model_type"))], literal(spec.model_type))
    body: list[Statement] = [
        _docstring(f"The sizes and settings of {spec.title}; config.json holds the same fields."),
        cst.SimpleStatementLine([model_type]),
        cst.parse_statement(KEYS_TO_IGNORE),
    ]
    for index, (name, value) in enumerate(layout.free.items()):
        blank_lines = [cst.EmptyLine(indent=False)] if index == 0 else []
        body.append(cst.SimpleStatementLine([_field(name, value)], blank_lines))
    if layout.built_in:
        copied = "deepcopy(value)" if _holds_container(layout.built_in) else "value"
        methods = REFUSAL.replace("pop(name, value)", f"pop(name, {copied})")
        body.extend(_statements(methods))
    if spec.architecture is not None:
        body.extend(_statements(ROPE))
    return cst.ClassDef(
        cst.Name(spec.config_class),
        cst.IndentedBlock(body),
        [cst.Arg(cst.Name("PreTrainedConfig"))],
    )


def _field(name: str, value: FieldValue) -> cst.AnnAssign:
    """``name: type = value``; a list or mapping is made anew for each config."""
    default = _expression(value)
    if isinstance(value, list | dict):
        made = cst.Lambda(cst.Parameters(), default)
        keyword = cst.Arg(made, keyword=cst.Name("default_factory"))
        default = cst.Call(cst.Name("field"), [keyword])
    annotation = cst.Annotation(cst.parse_expression(_type(name, value)))
    return cst.AnnAssign(cst.Name(name), annotation, default)


def _type(name: str, value: FieldValue) -> str:
    """The annotation of a field.

    >>> _type("sizes", [1, 2]), _type("limit", None), _type("pad_token_id", 3)
    ('list[int]', 'Any', 'int | None')
    """
    if name in WIDER_TYPES:
        return WIDER_TYPES[name]
    match value:
        case None:
            return "Any"
        case list():
            types = {_type("", item) for item in value}
            return f"list[{types.pop() if len(types) == 1 else 'Any'}]"
        case dict():
            types = {_type("", item) for item in value.values()}
            return f"dict[str, {types.pop() if len(types) == 1 else 'Any'}]"
        case _:
            return type(value).__name__


def _expression(value: FieldValue) -> cst.BaseExpression:
    """``value`` as Python; each item of a list or mapping gets a line of its own.

    So the form never depends on the width of a value, and changing one changes one line.
    """
    match value:
        case list():
            items = [cst.Element(_expression(item), comma=cst.Comma()) for item in value]
            return cst.List(items)
        case dict():
            return cst.Dict(
                [
                    cst.DictElement(literal(key), _expression(item), comma=cst.Comma())
                    for key, item in value.items()
                ]
            )
        case _:
            return literal(value)


def _statements(text: str) -> Iterable[Statement]:
    return cst.parse_module(text).body


def _docstring(text: str) -> cst.SimpleStatementLine:
    """``text``, which may hold a title from the configuration, as a docstring."""
    body = "".join(
        (
            "\\" + character
            if character in '"\\'
            else character if character.isprintable() else repr(character)[1:-1]
        )
        for character in " ".join(text.split())
    )
    return cst.SimpleStatementLine([cst.Expr(cst.SimpleString(f'"""{body}"""'))])


def _holds_container(values: Mapping[str, FieldValue]) -> bool:
    return any(isinstance(value, list | dict) for value in values.values())
