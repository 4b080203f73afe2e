"""Rewrites a parameter list for its bindings, each parameter with the comment above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from fgc.compiler.specialiser.bindings import Binding, Kept


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as text: ``code`` (name, annotation, default) and the comment lines above it."""

    name: str
    code: str
    comments: tuple[str, ...] = ()
    has_default: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a function in the order of the source."""

    head: tuple[Parameter, ...]  # `self`
    positional: tuple[Parameter, ...]
    keyword: tuple[Parameter, ...]
    star_kwarg: Parameter | None


def rewrite_signature(
    function: cst.FunctionDef,
    bindings: Mapping[str, Binding],
    *,
    config: str | None = None,
    extra: Sequence[Parameter] = (),
    flatten: bool = False,
) -> cst.FunctionDef:
    """``function`` without the parameters that are bound.

    With ``config``, the parameter of that name comes first after ``self`` and has the type
    ``config``. ``extra`` parameters come last. ``flatten`` makes keyword-only parameters ordinary
    ones. A parameter that is never None loses ``| None`` and a default of None, one that every
    call gives any default.
    """
    signature = _read(function, bindings)
    positional = [p for p in signature.positional if _stays(p, bindings)]
    keyword = [p for p in signature.keyword if _stays(p, bindings)] + list(extra)
    head = list(signature.head)
    if config is not None:
        positional = [p for p in positional if p.name != "config"]
        keyword = [p for p in keyword if p.name != "config"]
        head.append(Parameter("config", f"config: {config}"))
    if flatten:
        positional = sorted([*positional, *keyword], key=lambda p: p.has_default)
        keyword = []
    written = _written([*head, *positional], keyword, signature.star_kwarg)
    parsed = cst.parse_statement(f"def _({written}): pass\n")
    assert isinstance(parsed, cst.FunctionDef)
    return function.with_changes(
        params=parsed.params, whitespace_before_params=parsed.whitespace_before_params
    )


def _written(
    positional: Iterable[Parameter], keyword: Sequence[Parameter], star_kwarg: Parameter | None
) -> str:
    items = list(positional)
    if keyword:
        items += [Parameter("*", "*"), *keyword]
    if star_kwarg is not None:
        items.append(star_kwarg)
    if not any(item.comments for item in items):
        return ", ".join(item.code for item in items)
    lines = [line for item in items for line in (*item.comments, f"{item.code},")]
    return "\n" + "".join(f"    {line}\n" for line in lines)


def _stays(parameter: Parameter, bindings: Mapping[str, Binding]) -> bool:
    return isinstance(bindings.get(parameter.name, Kept()), Kept)


def _read(function: cst.FunctionDef, bindings: Mapping[str, Binding]) -> Signature:
    params = function.params
    before = function.whitespace_before_params
    positional: list[Parameter] = []
    for param in (*params.posonly_params, *params.params):
        positional.append(_parameter(param, bindings, before))
        before = _after(param.comma)
    if isinstance(params.star_arg, cst.ParamStar):
        before = _after(params.star_arg.comma)
    keyword: list[Parameter] = []
    for param in params.kwonly_params:
        keyword.append(_parameter(param, bindings, before))
        before = _after(param.comma)
    star = params.star_kwarg
    star_kwarg = None if star is None else _parameter(star, bindings, before, prefix="**")
    is_method = bool(positional) and positional[0].name in {"self", "cls"}
    head, positional = (positional[:1], positional[1:]) if is_method else ([], positional)
    return Signature(tuple(head), tuple(positional), tuple(keyword), star_kwarg)


def _parameter(
    param: cst.Param,
    bindings: Mapping[str, Binding],
    before: cst.BaseParenthesizableWhitespace | None,
    prefix: str = "",
) -> Parameter:
    narrowed = _narrowed(param, bindings.get(param.name.value))
    bare = narrowed.with_changes(comma=cst.MaybeSentinel.DEFAULT, star=prefix)
    code = cst.Module([]).code_for_node(bare)
    comments = _comments(before) if before is not None else ()
    return Parameter(param.name.value, code, comments, narrowed.default is not None)


def _narrowed(param: cst.Param, binding: Binding | None) -> cst.Param:
    if not isinstance(binding, Kept):
        return param
    changed = param
    none = isinstance(param.default, cst.Name) and param.default.value == "None"
    if param.default is not None and (binding.given or (none and binding.not_none)):
        changed = changed.with_changes(default=None, equal=cst.MaybeSentinel.DEFAULT)
    if param.annotation is not None and binding.not_none:
        inner = without_none(param.annotation.annotation)
        changed = changed.with_changes(annotation=param.annotation.with_changes(annotation=inner))
    return changed


def without_none(annotation: cst.BaseExpression) -> cst.BaseExpression:
    """``T`` for ``T | None``, else the annotation itself."""
    match annotation:
        case cst.BinaryOperation(
            left=kept, operator=cst.BitOr(), right=cst.Name(value="None")
        ) | cst.BinaryOperation(left=cst.Name(value="None"), operator=cst.BitOr(), right=kept):
            return kept
        case _:
            return annotation


def _after(comma: cst.Comma | cst.MaybeSentinel) -> cst.BaseParenthesizableWhitespace | None:
    return comma.whitespace_after if isinstance(comma, cst.Comma) else None


def _comments(whitespace: cst.BaseParenthesizableWhitespace) -> tuple[str, ...]:
    """The comment lines that stand above a parameter."""
    if not isinstance(whitespace, cst.ParenthesizedWhitespace):
        return ()
    return tuple(line.comment.value for line in whitespace.empty_lines if line.comment is not None)
