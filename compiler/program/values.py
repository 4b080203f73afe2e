"""The code of values that are not calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

import libcst as cst

from fgc.compiler.backend.literal import literal
from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import (
    Call,
    File,
    List,
    Literal,
    Node,
    Scalar,
    Tuple,
    Var,
    walk,
)
from fgc.compiler.ir.graph import (
    Mapping as MappingNode,
)


@dataclass(frozen=True)
class Values:
    """Where values come from.

    ``fields`` are those of the model's config, for code within the model; None outside.
    ``constants`` name literals that stand at top level, ``files`` give the path of local files in
    the tree, or on this machine where it is absolute, ``bindings`` the values of variables,
    ``launch`` the code of those that are known only when the program starts.
    """

    fields: Mapping[str, Node] | None
    constants: Mapping[Node, str]
    files: Mapping[str, str]
    bindings: Mapping[str, Scalar]
    launch: Mapping[str, cst.BaseExpression]
    call: Callable[[Call], cst.BaseExpression] | None = None

    def code(self, node: Node) -> cst.BaseExpression:
        """The expression for ``node``."""
        if node in self.constants:
            return cst.Name(self.constants[node])
        match node:
            case Literal(value=value):
                return literal(value)
            case List(items=items):
                return cst.List([cst.Element(self.code(item)) for item in items])
            case Tuple(items=items):
                return tuple_of([self.code(item) for item in items])
            case MappingNode(entries=entries):
                return cst.Dict(
                    [cst.DictElement(literal(e.key), self.code(e.value)) for e in entries]
                )
            case File(source=source):
                placed = self.files[source]
                path = self._quoted(placed)
                absolute = PurePath(placed).is_absolute()
                return cst.parse_expression(f"Path({path})" if absolute else f"HERE / {path}")
            case Var():
                return self._variable(node)
            case Call():
                if self.call is None:
                    raise AssertionError("a call has no value here")
                return self.call(node)

    def inner(self, node: Node) -> cst.BaseExpression:
        """The expression for ``node`` in a definition that does not see the program's names.

        Raises `BuildError` (FGC040) for a value that is known only when the program starts.
        """
        for below in walk(node):
            if isinstance(below, Var) and self._is_launch(below):
                message = f"`{below.var}` is known only at launch, and decides a part of an object"
                raise BuildError(
                    Diagnostic("FGC040", message, below.span, help="give it to the object itself")
                )
        return replace(self, constants={}).code(node)

    def _is_launch(self, node: Var) -> bool:
        inside = self.fields is not None and node.var in self.fields
        return not inside and node.var not in self.bindings and node.var in self.launch

    def known(self, node: Node) -> object:
        """The value at build of ``node``, or Ellipsis."""
        match node:
            case Literal(value=value):
                return value
            case Var(var=var, default=default):
                if self.fields is not None and var in self.fields:
                    return self.known(self.fields[var])
                if var in self.bindings:
                    return self.bindings[var]
                if var in self.launch or default is None:
                    return ...
                return self.known(default)
            case _:
                return ...

    def _variable(self, node: Var) -> cst.BaseExpression:
        if self.fields is not None and node.var in self.fields:
            return cst.Attribute(cst.Name("config"), cst.Name(node.var))
        if node.var in self.bindings:
            return literal(self.bindings[node.var])
        if node.var in self.launch:
            return self.launch[node.var]
        if node.default is None:
            raise AssertionError(f"`{node.var}` is unbound, which `check` reports")
        return self.code(node.default)

    @staticmethod
    def _quoted(path: str) -> str:
        return cst.Module([]).code_for_node(literal(path))


def tuple_of(values: list[cst.BaseExpression]) -> cst.Tuple:
    """A tuple display, with the comma that a single element needs."""
    elements = [cst.Element(value) for value in values]
    if len(elements) == 1:
        elements = [elements[0].with_changes(comma=cst.Comma())]
    return cst.Tuple(elements)
