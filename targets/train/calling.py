"""Calling a target as the training program calls it, with what it gives to the slot."""

from collections.abc import Callable, Mapping
from typing import Any

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import Call, Graph, Kind
from fgc.targets.train.program import TRAIN

# What a slot is given that is no target itself: the target that has it, and how it is taken; or the
# value that it has where nothing else is known.
TAKEN: Mapping[str, tuple[str, Callable[[Any], object]]] = {
    "named_parameters": ("model", lambda model: model.named_parameters()),
}
VALUES: Mapping[str, object] = {"device_type": "cpu"}


def needed_to_call(graph: Graph, target: str) -> list[str]:
    """The targets that a call of the partial ``target`` takes, directly or not, and itself.

    Raises:
        BuildError: FGC040, where one of them is not there.
    """
    found: list[str] = []
    _collect(graph, target, found)
    return found


def _collect(graph: Graph, target: str, found: list[str]) -> None:
    if target in found:
        return
    found.append(target)
    if not is_partial(graph, target) or target not in TRAIN.slots:
        return
    for name in TRAIN.slots[target].parameters:
        if name in VALUES:
            continue
        source = TAKEN[name][0] if name in TAKEN else name
        if graph.root(source) is None:
            message = f"`{target}` is called with {_described(name)}, which the configuration lacks"
            node = graph.root(target)
            span = None if node is None else node.span
            raise BuildError(Diagnostic("FGC040", message, span))
        _collect(graph, source, found)


def _described(name: str) -> str:
    return f"`{name}` of the target `{TAKEN[name][0]}`" if name in TAKEN else f"the target `{name}`"


def called(graph: Graph, target: str, made: Mapping[str, Any], done: dict[str, Any]) -> Any:
    """The target, called if it is a partial. ``made`` are the targets as they were built, ``done``
    those that are finished, each once."""
    if target in done:
        return done[target]
    value = made[target]
    if is_partial(graph, target):
        names = TRAIN.slots[target].parameters if target in TRAIN.slots else ()
        value = value(*[_given(graph, name, made, done) for name in names])
    done[target] = value
    return value


def _given(graph: Graph, name: str, made: Mapping[str, Any], done: dict[str, Any]) -> Any:
    if name in VALUES:
        return VALUES[name]
    if name not in TAKEN:
        return called(graph, name, made, done)
    source, take = TAKEN[name]
    return take(called(graph, source, made, done))


def is_partial(graph: Graph, target: str) -> bool:
    """Whether a target is a partial."""
    node = graph.root(target)
    return isinstance(node, Call) and node.kind is Kind.PARTIAL
