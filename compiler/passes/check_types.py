"""Plain values against annotations: only what is certainly wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Fix, Label
from fgc.compiler.frontend.scalars import ScalarError, resolve_plain
from fgc.compiler.ir.graph import Call, Entry, Kind, List, Literal, Mapping, Node, Tuple
from fgc.compiler.ir.span import Span
from fgc.compiler.passes.annotations import Accepts, accepts, entries, items, path_form
from fgc.compiler.passes.check_arguments import bound, callee
from fgc.compiler.passes.resolve import calls, written_at
from fgc.compiler.symbols.nearest import nearest
from fgc.compiler.symbols.resolution import Resolution
from fgc.compiler.symbols.symbol import Parameter, Symbol

# What Python lets pass for another kind: 1 for 1.0, and in code that is not ours 1 for True.
_STANDS_FOR = {"int": {"float"}, "str": {"path", "iterable"}, "mapping": {"iterable"}}
_STANDS_FOR_ELSEWHERE = _STANDS_FOR | {"int": {"float", "bool"}, "bool": {"int", "float"}}
_SHOWN = {
    "none": "null",
    "sequence": "a list",
    "mapping": "a mapping",
    "str": "text",
    "callable": "a partial",
}


def check_types(resolution: Resolution) -> Iterator[Diagnostic]:
    """FGC026 for each plain value that the annotation of its parameter rules out."""
    for call in calls(resolution.graph):
        symbol = resolution.symbols.get(call)
        if symbol is None or symbol.signature is None or call.kind is Kind.META:
            continue
        for parameter, value, entry in bound(call, symbol.signature):
            if parameter.annotation is None:
                continue
            wrong = _instance(resolution, symbol, parameter, value) or _plain(
                symbol, parameter, value
            )
            if wrong is not None:
                found = _diagnostic(symbol, parameter, value, entry, *wrong)
                yield replace(found, fix=_fix(resolution, parameter, value))
            else:
                yield from _within(symbol, parameter, value)


def _within(symbol: Symbol, parameter: Parameter, value: Node) -> Iterator[Diagnostic]:
    """The first item of a list, or value of a mapping, that the annotation rules out."""
    annotation = parameter.annotation or ""
    if accepts(annotation) is None:
        return
    inside: list[tuple[str, Node]] = []
    match value:
        case List(items=given) | Tuple(items=given):
            wanted = items(annotation, len(given))
            if wanted == () and given and symbol.origin in ("runtime", "project"):
                shown = f"list of {len(given)}"
                remedy = f"`{parameter.name}` is annotated `{annotation}`"
                yield _diagnostic(symbol, parameter, value, None, shown, remedy)
            inside = list(zip(wanted or (), given, strict=False))
        case Mapping(entries=given):
            wanted = entries(annotation)
            inside = [] if wanted is None else [(wanted, entry.value) for entry in given]
        case _:
            pass
    for annotated, item in inside:
        part = replace(parameter, annotation=annotated, default=None)
        wrong = _plain(symbol, part, item)
        if wrong is not None:
            shown, remedy = wrong
            if annotated in remedy:
                remedy = f"`{parameter.name}` is annotated `{annotation}`"
            yield _diagnostic(symbol, parameter, item, None, shown, remedy)
            return


def _plain(symbol: Symbol, parameter: Parameter, value: Node) -> tuple[str, str] | None:
    """What ``value`` is, and what would fit, if it does not."""
    kind = _kind(value)
    fitting = accepts(parameter.annotation or "")
    if kind is None or fitting is None or (kind == "none" and parameter.default == "None"):
        return None
    if isinstance(value, Literal) and value.value in fitting.options:
        return None
    ours = symbol.origin in ("runtime", "project")
    stands_for = (_STANDS_FOR if ours else _STANDS_FOR_ELSEWHERE).get(kind, set[str]())
    one_for_many = kind == "str" and path_form(parameter.annotation or "") == "many"
    if not one_for_many and (kind in fitting.kinds or stands_for & fitting.kinds):
        return None
    shown = _SHOWN.get(kind, kind)
    if isinstance(value, Literal) and value.value is not None:
        written = f'"{value.value}"' if kind == "str" else str(value.value)
        shown = f"the text `{written}`" if kind == "str" else f"the {kind} `{written}`"
    return shown, _expectation(parameter, fitting, value)


def _expectation(parameter: Parameter, fitting: Accepts, value: Node) -> str:
    expected = f"`{parameter.name}` is annotated `{parameter.annotation}`"
    options = [option for option in fitting.options if isinstance(option, str)]
    if options and isinstance(value, Literal) and isinstance(value.value, str):
        meant = nearest(value.value, options)
        if meant is not None:
            return f"a similar option exists: `{meant}`"
    return f"{expected}{_meant(fitting, value)}"


def _meant(fitting: Accepts, value: Node) -> str:
    """How the value is written that was probably meant."""
    match value:
        case Literal(value=float(number)) if number.is_integer() and "int" in fitting.kinds:
            return f"; write `{int(number)}`"
        case Literal(value=str(text)) if _is_number(text) and {"int", "float"} & fitting.kinds:
            return f"; write `{text}` without quotes"
        case Call():
            return f"; `!singleton:{value.target}` is what it returns"
        case _:
            return ""


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _instance(
    resolution: Resolution, symbol: Symbol, parameter: Parameter, value: Node
) -> tuple[str, str] | None:
    """A singleton of a class where the runtime takes a factory: it would call the instance."""
    fitting = accepts(parameter.annotation or "")
    if symbol.origin != "runtime" or fitting is None or "callable" not in fitting.kinds:
        return None
    if not isinstance(value, Call) or value.kind is not Kind.SINGLETON:
        return None
    given = resolution.symbols.get(value)
    if given is None or given.kind != "class":
        return None
    return f"one instance of `{given.qualname}`", f"write `!partial:{value.target}`"


def _fix(resolution: Resolution, parameter: Parameter, value: Node) -> Fix | None:
    """The number in the quotes, where one is wanted; the factory in place of an instance."""
    fitting = accepts(parameter.annotation or "")
    if fitting is None:
        return None
    graph = resolution.graph
    if isinstance(value, Literal) and isinstance(value.value, str):
        try:
            number = resolve_plain(value.value)
        except ScalarError:
            return None
        fits = _kind(replace(value, value=number))
        quoted = written_at(graph, value.span)
        if (
            fits in ("int", "float")
            and fits in _taken(fitting)
            and quoted in (f'"{value.value}"', f"'{value.value}'")
        ):
            return Fix(value.span, value.value, quoted)
    if isinstance(value, Call) and "callable" in fitting.kinds:
        at = value.target_span
        for tag in ("!singleton:", "!call:"):
            span = Span(at.file, at.line, at.column - len(tag), at.line, at.column)
            if span.column > 0 and written_at(graph, span) == tag:
                return Fix(span, "!partial:", tag)
    return None


def _taken(fitting: Accepts) -> set[str]:
    """The kinds of numbers that fit: an integer is taken for a float."""
    return {*fitting.kinds, *(("int",) if "float" in fitting.kinds else ())}


def _diagnostic(
    symbol: Symbol,
    parameter: Parameter,
    value: Node,
    entry: Entry | None,
    shown: str,
    remedy: str,
) -> Diagnostic:
    """At the argument; where the value was written elsewhere, that place is labelled."""
    span = value.span if entry is None else entry.key_span
    return Diagnostic(
        "FGC026",
        f"`{callee(symbol)}` takes no {_noun(shown)} for `{parameter.name}`",
        span,
        labels=() if entry is None else (Label(value.span, f"this is {shown}"),),
        help=remedy,
    )


def _noun(shown: str) -> str:
    return shown.removeprefix("the ").removeprefix("a ").removeprefix("one ")


def _kind(node: Node) -> str | None:
    """The kind of a plain value, as `Accepts` names it; None where it is not plain."""
    match node:
        case Literal(value=None):
            return "none"
        case Literal(value=value):
            return type(value).__name__
        case List() | Tuple():
            return "sequence"
        case Mapping():
            return "mapping"
        case Call(kind=Kind.PARTIAL):
            return "callable"
        case _:
            return None
