"""Plain values against annotations: only what is certainly wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from math import isfinite

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Fix, Label
from fgc.compiler.frontend.scalars import ScalarError, resolve_plain
from fgc.compiler.ir.graph import (
    Call,
    Entry,
    Graph,
    Kind,
    List,
    Literal,
    Mapping,
    Node,
    Tuple,
    Var,
)
from fgc.compiler.passes.annotations import Accepts, accepts, entries, items, path_form
from fgc.compiler.passes.check_arguments import as_partial, bound, callee
from fgc.compiler.passes.model_scopes import bound_value, config_of, scoped
from fgc.compiler.passes.resolve import written_at
from fgc.compiler.passes.strict_fields import as_written, fits
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


def check_types(
    resolution: Resolution, launch: Collection[str] = frozenset()
) -> Iterator[Diagnostic]:
    """FGC026 for each plain value that the annotation of its parameter rules out.

    A variable is the value that the configuration gives it; of the parameters that rule out such a
    value, the first is told. ``launch`` are the variables that the program itself has.
    """
    told: set[tuple[int, int | None]] = set()
    for call, config in scoped(resolution.graph):
        symbol = resolution.symbols.get(call) if isinstance(call, Call) else None
        if symbol is None or symbol.signature is None or not isinstance(call, Call):
            continue
        if call.kind is Kind.META:
            continue
        config = config_of(call) or config
        for parameter, given, entry in bound(call, symbol.signature):
            if parameter.annotation is None:
                continue
            value = bound_value(given, config, resolution.graph, launch)
            key = (id(value), None if isinstance(given, Var) else id(entry))
            if key in told:
                continue
            found = [*_checked(resolution, symbol, parameter, value, entry)]
            if found:
                told.add(key)
            if isinstance(given, Var):
                yield from (_through(resolution.graph, f, given, value) for f in found)
            else:
                yield from found


def _checked(
    resolution: Resolution, symbol: Symbol, parameter: Parameter, value: Node, entry: Entry | None
) -> Iterator[Diagnostic]:
    wrong = (
        _instance(resolution, symbol, parameter, value)
        or _strictly(symbol, parameter, value)
        or _plain(symbol, parameter, value)
    )
    if wrong is not None:
        found = _diagnostic(symbol, parameter, value, entry, *wrong)
        yield replace(found, fix=_fix(resolution, symbol, parameter, value))
    else:
        yield from _within(symbol, parameter, value)


def _through(graph: Graph, found: Diagnostic, given: Var, value: Node) -> Diagnostic:
    """What is wrong with the value of a variable, told where a person gave the value."""
    label = Label(given.span, f"`!var {given.var}` gives it to this argument")
    place = graph.given_at(value)
    return replace(found, span=place, labels=(label,) if label.span != place else ())


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
    return _shown(value), _expectation(parameter, fitting, value)


def _shown(value: Node) -> str:
    """A plain value as messages name it."""
    match value:
        case Literal(value=str(text)):
            return f'the text `"{text}"`'
        case Literal(value=bool(truth)):
            return f"the bool `{truth}`"
        case Literal(value=int() | float() as number):
            return f"the {type(number).__name__} `{number}`"
        case _:
            kind = _kind(value) or ""
            return _SHOWN.get(kind, kind)


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


def _strictly(symbol: Symbol, parameter: Parameter, value: Node) -> tuple[str, str] | None:
    """A value that a strict dataclass refuses though Python would let it pass."""
    annotation = parameter.annotation or ""
    strict = frozenset[str]() if symbol.signature is None else symbol.signature.strict
    if parameter.name not in strict or fits(annotation, value) is not False:
        return None
    remedy = f"`{parameter.name}` is annotated `{annotation}`"
    meant = as_written(annotation, value.value) if isinstance(value, Literal) else None
    if meant is None and isinstance(value, Literal) and isinstance(value.value, str):
        fitting = accepts(annotation)
        return _shown(value), remedy + ("" if fitting is None else _meant(fitting, value))
    return _shown(value), remedy + ("" if meant is None else f"; write `{meant}`")


def _instance(
    resolution: Resolution, symbol: Symbol, parameter: Parameter, value: Node
) -> tuple[str, str] | None:
    """An object of a class where the runtime takes a factory: it would call the object."""
    fitting = accepts(parameter.annotation or "")
    if symbol.origin != "runtime" or fitting is None or "callable" not in fitting.kinds:
        return None
    if not isinstance(value, Call) or value.kind not in (Kind.SINGLETON, Kind.FACTORY):
        return None
    given = resolution.symbols.get(value)
    if given is None or given.kind != "class":
        return None
    return f"one instance of `{given.qualname}`", f"write `!partial:{value.target}`"


def _fix(resolution: Resolution, symbol: Symbol, parameter: Parameter, value: Node) -> Fix | None:
    """The number in the quotes, where one is wanted; the factory in place of an instance."""
    fitting = accepts(parameter.annotation or "")
    if fitting is None:
        return None
    graph = resolution.graph
    strict = frozenset[str]() if symbol.signature is None else symbol.signature.strict
    if parameter.name in strict and isinstance(value, Literal):
        meant = as_written(parameter.annotation or "", value.value)
        if meant is not None and written_at(graph, value.span) == str(value.value):
            return Fix(value.span, meant, str(value.value))
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
        return as_partial(graph, value)
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
