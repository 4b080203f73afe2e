"""Values against the fields of a strict dataclass, which raises where a type is not exactly kept.

The rules are those of ``huggingface_hub.dataclasses.type_validator``: unlike a caller of plain
Python, it takes no integer for a float and no bool for a number.
"""

from __future__ import annotations

import ast

from fgc.compiler.ir.graph import List, Literal, Mapping, Node, Scalar, Tuple
from fgc.compiler.passes.annotations import alternatives

_SCALARS: dict[str, type] = {"bool": bool, "int": int, "float": float, "str": str}
_SEQUENCES: dict[str, tuple[type, ...]] = {
    "list": (List,),
    "List": (List,),
    "tuple": (Tuple,),
    "Tuple": (Tuple,),
    "Sequence": (List, Tuple),
}
_MAPPINGS = frozenset({"dict", "Dict"})


def fits(annotation: str, value: Node) -> bool | None:
    """Whether a field takes a value; None where that cannot be told.

    >>> from fgc.compiler.ir.span import Span
    >>> one = Literal(1, (), Span.point("a.yaml", 1))
    >>> fits("int | None", one), fits("float", one), fits("RopeParameters | float", one)
    (True, False, None)
    """
    plain = isinstance(value, (Literal, List, Tuple, Mapping))
    answers = {_fits(text, value) for text in alternatives(annotation)} if plain else {None}
    if True in answers:
        return True
    return None if None in answers or not answers else False


def as_written(annotation: str, value: Scalar) -> str | None:
    """How a number is written that a field takes in place of ``value``, which it does not.

    >>> as_written("float", 1), as_written("int", 4.0), as_written("int", 4.5)
    ('1.0', '4', None)
    """
    names = alternatives(annotation)
    match value:
        case bool():
            return None
        case int(number) if "float" in names:
            return f"{number}.0"
        case 0 | 1 if "bool" in names:
            return "true" if value else "false"
        case float(number) if number.is_integer() and "int" in names:
            return str(int(number))
        case _:
            return None


def _fits(annotation: str, value: Node) -> bool | None:
    node = ast.parse(annotation, mode="eval").body
    name, inner = _parts(node)
    if annotation == "None":
        return isinstance(value, Literal) and value.value is None
    if annotation in _SCALARS:
        return isinstance(value, Literal) and _is_a(value.value, _SCALARS[annotation])
    if name == "Literal":
        return _among(inner, value)
    if name in _SEQUENCES:
        if not isinstance(value, (List, Tuple)):
            text = name == "Sequence" and isinstance(value, Literal)
            return None if text else False
        return _items_fit(name, inner, value)
    if name in _MAPPINGS:
        if not isinstance(value, Mapping):
            return False
        return True if len(inner) != 2 else _all(_values_fit(inner, value))
    return None


def _parts(node: ast.expr) -> tuple[str, list[ast.expr]]:
    """The last name of an annotation, and what stands in its brackets."""
    inner: list[ast.expr] = []
    if isinstance(node, ast.Subscript):
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        node = node.value
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name, inner
        case _:
            return "", inner


def _is_a(value: Scalar, kind: type) -> bool:
    return type(value) is kind


def _among(options: list[ast.expr], value: Node) -> bool | None:
    if not isinstance(value, Literal):
        return None
    given = [option.value for option in options if isinstance(option, ast.Constant)]
    if len(given) != len(options):
        return None
    return any(option == value.value and type(option) is type(value.value) for option in given)


def _items_fit(name: str, inner: list[ast.expr], value: List | Tuple) -> bool | None:
    if not isinstance(value, _SEQUENCES[name]):
        return False
    texts = [ast.unparse(part) for part in inner]
    if not texts:
        return True
    if name in ("tuple", "Tuple") and not (len(texts) == 2 and texts[1] == "..."):
        if len(texts) != len(value.items):
            return False
        return _all([fits(text, item) for text, item in zip(texts, value.items, strict=True)])
    return _all([fits(texts[0], item) for item in value.items])


def _values_fit(inner: list[ast.expr], value: Mapping) -> list[bool | None]:
    return [fits(ast.unparse(inner[1]), entry.value) for entry in value.entries]


def _all(answers: list[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True
