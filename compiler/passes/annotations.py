"""What an annotation says about the plain values that fit it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import lru_cache

# Names of sequences and mappings that a YAML list or mapping is given to.
_ITERABLES = frozenset({"Sequence", "Iterable", "Collection"})
_SEQUENCES = _ITERABLES | {"list", "tuple", "set", "frozenset", "List", "Tuple"}
_MAPPINGS = frozenset({"dict", "Dict", "Mapping", "MutableMapping"})
_CALLABLES = frozenset({"Factory", "Callable"})


@dataclass(frozen=True, slots=True)
class Accepts:
    """The kinds of plain value that an annotation lets in.

    ``kinds`` are among ``bool``, ``int``, ``float``, ``str``, ``path``, ``none``, ``sequence``,
    ``iterable``, ``mapping`` and ``callable``; ``options`` are the values of a ``Literal[...]``.
    """

    kinds: frozenset[str]
    options: tuple[object, ...] = ()


@dataclass(slots=True)
class _Reading:
    kinds: set[str] = field(default_factory=set[str])
    options: list[object] = field(default_factory=list[object])


@lru_cache(maxsize=1024)
def accepts(annotation: str) -> Accepts | None:
    """What fits an annotation, or None where any part of it is not understood.

    >>> sorted(accepts("Optional[float]").kinds)
    ['float', 'none']
    >>> accepts("Literal['sum', 'mean'] | int").options
    ('sum', 'mean')
    >>> accepts("Tensor | float") is None
    True
    """
    try:
        node = ast.parse(annotation, mode="eval").body
    except SyntaxError:
        return None
    reading = _Reading()
    if not _read(node, reading):
        return None
    return Accepts(frozenset(reading.kinds), tuple(reading.options))


@lru_cache(maxsize=1024)
def path_form(annotation: str) -> str | None:
    """``"one"`` for ``Path`` or ``Path | None``, ``"many"`` for a sequence of paths, else None.

    >>> path_form("Path | None"), path_form("list[pathlib.Path]"), path_form("str | Path")
    ('one', 'many', None)
    """
    try:
        node = ast.parse(annotation, mode="eval").body
    except SyntaxError:
        return None
    forms = {_path_form(member) for member in _members(node)} - {"none"}
    return forms.pop() if len(forms) == 1 else None


@lru_cache(maxsize=1024)
def alternatives(annotation: str) -> tuple[str, ...]:
    """The texts of what an annotation lets in, one each; empty where it is not Python.

    >>> alternatives("Optional[Module] | list[int]")
    ('Module', 'None', 'list[int]')
    """
    try:
        node = ast.parse(annotation, mode="eval").body
    except SyntaxError:
        return ()
    return tuple(ast.unparse(member) for member in _members(node))


@lru_cache(maxsize=1024)
def items(annotation: str, count: int) -> tuple[str, ...] | None:
    """The annotation of each of ``count`` items of a list; None where the annotation tells nothing
    of them, and empty where a tuple has another number of items.

    >>> items("list[int] | None", 2), items("tuple[float, str]", 2), items("tuple[int, ...]", 1)
    (('int', 'int'), ('float', 'str'), ('int',))
    """
    texts = [text for text in alternatives(annotation) if text != "None"]
    if len(texts) != 1:
        return None
    node = ast.parse(texts[0], mode="eval").body
    if not isinstance(node, ast.Subscript) or _name(node.value) not in _SEQUENCES:
        return None
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if _name(node.value) in ("tuple", "Tuple") and not (len(inner) == 2 and _is_ellipsis(inner[1])):
        return tuple(map(ast.unparse, inner)) if len(inner) == count else ()
    return (ast.unparse(inner[0]),) * count


@lru_cache(maxsize=1024)
def entries(annotation: str) -> str | None:
    """The annotation of the values of a mapping, None where the annotation tells nothing of them.

    >>> entries("dict[str, float] | None")
    'float'
    """
    texts = [text for text in alternatives(annotation) if text != "None"]
    node = ast.parse(texts[0], mode="eval").body if len(texts) == 1 else None
    match node:
        case ast.Subscript(value=value, slice=ast.Tuple(elts=[_, inner])):
            return ast.unparse(inner) if _name(value) in _MAPPINGS else None
        case _:
            return None


def _path_form(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=None):
            return "none"
        case ast.Subscript(value=value, slice=inner) if _name(value) in _SEQUENCES:
            items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            paths = [item for item in items if not _is_ellipsis(item)]
            return "many" if paths and all(_name(item) == "Path" for item in paths) else None
        case _:
            return "one" if _name(node) == "Path" else None


def _read(node: ast.expr, reading: _Reading) -> bool:
    members = _members(node)
    if len(members) > 1:
        return all(_read(member, reading) for member in members)
    match members[0]:
        case ast.Constant(value=None):
            reading.kinds.add("none")
        case ast.Subscript(value=value, slice=inner) if _name(value) == "Literal":
            return _read_options(inner, reading)
        case ast.Subscript(value=value):
            return _read_name(_name(value), reading)
        case other:
            return _read_name(_name(other), reading)
    return True


def _read_name(name: str, reading: _Reading) -> bool:
    if name in ("bool", "int", "float", "str"):
        reading.kinds.add(name)
    elif name == "Path":
        reading.kinds.add("path")
    elif name in _SEQUENCES:
        reading.kinds.add("sequence")
        if name in _ITERABLES:
            reading.kinds.add("iterable")
    elif name in _MAPPINGS:
        reading.kinds.add("mapping")
    elif name in _CALLABLES:
        reading.kinds.add("callable")
    else:
        return False
    return True


def _read_options(node: ast.expr, reading: _Reading) -> bool:
    items = node.elts if isinstance(node, ast.Tuple) else [node]
    for item in items:
        if not isinstance(item, ast.Constant):
            return False
        reading.options.append(item.value)
    return True


def _members(node: ast.expr) -> list[ast.expr]:
    """The alternatives of ``A | B``, ``Union[A, B]``, ``Optional[A]`` or a quoted annotation."""
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return [*_members(left), *_members(right)]
        case ast.Subscript(value=value, slice=inner) if _name(value) == "Union":
            items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return [member for item in items for member in _members(item)]
        case ast.Subscript(value=value, slice=inner) if _name(value) == "Optional":
            return [*_members(inner), ast.Constant(None)]
        case ast.Constant(value=str(text)):
            try:
                return _members(ast.parse(text, mode="eval").body)
            except SyntaxError:
                return [node]
        case _:
            return [node]


def _name(node: ast.expr) -> str:
    """The last part of a dotted name; empty for anything else."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
