"""Callbacks against the events of the program: what nothing calls, and what cannot be called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label, Severity
from fgc.compiler.ir.graph import Call, Kind, List, Literal, Mapping, Tuple
from fgc.compiler.ir.span import Span
from fgc.compiler.passes.check_arguments import callee
from fgc.compiler.program.callbacks import handled, items
from fgc.compiler.program.target import Callbacks
from fgc.compiler.symbols.nearest import nearest
from fgc.compiler.symbols.resolution import Resolution
from fgc.compiler.symbols.symbol import Method, Signature, Symbol

_HANDLER, _QUESTION = "on_", "should_"


def check_callbacks(resolution: Resolution, callbacks: Callbacks) -> Iterator[Diagnostic]:
    """FGC027 for each callback of which an event would not be called, or not as it is written."""
    node = resolution.graph.root(callbacks.key)
    if not isinstance(node, List | Tuple | Mapping | Literal | None) or (
        isinstance(node, Literal) and node.value is not None
    ):
        message = f"`{callbacks.key}` is no list of objects"
        remedy = f"write `{callbacks.key}: !dlist`, and below it `name: !singleton:module:Class`"
        yield Diagnostic("FGC027", message, node.span, help=remedy)
    for item in items(resolution.graph, callbacks):
        if not isinstance(item, Call) or item.kind is not Kind.SINGLETON:
            yield Diagnostic(
                "FGC027",
                "a callback is one object, which lives as long as the run",
                item.span,
                help="write `!singleton:` and the import spec of a class",
            )
        elif item in resolution.symbols:
            yield from _object(item, resolution.symbols[item], callbacks)


def _object(call: Call, symbol: Symbol, callbacks: Callbacks) -> Iterator[Diagnostic]:
    if symbol.methods is None:
        yield Diagnostic(
            "FGC027",
            f"it cannot be told which events `{callee(symbol)}` handles",
            call.target_span,
            help="write a class in the project that calls it: events are read from source, and "
            "only from the project's own and fgc's",
        )
        return
    for name, method in symbol.methods.items():
        if name in callbacks.events:
            yield from _misfit(call, symbol, name, method, callbacks.events[name])
        else:
            yield from _unheard(call, symbol, name, method, callbacks)
    yield from _half_a_state(call, symbol, symbol.methods.keys() & set(callbacks.state), callbacks)
    if not any(handled(symbol.methods, callbacks)):
        yield Diagnostic(
            "FGC027",
            f"nothing calls `{callee(symbol)}`: it handles no event",
            call.target_span,
            severity=Severity.WARNING,
            help=f"the events are {_listed(callbacks.events)}",
        )


def _misfit(
    call: Call, symbol: Symbol, name: str, method: Method, given: tuple[str, ...]
) -> Iterator[Diagnostic]:
    """An event that is not called as its method wants to be."""
    if method.signature is None or _takes(method.signature, len(given)):
        return
    called, taken = f"({', '.join(given)})", method.signature.text()
    yield Diagnostic(
        "FGC027",
        f"`{name}` of `{callee(symbol)}` is called with `{called}`, and takes `{taken}`",
        call.target_span,
        labels=(_label(method, "this method"),),
        help=f"write `def {name}(self, {', '.join(given)})`",
    )


def _takes(signature: Signature, count: int) -> bool:
    """Whether a call with ``count`` arguments by place is one that ``signature`` takes."""
    places = signature.positional
    needed = [p for p in signature.parameters if p.required]
    by_keyword = [p for p in needed if p.kind == "keyword_only"]
    enough = len(needed) <= count and not by_keyword
    return enough and (count <= len(places) or signature.accepts_any_positional)


def _unheard(
    call: Call, symbol: Symbol, name: str, method: Method, callbacks: Callbacks
) -> Iterator[Diagnostic]:
    """A method that is named like an event and is none."""
    meant = meant_event(name, callbacks.events)
    if not name.startswith(_HANDLER) and not (name.startswith(_QUESTION) and meant is not None):
        return
    remedy = f"the events are {_listed(callbacks.events)}"
    if meant is not None:
        remedy = f"an event with a similar name exists: `{meant}`"
    yield Diagnostic(
        "FGC027",
        f"nothing calls `{name}` of `{callee(symbol)}`",
        call.target_span,
        severity=Severity.WARNING,
        labels=(_label(method, "there is no such event"),),
        help=remedy,
    )


def meant_event(name: str, events: Iterable[str]) -> str | None:
    """The event that a name was probably meant to be, its words in any order.

    >>> meant_event("on_evalute", ["on_log", "on_evaluate"])
    'on_evaluate'
    >>> meant_event("should_stop_training", ["should_save", "should_training_stop"])
    'should_training_stop'
    """
    first, *words = name.split("_")
    known = {"_".join(sorted(e.split("_")[1:])): e for e in events if e.split("_")[0] == first}
    written = "_".join(sorted(words))
    return known.get(written) or known.get(nearest(written, known) or "")


def _half_a_state(
    call: Call, symbol: Symbol, found: set[str], callbacks: Callbacks
) -> Iterator[Diagnostic]:
    if len(found) != 1:
        return
    (missing,) = set(callbacks.state) - found
    yield Diagnostic(
        "FGC027",
        f"`{callee(symbol)}` has `{found.pop()}` and no `{missing}`",
        call.target_span,
        help="what a checkpoint holds of a callback is both saved and loaded",
    )


def _label(method: Method, message: str) -> Label:
    return Label(Span.point(method.file, method.line), message)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
