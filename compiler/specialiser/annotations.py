"""What a parameter's annotation says about the values that it may have."""

from __future__ import annotations

import ast
import builtins
from functools import lru_cache

Annotation = ast.expr | str | None

# Names outside of builtins whose values are never None, as annotations use them. Any other name
# may be an alias.
_NEVER_NONE = frozenset(
    {
        "Callable",
        "Factory",
        "Iterable",
        "Iterator",
        "Mapping",
        "Path",
        "Sequence",
        "Tensor",
        "device",
        "dtype",
    }
)


def is_factory(annotation: Annotation) -> bool:
    """Whether the values are factories, or lists of them.

    >>> is_factory("list[Factory[nn.Module]] | None"), is_factory("Callable[[int], int]")
    (True, False)
    """
    return any(
        isinstance(node, ast.Subscript) and _last(node.value) == "Factory"
        for node in _walk(annotation)
    )


def is_choice(annotation: Annotation) -> bool:
    """Whether the value is one of several texts.

    >>> is_choice('Literal["linear", "cosine"] | None'), is_choice("str")
    (True, False)
    """
    return bool(choices(annotation))


def choices(annotation: Annotation) -> tuple[object, ...]:
    """The values that a ``Literal[...]`` lists; none where there is no such thing.

    >>> choices('Literal["linear", "cosine"] | None'), choices("str")
    (('linear', 'cosine'), ())
    """
    return tuple(
        value.value
        for node in _walk(annotation)
        if isinstance(node, ast.Subscript) and _last(node.value) == "Literal"
        for value in (node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice])
        if isinstance(value, ast.Constant)
    )


def allows_none(annotation: Annotation) -> bool:
    """Whether a value may be None, as far as can be told: an alias may hide it.

    >>> [allows_none(text) for text in ("int", "list[int | None]", "nn.Module", "Literal['a']")]
    [False, False, False, False]
    >>> [allows_none(text) for text in ("int | None", "Optional[int]", "Any", "Width", None)]
    [True, True, True, True, True]
    """
    node = _parsed(annotation)
    return node is None or not _is_never_none(node)


def makes_none(annotation: Annotation) -> bool:
    """Whether what a factory makes may be None.

    >>> makes_none("Factory[nn.Module] | None"), makes_none("Factory[nn.Module | None]")
    (False, True)
    """
    return any(
        _may_be_none(node.slice)
        for node in _walk(annotation)
        if isinstance(node, ast.Subscript) and _last(node.value) == "Factory"
    )


def _may_be_none(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=None):
            return True
        case ast.BinOp(left=left, right=right):
            return _may_be_none(left) or _may_be_none(right)
        case ast.Subscript(value=value):
            return _last(value) == "Optional"
        case _:
            return _last(node) in ("Any", "object")


def _is_never_none(node: ast.expr) -> bool:
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _is_never_none(left) and _is_never_none(right)
        case ast.Subscript(value=value, slice=values) if _last(value) == "Literal":
            return not any(
                isinstance(inner, ast.Constant) and inner.value is None
                for inner in ast.walk(values)
            )
        case ast.Subscript(value=value):
            return _is_never_none(value)
        case ast.Attribute(value=ast.Name(id="nn"), attr="Module" | "Parameter"):
            return True
        case _:
            return _is_class(_last(node))


def _is_class(name: str | None) -> bool:
    if name is None or name == "object":
        return False
    return name in _NEVER_NONE or isinstance(getattr(builtins, name, None), type)


def _last(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None


def _walk(annotation: Annotation) -> list[ast.AST]:
    node = _parsed(annotation)
    return [] if node is None else list(ast.walk(node))


def _parsed(annotation: Annotation) -> ast.expr | None:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = annotation.value
    return _parsed_text(annotation) if isinstance(annotation, str) else annotation


@lru_cache(maxsize=1024)
def _parsed_text(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None
