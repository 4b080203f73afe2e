"""The keyword-only fields of a dataclass, which are specialised as parameters of a constructor are.

They stand behind ``_: KW_ONLY`` and are declared `Final`, so that nobody sets them anew.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

import libcst as cst

from fgc.compiler.backend.literal import literal
from fgc.compiler.specialiser.bindings import Binding, Constant, Kept
from fgc.compiler.specialiser.fold import fold
from fgc.compiler.specialiser.scope import parsed
from fgc.compiler.specialiser.signature import without_none
from fgc.compiler.specialiser.static import Environment, of_binding


def keyword_fields(source: ast.ClassDef) -> list[ast.AnnAssign]:
    """The keyword-only `Final` fields of ``source``; none where it is no dataclass.

    >>> code = "@dataclass\\nclass A:\\n  x: int\\n  _: KW_ONLY\\n  y: Final[int | None] = None"
    >>> [field.target.id for field in keyword_fields(ast.parse(code).body[0])]
    ['y']
    """
    if not any(_names(decorator) == "dataclass" for decorator in source.decorator_list):
        return []
    found: list[ast.AnnAssign] = []
    behind = False
    for statement in source.body:
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        if _names(statement.annotation) == "KW_ONLY":
            behind = True
        elif behind and final_type(statement.annotation) is not None:
            found.append(statement)
    return found


def specialise_dataclass(source: cst.ClassDef, bindings: Mapping[str, Binding]) -> cst.ClassDef:
    """The class without those of its keyword-only fields that are bound to None or a bool.

    A field that is always given, and never None, is one like any other.
    """
    statement = parsed(cst.Module([]).code_for_node(source)).tree.body[0]
    assert isinstance(statement, ast.ClassDef)
    targets = [field.target for field in keyword_fields(statement)]
    fields = [target.id for target in targets if isinstance(target, ast.Name)]
    if not fields:
        return source
    attributes = {name: of_binding(bindings[name]) for name in fields if name in bindings}
    in_class = Environment({}, attributes)
    body: list[cst.BaseStatement] = []
    for statement in source.body.body:
        assert isinstance(statement, cst.BaseStatement)
        name = _declared(statement)
        binding = bindings.get(name or "") if name in fields else None
        if isinstance(binding, Constant):
            if isinstance(binding.value, str):
                body.append(_with_default(statement, literal(binding.value)))
        elif isinstance(binding, Kept):
            body.append(_narrowed(statement, binding))
        elif isinstance(statement, cst.FunctionDef):
            body.append(statement.with_changes(body=fold(statement.body, in_class)))
        else:
            body.append(statement)
    if not any(_has_default(statement) for statement in body):
        # without defaults, fields may be positional as well
        body = [statement for statement in body if not _is_sentinel(statement)]
    return source.with_changes(body=source.body.with_changes(body=body))


def _names(node: ast.expr) -> str | None:
    """The last part of a dotted name, or of what a call calls."""
    match node:
        case ast.Call(func=func):
            return _names(func)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None


def final_type(annotation: ast.expr) -> ast.expr | None:
    """``T`` for ``Final[T]``, None for any other annotation."""
    match annotation:
        case ast.Subscript(value=value, slice=inner) if _names(value) == "Final":
            return inner
        case _:
            return None


def _field(statement: cst.BaseStatement) -> cst.AnnAssign:
    """The declaration that a statement is."""
    return cst.ensure_type(
        cst.ensure_type(statement, cst.SimpleStatementLine).body[0], cst.AnnAssign
    )


def _declared(statement: cst.BaseStatement) -> str | None:
    match statement:
        case cst.SimpleStatementLine(body=[cst.AnnAssign(target=cst.Name(value=name))]):
            return name
        case _:
            return None


def _is_sentinel(statement: cst.BaseStatement) -> bool:
    if _declared(statement) is None:
        return False
    code = cst.Module([]).code_for_node(_field(statement).annotation.annotation)
    return code.rpartition(".")[2] == "KW_ONLY"


def _has_default(statement: cst.BaseStatement) -> bool:
    return _declared(statement) is not None and _field(statement).value is not None


def _with_default(statement: cst.BaseStatement, value: cst.BaseExpression) -> cst.BaseStatement:
    return statement.with_changes(body=[_field(statement).with_changes(value=value)])


def _narrowed(statement: cst.BaseStatement, binding: Kept) -> cst.BaseStatement:
    """A field that every call gives, and that is never None, as one like any other."""
    if not (binding.given and binding.not_none):
        return statement
    field = _field(statement)
    final = cst.ensure_type(field.annotation.annotation, cst.Subscript)
    inner = cst.ensure_type(final.slice[0].slice, cst.Index).value
    annotation = field.annotation.with_changes(annotation=without_none(inner))
    changed = field.with_changes(annotation=annotation, value=None, equal=cst.MaybeSentinel.DEFAULT)
    return statement.with_changes(body=[changed])
