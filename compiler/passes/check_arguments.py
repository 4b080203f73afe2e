"""Arguments against signatures: unknown ones, missing ones, ones given twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Fix, Label, Severity
from fgc.compiler.ir import graph as ir
from fgc.compiler.ir.graph import Call, Entry, Graph, Kind, Node
from fgc.compiler.ir.span import Span
from fgc.compiler.passes.resolve import calls, written_at
from fgc.compiler.program.target import Slot
from fgc.compiler.symbols.nearest import nearest, only_near
from fgc.compiler.symbols.resolution import Resolution
from fgc.compiler.symbols.symbol import Parameter, Signature, Symbol

_SHOWN = 12  # names in a help text, before it gets long
_WIDTH = 90  # of a signature in a note
_ALL_BUT = 0.87  # likeness of names that differ by a slip
_LONG = 5  # letters; shorter names are alike by chance


def check_arguments(
    resolution: Resolution, slots: Mapping[str, Slot] | None = None
) -> Iterator[Diagnostic]:
    """FGC021, FGC022, FGC024 and FGC250 for each call whose signature is known.

    ``slots`` are the top-level nodes that a program calls, where they are partials.
    """
    factories = _given_as_factories(resolution)
    tops = {entry.value: str(entry.key) for entry in resolution.graph.roots}
    for call in calls(resolution.graph):
        symbol = resolution.symbols.get(call)
        if symbol is None or symbol.signature is None or call.kind is Kind.META:
            continue
        signature = symbol.signature
        yield from _surplus(call, symbol, signature)
        yield from _unknown(resolution.graph, call, symbol, signature)
        yield from _misspelt(resolution.graph, call, symbol, signature)
        yield from _twice(call, callee(symbol), signature)
        called_later = call.kind is Kind.PARTIAL or id(call) in factories
        if not called_later and (call.latent_args is None or _latent(call)):
            slot = (slots or {}).get(tops.get(call, ""), Slot())
            yield from _missing(resolution.graph, call, symbol, signature, slot)


def callee(symbol: Symbol) -> str:
    """The symbol as messages name it."""
    return symbol.qualname if symbol.module is None else f"{symbol.module}.{symbol.qualname}"


def bound(call: Call, signature: Signature) -> Iterator[tuple[Parameter, Node, Entry | None]]:
    """Each argument that fills a parameter: the parameter, the value, and the entry of a keyword
    argument. Latent arguments are among them where they are written out."""
    for parameter, value in zip(signature.positional, call.args, strict=False):
        yield parameter, value, None
    for entry in (*call.kwargs, *_latent(call)):
        parameter = signature.keyword(entry.key) if isinstance(entry.key, str) else None
        if parameter is not None:
            yield parameter, entry.value, entry


def takes_factory(parameter: Parameter) -> bool:
    """Whether a parameter is annotated ``Factory[...]``, or as a list or an option of that."""
    return "Factory" in (parameter.annotation or "")


def _latent(call: Call) -> tuple[Entry, ...]:
    return call.latent_args.entries if isinstance(call.latent_args, ir.Mapping) else ()


def _given_as_factories(resolution: Resolution) -> set[int]:
    """The nodes that are given to a parameter which calls what it gets, with more arguments.

    A singleton among them is a mistake of its own (`check_types`)."""
    found: set[int] = set()
    for call in calls(resolution.graph):
        symbol = resolution.symbols.get(call)
        if symbol is None or symbol.signature is None:
            continue
        for parameter, value, _ in bound(call, symbol.signature):
            if takes_factory(parameter):
                found.add(id(value))
    return found


def definition(symbol: Symbol) -> tuple[Label, ...]:
    """Where the callee stands, if that is a file of the project: either side may be mended."""
    if symbol.origin != "project" or symbol.file is None or symbol.line is None:
        return ()
    place = Span.point(Path(symbol.file).as_posix(), symbol.line)
    return (Label(place, "this is what is called"),)


def _surplus(call: Call, symbol: Symbol, signature: Signature) -> Iterator[Diagnostic]:
    taken = len(signature.positional)
    if len(call.args) <= taken or signature.accepts_any_positional:
        return
    count = f"{taken} positional argument{'' if taken == 1 else 's'}" if taken else "none by place"
    span = call.args[taken].span
    here = (span.file, span.line) == (call.target_span.file, call.target_span.line)
    called = () if here else (Label(call.target_span, "they are given to this"),)
    yield Diagnostic(
        "FGC021",
        f"`{callee(symbol)}` takes {count}, and {len(call.args)} are given",
        span,
        labels=(*called, *definition(symbol)),
        notes=_shown(symbol, signature),
        help=_listing(signature),
    )


def _unknown(
    graph: Graph, call: Call, symbol: Symbol, signature: Signature
) -> Iterator[Diagnostic]:
    if signature.accepts_any_keyword:
        return
    given = {entry.key for entry in call.kwargs}
    free = [p.name for p in signature.keywords if p.name not in given]
    for entry in (*call.kwargs, *_latent(call)):
        if not isinstance(entry.key, str) or signature.keyword(entry.key) is not None:
            continue
        meant = nearest(entry.key, free)
        fix = None
        remedy = _listing(signature)
        if meant is not None:
            remedy = f"a parameter with a similar name exists: `{meant}`"
            if written_at(graph, entry.key_span) == entry.key == entry.key.strip():
                sure = only_near(entry.key, free)
                fix = None if sure is None else Fix(entry.key_span, sure, entry.key)
        message = f"`{callee(symbol)}` takes no argument `{entry.key}`"
        labels = definition(symbol)
        yield Diagnostic("FGC021", message, entry.key_span, labels=labels, help=remedy, fix=fix)


def _misspelt(
    graph: Graph, call: Call, symbol: Symbol, signature: Signature
) -> Iterator[Diagnostic]:
    """A name that ends up in ``**kwargs``, and is all but that of a parameter."""
    if not signature.accepts_any_keyword:
        return
    given = {entry.key for entry in (*call.kwargs, *_latent(call))}
    free = [p.name for p in signature.keywords if p.name not in given]
    for entry in (*call.kwargs, *_latent(call)):
        if not isinstance(entry.key, str) or signature.keyword(entry.key) is not None:
            continue
        meant = nearest(entry.key, free, cutoff=_ALL_BUT)
        if meant is None or len(entry.key) < _LONG:
            continue
        yield Diagnostic(
            "FGC250",
            f"`{callee(symbol)}` has no parameter `{entry.key}`, and takes it with `**kwargs`",
            entry.key_span,
            severity=Severity.WARNING,
            labels=definition(symbol),
            help=f"a parameter with a similar name exists: `{meant}`",
        )


def _twice(call: Call, name: str, signature: Signature) -> Iterator[Diagnostic]:
    filled = {p.name: v for p, v in zip(signature.positional, call.args, strict=False)}
    for entry in call.kwargs:
        if not isinstance(entry.key, str) or entry.key not in filled:
            continue
        if signature.keyword(entry.key) is None:
            continue  # a positional-only name, which is free among the keywords
        yield Diagnostic(
            "FGC024",
            f"`{name}` is given `{entry.key}` twice",
            entry.key_span,
            labels=(Label(filled[entry.key].span, "it is already given here, by place"),),
            help="remove one of the two",
        )


def as_partial(graph: Graph, call: Call) -> Fix | None:
    """The edit that makes a call a partial, where its tag is written as tags are."""
    at = call.target_span
    for tag in ("!singleton:", "!call:", "!factory:"):
        span = Span(at.file, at.line, at.column - len(tag), at.line, at.column)
        if span.column > 0 and written_at(graph, span) == tag:
            return Fix(span, "!partial:", tag)
    return None


def _missing(
    graph: Graph, call: Call, symbol: Symbol, signature: Signature, slot: Slot
) -> Iterator[Diagnostic]:
    given = {entry.key for entry in (*call.kwargs, *_latent(call))}
    given |= {p.name for p in signature.positional[: len(call.args)]}
    needed = [p.name for p in signature.parameters if p.required and p.name not in given]
    if not needed:
        return
    noun = "argument" if len(needed) == 1 else "arguments"
    remedy = f"add {_names(needed)}"
    fix = None
    first = [p.name for p in signature.positional[len(call.args) :]]
    if needed == first[: len(needed)]:
        remedy += ", or write `!partial` where the caller gives the rest"
        if len(needed) <= len(slot.parameters):
            gives = _names([*slot.parameters[: len(needed)]])
            remedy = f"write `!partial:{call.target}`: the program gives it {gives}"
            fix = as_partial(graph, call)
    yield Diagnostic(
        "FGC022",
        f"`{callee(symbol)}` needs the {noun} {_names(needed)}",
        call.target_span,
        labels=definition(symbol),
        notes=_shown(symbol, signature),
        help=remedy,
        fix=fix,
    )


def _shown(symbol: Symbol, signature: Signature) -> tuple[str, ...]:
    """The signature in one line, without what a caller may leave out where that is long."""
    name = symbol.qualname.rpartition(".")[2]
    whole = signature.text()
    if len(name) + len(whole) > _WIDTH:
        needed = tuple(p for p in signature.parameters if p.required)
        whole = Signature(needed).text().removesuffix(")") + (", ...)" if needed else "...)")
    return (f"the signature is `{name}{whole}`",)


def _listing(signature: Signature) -> str:
    known = [p.name for p in signature.keywords]
    if not known:
        return "it takes no arguments by name"
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"it takes {_names(known[:_SHOWN])}{more}"


def _names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
