"""The parameters of the ``__init__`` that `dataclasses.dataclass` writes."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fgc.compiler.symbols.declarations import Class, Field
from fgc.compiler.symbols.symbol import Parameter


@dataclass(frozen=True, slots=True)
class Options:
    """What a ``@dataclass(...)`` says about its constructor."""

    init: bool
    kw_only: bool


@dataclass(frozen=True, slots=True)
class _Given:
    """A field as its class gives it."""

    parameter: Parameter
    init: bool


def dataclass_options(declared: Class) -> Options | None:
    """The options of a dataclass; None for a class that is none."""
    for text in declared.decorators:
        if text.partition("(")[0].rpartition(".")[2] == "dataclass":
            keywords = _keywords(text)
            return Options(keywords.get("init") != "False", keywords.get("kw_only") == "True")
    return None


def dataclass_parameters(ancestors: Sequence[Class]) -> tuple[Parameter, ...] | None:
    """The constructor's parameters, for a class and its ancestors in resolution order.

    A field that a subclass gives again keeps its first place; keyword-only ones come last.
    """
    fields: dict[str, _Given] = {}
    for declared in reversed(ancestors):
        options = dataclass_options(declared)
        if options is None:
            continue
        kw_only = options.kw_only
        for field in declared.fields:
            kind = _outer_name(field.annotation)
            if kind == "KW_ONLY":
                kw_only = True
            elif kind != "ClassVar":
                fields[field.name] = _given(field, kw_only)
    taken = [given.parameter for given in fields.values() if given.init]
    return (
        *(parameter for parameter in taken if parameter.kind != "keyword_only"),
        *(parameter for parameter in taken if parameter.kind == "keyword_only"),
    )


def transforms(declared: Class) -> bool:
    """Whether a class makes dataclasses with keyword-only fields of those below it (PEP 681)."""
    for text in declared.decorators:
        if text.partition("(")[0].rpartition(".")[2] == "dataclass_transform":
            return _keywords(text).get("kw_only_default") == "True"
    return False


def transformed_parameters(ancestors: Sequence[Class]) -> tuple[Parameter, ...]:
    """The constructor's parameters of a class whose base `transforms` it.

    How the base goes about that is not read, so that any other keyword may be taken, too.
    """
    fields: dict[str, _Given] = {}
    for declared in reversed(ancestors):
        for field in declared.fields:
            if _outer_name(field.annotation) not in ("ClassVar", "KW_ONLY"):
                fields[field.name] = _given(field, kw_only=True)
    taken = (replace(f.parameter, kind="keyword_only") for f in fields.values() if f.init)
    return (*taken, Parameter("kwargs", "var_keyword"))


def _given(field: Field, kw_only: bool) -> _Given:
    annotation = field.annotation
    if _outer_name(annotation) == "InitVar":
        annotation = annotation.partition("[")[2].removesuffix("]") or annotation
    default = field.default
    init = True
    if default is not None and default.partition("(")[0].rpartition(".")[2] == "field":
        keywords = _keywords(default)
        init = keywords.get("init") != "False"
        kw_only = keywords.get("kw_only", str(kw_only)) == "True"
        factory = keywords.get("default_factory")
        default = keywords.get("default") if factory is None else f"{factory}()"
    kind = "keyword_only" if kw_only else "positional_or_keyword"
    return _Given(Parameter(field.name, kind, annotation, default), init)


def _keywords(text: str) -> dict[str, str]:
    """The keyword arguments of the call that ``text`` is, as text."""
    node = ast.parse(text, mode="eval").body
    if not isinstance(node, ast.Call):
        return {}
    return {k.arg: ast.unparse(k.value) for k in node.keywords if k.arg is not None}


def _outer_name(annotation: str) -> str:
    """``InitVar`` of ``dataclasses.InitVar[int]``."""
    return annotation.strip("\"'").partition("[")[0].rpartition(".")[2]
