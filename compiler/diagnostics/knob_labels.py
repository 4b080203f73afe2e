"""Where the knobs got their values that a finding is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label
from fgc.compiler.ir.knobs import Knobs, Setting
from fgc.compiler.ir.span import Span

_OF_VALUES = frozenset({"FGC004", "FGC005", "FGC015", "FGC026", "FGC040"})
"""Findings that are made where a value is used, and may be mended where it was given."""
_MOST = 4  # more labels than these explain nothing


def with_knob_labels(found: Iterable[Diagnostic], knobs: Iterable[Knobs]) -> list[Diagnostic]:
    """``found``, where a value is wrong with labels at the settings that decided it.

    Those of knobs that the finding names come first, then those of templates that were rendered
    last, which are the user's. A finding whose line is decided by too many gets the first few.

    >>> from fgc.compiler.ir.span import Span
    >>> settings = (Setting("lr", "3", "a.yaml", 7, read=True),)
    >>> knobs = Knobs(settings, {("base.yaml", 2): frozenset({"lr"})})
    >>> finding = Diagnostic("FGC026", "no text for `lr`", Span.point("base.yaml", 2))
    >>> [(l.span.line, l.message) for l in with_knob_labels([finding], [knobs])[0].labels]
    [(7, '`lr` is set here')]
    """
    known = list(knobs)
    return [_labelled(d, known) if d.code in _OF_VALUES else d for d in found]


def _labelled(finding: Diagnostic, known: list[Knobs]) -> Diagnostic:
    shown = {(span.file, span.line) for span in _spans(finding)}
    chosen: dict[tuple[str, int], Label] = {}
    for setting in _settings(finding, known):
        place = setting.file, setting.line
        if place not in shown and len(chosen) < _MOST:
            chosen.setdefault(place, Label(setting.span, f"`{setting.name}` is set here"))
    return replace(finding, labels=(*finding.labels, *chosen.values()))


def _settings(finding: Diagnostic, known: list[Knobs]) -> Iterator[Setting]:
    """The last setting of each knob that has to do with a finding, the likeliest first."""
    said = set(re.findall(r"`(\w+)`", f"{finding.message} {finding.help or ''}"))
    named: list[Setting] = []
    behind: list[Setting] = []
    for knobs in known:
        deciding = frozenset[str]().union(
            *(knobs.deciding.get((span.file, span.line), ()) for span in _spans(finding))
        )
        last = {s.name: s for s in knobs.settings if not s.pin}
        for setting in reversed(list(last.values())):
            if setting.name in said:
                named.append(setting)
            elif setting.name in deciding:
                behind.append(setting)
    yield from named
    yield from sorted(behind, key=lambda setting: not setting.read)


def _spans(finding: Diagnostic) -> list[Span]:
    return [s for s in (finding.span, *(label.span for label in finding.labels)) if s is not None]
