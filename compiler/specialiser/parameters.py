"""What is said about a definition's parameters, and what a call gives for them."""

from __future__ import annotations

import libcst as cst

from fgc.compiler.ir.graph import Call, Entry, Node
from fgc.compiler.ir.graph import Mapping as MappingNode
from fgc.compiler.specialiser import annotations
from fgc.compiler.specialiser.definition import parameters
from fgc.compiler.specialiser.family import Tree


def arguments(call: Call, tree: Tree) -> dict[str, Node]:
    """The arguments of ``call`` by the name of their parameter."""
    names = [param.name.value for param in parameters(tree)]
    given = dict(zip(names, call.args, strict=False))
    given.update({str(entry.key): entry.value for entry in bound_entries(call)})
    return given


def bound_entries(call: Call) -> list[Entry]:
    """The keyword arguments that ``call`` binds, latent ones included, the later of equal keys."""
    merged = {entry.key: entry for entry in call.kwargs}
    if isinstance(call.latent_args, MappingNode):
        merged |= {entry.key: entry for entry in call.latent_args.entries}
    return list(merged.values())


def is_open(call: Call) -> bool:
    """Whether the names of latent arguments are known only when they are made."""
    return call.latent_args is not None and not isinstance(call.latent_args, MappingNode)


def is_factory(param: cst.Param) -> bool:
    """Whether a parameter's annotation says that it is a factory, or a list of them."""
    return annotations.is_factory(annotation_of(param))


def is_choice(param: cst.Param) -> bool:
    """Whether a parameter's annotation says that it is one of several texts."""
    return annotations.is_choice(annotation_of(param))


def allows_none(param: cst.Param) -> bool:
    """Whether a parameter may be None, as far as can be told."""
    none = isinstance(param.default, cst.Name) and param.default.value == "None"
    return none or annotations.allows_none(annotation_of(param))


def annotation_of(param: cst.Param) -> str | None:
    """The text of a parameter's annotation."""
    if param.annotation is None:
        return None
    return cst.Module([]).code_for_node(param.annotation.annotation)
