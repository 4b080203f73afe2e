"""Which knobs decide a target, and who gave each of them its value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from fgc.compiler.backend.sourcemap import Place
from fgc.compiler.explain.experiment import Experiment
from fgc.compiler.explain.page import GAP, INDENT, USUAL, Page
from fgc.compiler.frontend.comments import comment_above, first_sentence
from fgc.compiler.frontend.template.toyaml import to_yaml
from fgc.compiler.ir.graph import Call, Kind, Node, Path, children
from fgc.compiler.ir.knobs import Knob
from fgc.compiler.passes.fold_builtins import picked
from fgc.compiler.views.places import one_line, shortened

NAMED_AFTER = ("meta", "model_name")
"""A model's files and classes have their name from there."""
WIDE, NARROW = 26, 14  # columns of values on a wide page and a narrow one; longer ones go below


@dataclass(frozen=True, slots=True)
class Given:
    """A value that a knob was given, as YAML, and where."""

    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class KnobStory:
    """A knob: its value, who gave it which, the last one in force, and what it is for.

    ``reason`` is what the last one says who did not define it. ``linked_at`` is the node that links
    the project whose knob it is, empty for our own.
    """

    name: str
    value: str
    chain: tuple[Given, ...]
    about: str
    reason: str = ""
    linked_at: str = ""


@dataclass(frozen=True, slots=True)
class KnobSection:
    """The knobs behind a target, and how many the configuration has in all."""

    target: str
    knobs: tuple[KnobStory, ...]
    total: int


def knob_section(experiment: Experiment, target: str) -> KnobSection:
    """The knobs that decide the top-level node ``target`` and all below it."""
    graph = experiment.written
    paths = {(target,), *_needed(graph.root(target))}
    if experiment.model(experiment.graph.root(target)) is not None:
        paths.add(NAMED_AFTER)
    stories = [knob_story(experiment, knob) for knob in graph.knobs_at(paths)]
    return KnobSection(target, tuple(stories), sum(len(k.names) for k in graph.knobs.values()))


def _needed(root: Node | None) -> Iterator[Path]:
    """The paths of what ``root`` is made of: of what it takes from a mapping, only that."""
    stack = [] if root is None else [root]
    seen: set[Node] = set()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        yield node.path
        item = picked_item(node)
        if item is None:
            stack += children(node)
            continue
        stack.append(item)
        if isinstance(node, Call) and node.args:
            yield node.args[0].path


def picked_item(node: Node) -> Node | None:
    """What a `getitem` picks that is evaluated at build."""
    if not isinstance(node, Call) or node.target != "getitem" or node.kind is not Kind.SINGLETON:
        return None
    return picked(node)


def knob_story(experiment: Experiment, knob: Knob) -> KnobStory:
    """What there is to tell of a knob that has a value."""
    graph = experiment.written
    settings = graph.knobs[knob.rendering].chain(knob.name)
    chain = tuple(Given(value_text(s.value), experiment.place(s.span)) for s in settings)
    comments = [comment_above(graph.sources.get(s.file, ""), s.line) for s in settings]
    # who defines a knob documents it; failing that, the next
    about, *others = [comment for comment in comments if comment] or [""]
    reason = comments[-1] if others else ""
    place = ".".join(knob.rendering)
    return KnobStory(knob.name, chain[-1].value, chain, about, reason, place)


def value_text(value: object) -> str:
    """A knob's value on one line.

    >>> value_text(1_000_000), value_text(None), value_text(["a", 0.5]), value_text(len)
    ('1_000_000', 'null', '[a, 0.5]', 'a function')
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10_000:
        return f"{value:_}"
    try:
        return one_line(to_yaml(value))
    except TypeError:
        return "a function" if callable(value) else f"a {type(value).__name__}"


def render_knobs(section: KnobSection, page: Page) -> Iterator[str]:
    """The knobs, each with its value, who gave it that, and what it is for."""
    if not section.knobs:
        yield f"{INDENT}No knob decides it."
        return
    count, total = len(section.knobs), section.total
    yield from page.wrapped(
        f"{count} of the {total} knobs of this configuration decide `{section.target}`. "
        "Each is followed by the lines that gave it a value, the one in force last."
    )
    yield ""
    previous = ""
    names = max(len(story.name) for story in section.knobs)
    most = WIDE if page.columns >= USUAL else NARROW
    values = max((len(v) for s in section.knobs if len(v := s.value) <= most), default=0)
    told: set[str] = set()
    for (linked_at, *_), group in groupby(section.knobs, key=_told):
        stories = list(group)
        if linked_at != previous:
            yield from ("", *page.wrapped(f"Of the project that `{linked_at}` links:"), "")
            previous = linked_at
        for story in stories:
            yield from _entry(page, story, names, values)
        start = " " * (len(INDENT) + names + len(GAP))
        for text in _remarks(page, stories[0]):
            if text not in told:
                yield from page.wrapped(text, start, "quiet")
            told.add(text)


def _told(story: KnobStory) -> tuple[str, str, str]:
    """What is told once of neighbours that have it in common."""
    return story.linked_at, story.about, story.reason


def _remarks(page: Page, story: KnobStory) -> Iterator[str]:
    """What a knob is for, and why it has its value."""
    if story.about:
        yield first_sentence(story.about)
    if story.reason:
        yield f"{page.keys.key(story.chain[-1].place.file)}: {story.reason}"


def _entry(page: Page, story: KnobStory, names: int, values: int) -> Iterator[str]:
    """A knob, its value and its chain; what is too long for that goes on below."""
    name = INDENT + page.paint("strong", f"{story.name:<{names}}") + GAP
    start = len(INDENT) + names + len(GAP)
    chain = _chain(page, story.chain)
    room = page.columns - start - values - len(GAP)
    if len(story.value) <= values and sum(map(len, chain)) <= room:
        yield f"{name}{story.value:<{values}}{GAP}{page.paint('place', ''.join(chain))}"
        return
    yield name + page.cut(story.value, start)
    for line in _packed(chain, page.columns - start):
        yield " " * start + page.paint("place", line)


def _chain(page: Page, chain: Sequence[Given]) -> list[str]:
    """The settings as text: where and, but for the last one, what."""
    texts = [
        f"{page.keys.short(given.place)} {shortened(given.value, WIDE)} → " for given in chain[:-1]
    ]
    return [*texts, page.keys.short(chain[-1].place)]


def _packed(texts: Sequence[str], width: int) -> Iterator[str]:
    """As many texts on a line as fit."""
    line = ""
    for text in texts:
        if line and len(line) + len(text.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += text
    yield line.rstrip()
