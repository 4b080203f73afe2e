"""The arguments of a call, as the configuration gives them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fgc.compiler.backend.sourcemap import Place
from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.page import Page
from fgc.compiler.explain.written import given as given_by
from fgc.compiler.explain.written import written_call
from fgc.compiler.ir.graph import Call, Node
from fgc.compiler.specialiser.parameters import bound_entries
from fgc.compiler.views.places import one_line, shortened
from fgc.compiler.views.values import value_text

LONGEST = 48


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument: its name or number, its value, and where it is given."""

    name: str
    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a call is given, in order; what the program adds; what keeps its default."""

    given: tuple[Argument, ...]
    added: tuple[str, ...]
    defaults: tuple[str, ...]


def arguments(experiment: Experiment, target: str) -> Arguments | None:
    """The arguments of the top-level node ``target``; None where it is no call, or evaluated."""
    call, built = experiment.node(target), experiment.graph.root(target)
    if not isinstance(call, Call) or not isinstance(built, Call):
        return None
    names = {
        entry.value: str(entry.key)
        for entry in experiment.written.roots
        if isinstance(entry.value, Call)
    }
    symbol = experiment.symbol(built)
    signature = None if symbol is None else symbol.signature
    positional = () if signature is None else tuple(p.name for p in signature.positional)
    given: list[Argument] = []
    for number, node in enumerate(call.args):
        name = positional[number] if number < len(positional) else str(number)
        given.append(Argument(name, _value(node, names), experiment.place(node.span)))
    for entry in bound_entries(call):
        place = experiment.place(entry.key_span)
        given.append(Argument(str(entry.key), _value(entry.value, names), place))
    told = {argument.name for argument in given}
    code = written_call(experiment, built)
    added = () if code is None else tuple(name for name in given_by(code) if name not in told)
    told.update(added)
    rest = () if signature is None else signature.keywords
    defaults = tuple(
        f"{p.name}={p.default}" for p in rest if p.name not in told and p.default is not None
    )
    return Arguments(tuple(given), added, defaults)


def _value(node: Node, names: dict[Call, str]) -> str:
    text = value_text(node, lambda below: names.get(below) if isinstance(below, Call) else None, 8)
    return shortened(one_line(text), LONGEST)


def render_arguments(section: Arguments, page: Page) -> Iterator[str]:
    """The arguments as a table, and the rest in words."""
    if section.given:
        rows = [(each.name, each.value, page.keys.short(each.place)) for each in section.given]
        yield from page.table(rows, ("strong", "", "place"), gives=1)
    told = {"The program adds": section.added, "At their defaults": section.defaults}
    for number, (label, names) in enumerate((k, v) for k, v in told.items() if v):
        if number == 0:
            yield ""
        yield from page.wrapped(f"{label}: {', '.join(names)}.", style="quiet")
