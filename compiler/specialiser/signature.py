"""Rewrites a parameter list for its bindings, each parameter with the comment above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from fgc.compiler.specialiser.bindings import Binding, Kept


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as text: ``code`` (name, annotation, default), the comment lines above it, and
    the one behind it."""

    name: str
    code: str
    comments: tuple[str, ...] = ()
    has_default: bool = False
    trailing: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a function in the order of the source."""

    head: tuple[Parameter, ...]  # `self`
    positional: tuple[Parameter, ...]
    star_arg: Parameter | None
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
    call gives any default. Where none of this changes anything, the signature stays as written.
    """
    keyword_only = bool(function.params.kwonly_params)
    changes = config is not None or extra or (flatten and keyword_only)
    if not changes and all(_is_untouched(p, bindings) for p in _named(function.params)):
        return function
    signature = _read(function, bindings)
    positional = [p for p in signature.positional if _stays(p, bindings)]
    keyword = [p for p in signature.keyword if _stays(p, bindings)] + list(extra)
    head = list(signature.head)
    if config is not None:
        positional = [p for p in positional if p.name != "config"]
        keyword = [p for p in keyword if p.name != "config"]
        head.append(Parameter("config", f"config: {config}"))
    if flatten and signature.star_arg is None and not any(p.has_default for p in positional):
        positional += sorted(keyword, key=lambda p: p.has_default)
        keyword = []
    items = [*head, *positional]
    if signature.star_arg is not None:
        items.append(signature.star_arg)
    elif keyword:
        items.append(Parameter("*", "*"))
    items += keyword
    if signature.star_kwarg is not None:
        items.append(signature.star_kwarg)
    parsed = cst.parse_statement(f"def _({_written(items)}): pass\n")
    assert isinstance(parsed, cst.FunctionDef)
    return function.with_changes(
        params=parsed.params, whitespace_before_params=parsed.whitespace_before_params
    )


def _written(items: Sequence[Parameter]) -> str:
    if not any(item.comments or item.trailing for item in items):
        return ", ".join(item.code for item in items)
    lines = [
        line
        for item in items
        for line in (*item.comments, f"{item.code},{'  ' if item.trailing else ''}{item.trailing}")
    ]
    return "\n" + "".join(f"    {line}\n" for line in lines)


def _named(params: cst.Parameters) -> tuple[cst.Param, ...]:
    return (*params.posonly_params, *params.params, *params.kwonly_params)


def _is_untouched(param: cst.Param, bindings: Mapping[str, Binding]) -> bool:
    binding = bindings.get(param.name.value)
    return binding is None or (isinstance(binding, Kept) and _narrowed(param, binding) is param)


def _stays(parameter: Parameter, bindings: Mapping[str, Binding]) -> bool:
    return isinstance(bindings.get(parameter.name, Kept()), Kept)


def _read(function: cst.FunctionDef, bindings: Mapping[str, Binding]) -> Signature:
    params = function.params
    reader = _Reader(function.whitespace_before_params, bindings)
    defaults = False  # a positional parameter behind one with a default keeps its own
    positional: list[Parameter] = []
    for param in (*params.posonly_params, *params.params):
        slash = params.posonly_ind if params.params and param is params.params[0] else None
        if isinstance(slash, cst.ParamSlash):
            reader.skip(slash.comma)
        positional.append(reader.read(param, keep_default=defaults))
        stays = _stays(positional[-1], bindings)
        defaults = defaults or (stays and positional[-1].has_default)
    star_arg = None
    if isinstance(params.star_arg, cst.ParamStar):
        reader.skip(params.star_arg.comma)
    elif isinstance(params.star_arg, cst.Param):
        star_arg = reader.read(params.star_arg, prefix="*")
    keyword = [reader.read(param) for param in params.kwonly_params]
    star = params.star_kwarg
    star_kwarg = None if star is None else reader.read(star, prefix="**")
    is_method = bool(positional) and positional[0].name in {"self", "cls"}
    head, positional = (positional[:1], positional[1:]) if is_method else ([], positional)
    return Signature(tuple(head), tuple(positional), star_arg, tuple(keyword), star_kwarg)


class _Reader:
    """Reads parameters one by one, with the comments that stand before and behind each."""

    def __init__(self, before: cst.BaseParenthesizableWhitespace, bindings: Mapping[str, Binding]):
        self.before: cst.BaseParenthesizableWhitespace | None = before
        self.bindings = bindings

    def read(self, param: cst.Param, *, prefix: str = "", keep_default: bool = False) -> Parameter:
        narrowed = _narrowed(param, self.bindings.get(param.name.value), keep_default=keep_default)
        bare = narrowed.with_changes(
            comma=cst.MaybeSentinel.DEFAULT,
            star=prefix,
            whitespace_after_param=cst.SimpleWhitespace(""),
        )
        code = cst.Module([]).code_for_node(bare)
        comments = _comments(self.before)
        self.skip(param.comma)
        trailing = _first_comment(self.before) or _first_comment(param.whitespace_after_param)
        return Parameter(param.name.value, code, comments, narrowed.default is not None, trailing)

    def skip(self, comma: cst.Comma | cst.MaybeSentinel) -> None:
        """Goes on behind a comma."""
        self.before = comma.whitespace_after if isinstance(comma, cst.Comma) else None


def _narrowed(
    param: cst.Param, binding: Binding | None, *, keep_default: bool = False
) -> cst.Param:
    if not isinstance(binding, Kept):
        return param
    if keep_default and param.default is not None:
        return param
    changed = param
    none = isinstance(param.default, cst.Name) and param.default.value == "None"
    if param.default is not None and (binding.given or (none and binding.not_none)):
        changed = changed.with_changes(default=None, equal=cst.MaybeSentinel.DEFAULT)
    if param.annotation is not None and binding.not_none:
        inner = without_none(param.annotation.annotation)
        if inner is not param.annotation.annotation:
            annotation = param.annotation.with_changes(annotation=inner)
            changed = changed.with_changes(annotation=annotation)
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


def _comments(whitespace: cst.BaseParenthesizableWhitespace | None) -> tuple[str, ...]:
    """The comment lines that stand above a parameter."""
    if not isinstance(whitespace, cst.ParenthesizedWhitespace):
        return ()
    return tuple(line.comment.value for line in whitespace.empty_lines if line.comment is not None)


def _first_comment(whitespace: cst.BaseParenthesizableWhitespace | None) -> str:
    """The comment on the rest of the line."""
    if not isinstance(whitespace, cst.ParenthesizedWhitespace):
        return ""
    comment = whitespace.first_line.comment
    return "" if comment is None else comment.value
