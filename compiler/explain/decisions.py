"""What a configuration decides itself, against the templates that it is based on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fgc.compiler.backend.sourcemap import Place
from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.knobs import picked_item
from fgc.compiler.explain.knobs import value_text as knob_text
from fgc.compiler.explain.page import Page
from fgc.compiler.ir.graph import Call, Node, children
from fgc.compiler.ir.knobs import COMMAND_LINE
from fgc.compiler.views.places import one_line, shortened
from fgc.compiler.views.values import last_name, value_text

ABOUT_ITSELF = frozenset({"config_name", "config_description", "config_class", "model_name"})
NO_BREAK = "\N{NO-BREAK SPACE}"
LONGEST = 120
MOST_ITEMS = 4


@dataclass(frozen=True, slots=True)
class Decision:
    """A knob that the configuration's own file sets, or ``--set``; ``before`` is what it had."""

    name: str
    value: str
    before: str | None


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A node that the configuration's own file writes, by its path, where its templates are not
    asked."""

    name: str
    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Decisions:
    """The knobs and the nodes that a configuration decides; of one without templates, no nodes."""

    knobs: tuple[Decision, ...]
    nodes: tuple[Rewritten, ...]


def decisions(experiment: Experiment) -> Decisions:
    """What the configuration's own file decides, and ``--set``."""
    based = len(experiment.chain) > 1
    return Decisions(
        tuple(_knobs(experiment)), tuple(_nodes(experiment)) if based else tuple[Rewritten, ...]()
    )


def _knobs(experiment: Experiment) -> Iterator[Decision]:
    knobs = experiment.written.knobs[()]
    for name in knobs.names:
        *before, last = knobs.chain(name)
        own = last.file == COMMAND_LINE or experiment.name_of(last.file) == experiment.config
        if own and name not in ABOUT_ITSELF:
            was = knob_text(before[-1].value) if before else None
            yield Decision(name, knob_text(last.value), was)


def _nodes(experiment: Experiment) -> Iterator[Rewritten]:
    """Those in the configuration's file that are below no other there."""
    stack = [entry.value for entry in reversed(experiment.written.roots)]
    seen: set[Node] = set()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        place = experiment.place(node.span)
        if place.file != experiment.config:
            stack += reversed(children(node))
            continue

        text = shortened(one_line(_told(picked_item(node) or node)), LONGEST)
        yield Rewritten(one_line(experiment.name(node.path)), text, place)


def _told(node: Node) -> str:
    """A node; calls below it by what they call alone."""

    def short(below: Node) -> str | None:
        return last_name(below.target) if isinstance(below, Call) and below is not node else None

    return value_text(node, short, MOST_ITEMS)


def render_decisions(section: Decisions, page: Page) -> Iterator[str]:
    """The knobs in a paragraph, and the nodes below each other."""
    if section.knobs:
        yield ""
        yield page.titled("Decided here", "in brackets what it was before")
        texts = [
            f"{each.name} {each.value}" + ("" if each.before is None else f" ({each.before})")
            for each in section.knobs
        ]
        told = page.wrapped(", ".join(text.replace(" ", NO_BREAK) for text in texts))
        yield from (line.replace(NO_BREAK, " ") for line in told)
    if section.nodes:
        yield ""
        yield page.titled("Written here", "in place of what its templates have")
        yield from page.facts([(each.name, each.value) for each in section.nodes])
