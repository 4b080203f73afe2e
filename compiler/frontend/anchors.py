"""Where a rendered text has anchors, and which of them each alias means."""

from __future__ import annotations

from dataclasses import dataclass

from yaml.error import YAMLError

from fgc.compiler.frontend.events import EventKind, parse_events
from fgc.compiler.frontend.positions import Mark, Positions
from fgc.compiler.frontend.rendered import Rendered
from fgc.compiler.ir.span import Span


@dataclass(frozen=True, slots=True)
class AnchorUse:
    """An anchor, or an alias: its name without ``&`` or ``*``, and where it stands.

    ``means`` is the anchor of an alias; None for an anchor, and for an alias of nothing. ``text``
    is what an anchor names, as it is rendered.
    """

    name: str
    span: Span
    is_alias: bool
    means: AnchorUse | None = None
    text: str = ""


def anchor_uses(rendered: Rendered) -> tuple[AnchorUse, ...]:
    """The anchors and aliases in the order of the text; none where it is not YAML.

    >>> from fgc.compiler.frontend.rendered import Piece
    >>> lines = tuple((Piece(1, "a.yaml", n, 1),) for n in (1, 2))
    >>> text = "a: &x {y: 1}\\nb: *x"
    >>> anchor, alias = anchor_uses(Rendered(text, lines, {"a.yaml": text}, ("a.yaml",)))
    >>> alias.means is anchor, anchor.text, anchor.span.column
    (True, '&x {y: 1}', 4)
    """
    try:
        events = parse_events(rendered.text)
    except YAMLError:
        return ()
    positions = Positions(rendered.text)
    ends = _ends([(event.kind, event.end) for event in events])
    latest: dict[str, AnchorUse] = {}
    found: list[AnchorUse] = []
    for event, end in zip(events, ends, strict=True):
        if event.anchor is None:
            continue
        is_alias = event.kind is EventKind.ALIAS
        sign = f"{'*' if is_alias else '&'}{event.anchor}"
        start = rendered.text.find(sign, event.start.index)  # a tag may stand before an anchor
        if start < 0:
            continue
        region = positions.between(start, start + len(sign))
        span = rendered.span(region.line, region.column, region.end_line, region.end_column)
        if is_alias:
            found.append(AnchorUse(event.anchor, span, True, latest.get(event.anchor)))
            continue
        text = rendered.text[event.start.index : end.index].rstrip()
        latest[event.anchor] = AnchorUse(event.anchor, span, False, text=text)
        found.append(latest[event.anchor])
    return tuple(found)


def _ends(events: list[tuple[EventKind, Mark]]) -> list[Mark]:
    """Where the node ends that begins with each event."""
    ends = [mark for _, mark in events]
    open_at: list[int] = []
    for index, (kind, mark) in enumerate(events):
        if kind in (EventKind.SEQUENCE, EventKind.MAPPING):
            open_at.append(index)
        elif kind is EventKind.END and open_at:
            ends[open_at.pop()] = mark
    return ends
