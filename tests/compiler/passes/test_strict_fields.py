"""Fields of transformers' configurations take at build what they take when they are made."""

from __future__ import annotations

from pathlib import Path

import pytest
import transformers
from huggingface_hub.errors import StrictDataclassFieldValidationError

from fgc.compiler.ir.graph import Entry, List, Literal, Mapping, Node, Scalar
from fgc.compiler.ir.span import Span
from fgc.compiler.passes.strict_fields import as_written, fits
from fgc.compiler.symbols.lookup import Symbols
from fgc.compiler.symbols.symbol import Parameter

AT = Span.point("a.yaml", 1)
CLASSES = ("LlamaConfig", "Qwen3Config", "MistralConfig", "GPT2Config", "BertConfig", "T5Config")
VALUES: tuple[object, ...] = (
    *(None, True, False, 0, 1, 4, 0.0, 0.5, 4.5, 4.0, "two", "silu", "4"),
    *([], [1, 2], [1, "a"], ["full_attention"], {}, {"a": 1}),
)


def node(value: object) -> Node:
    match value:
        case list():
            return List(tuple(node(item) for item in value), (), AT)
        case dict():
            return Mapping(tuple(Entry(k, AT, node(v)) for k, v in value.items()), (), AT)
        case None | bool() | int() | float() | str():
            return Literal(value, (), AT)
        case _:
            raise TypeError(value)


def refused(name: str, field: str, value: object) -> bool:
    """Whether the class itself raises, for the type of this field."""
    try:
        getattr(transformers, name)(**{field: value})
    except StrictDataclassFieldValidationError as error:
        return f"'{field}'" in str(error) and isinstance(error.__cause__, TypeError)
    except Exception:  # of what its checks of whole configurations say, nothing is claimed
        return False
    return False


def strict_fields(name: str) -> list[Parameter]:
    symbol = Symbols(Path()).lookup(f"transformers:{name}").symbol
    assert symbol is not None
    assert symbol.signature is not None
    return [p for p in symbol.signature.parameters if p.name in symbol.signature.strict]


@pytest.mark.parametrize("name", CLASSES)
def test_a_value_is_refused_where_transformers_refuses_it(name: str) -> None:
    fields = strict_fields(name)
    assert len(fields) > 10
    told = 0
    for field in fields:
        for value in VALUES:
            answer = fits(field.annotation or "", node(value))
            if answer is None:
                continue
            told += 1
            assert refused(name, field.name, value) is not answer, (field, value)
    assert told > 0.8 * len(fields) * len(VALUES)


@pytest.mark.parametrize("name", CLASSES)
def test_what_is_no_strict_field_is_not_compared(name: str) -> None:
    """PreTrainedConfig's own module keeps annotations as texts, which nothing compares."""
    symbol = Symbols(Path()).lookup(f"transformers:{name}").symbol
    assert symbol is not None
    assert symbol.signature is not None
    assert "output_hidden_states" not in symbol.signature.strict
    assert not refused(name, "output_hidden_states", "two")


@pytest.mark.parametrize(
    ("annotation", "value"),
    [("float", 1), ("int", 4.0), ("bool", 1), ("bool", 0), ("int | None", 4.0)],
)
def test_what_is_written_instead_fits(annotation: str, value: Scalar) -> None:
    meant = as_written(annotation, value)
    assert meant is not None
    read: Scalar = {"true": True, "false": False}.get(meant)
    if read is None:
        read = float(meant) if "." in meant else int(meant)
    assert fits(annotation, Literal(value, (), AT)) is False
    assert fits(annotation, Literal(read, (), AT)) is True
    assert read == value
