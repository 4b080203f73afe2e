"""YAML events, from libyaml where PyYAML has it, from PyYAML's own parser otherwise.

The two accept almost the same language, and configurations must not depend on which is there: the
Python parser decides. libyaml serves as its faster twin, for texts on which they agree. Known
differences are tabs between tokens and comments that touch a block scalar's header, which send a
text to the Python parser, and those that `PythonLoader` removes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any, NamedTuple

import yaml
from yaml.error import MarkedYAMLError
from yaml.tokens import ScalarToken, Token

from fgc.compiler.frontend.positions import Mark
from fgc.compiler.frontend.python_loader import PythonLoader

# Levels of nesting. Later steps walk a graph recursively; real configurations have a dozen levels.
MAX_DEPTH = 100

# Text on which libyaml is laxer than the parser that decides.
_NEEDS_PYTHON = re.compile(r"\t|[|>][-+0-9]*#")


class EventKind(Enum):
    """What starts or ends at an event."""

    DOCUMENT = "document"
    SCALAR = "scalar"
    SEQUENCE = "sequence"
    MAPPING = "mapping"
    ALIAS = "alias"
    END = "end"  # of a sequence or a mapping


_MOST_DOCUMENTS = 2  # the second is one too many
_KINDS: dict[type[Any], EventKind] = {
    yaml.DocumentStartEvent: EventKind.DOCUMENT,
    yaml.ScalarEvent: EventKind.SCALAR,
    yaml.SequenceStartEvent: EventKind.SEQUENCE,
    yaml.MappingStartEvent: EventKind.MAPPING,
    yaml.AliasEvent: EventKind.ALIAS,
    yaml.SequenceEndEvent: EventKind.END,
    yaml.MappingEndEvent: EventKind.END,
}


class Event(NamedTuple):
    """One event. ``start`` precedes a node's anchor and tag.

    ``style`` is a scalar's quote or block indicator, None where it is plain. ``anchor`` is also the
    name that an alias refers to.
    """

    kind: EventKind
    start: Mark
    end: Mark
    anchor: str | None
    tag: str | None
    text: str
    style: str | None
    flow: bool


def parse_events(text: str) -> list[Event]:
    """The events of ``text``, up to the first start of a node nested deeper than `MAX_DEPTH`.

    Raises:
        MarkedYAMLError: the Python parser's, so that an error never depends on libyaml.
    """
    if yaml.__with_libyaml__ and not _NEEDS_PYTHON.search(text):
        try:
            return list(_events(text, yaml.CSafeLoader))
        except yaml.YAMLError:
            pass  # the Python parser says what is wrong, and where
    return parse_events_in_python(text)


def parse_events_in_python(text: str) -> list[Event]:
    """As `parse_events`, by the parser that decides."""
    try:
        return list(_events(text, PythonLoader))
    except (ValueError, OverflowError) as error:
        # `chr` refuses an escape such as `\UFFFFFFFF`; PyYAML lets that through
        raise MarkedYAMLError(context="while scanning a quoted scalar") from error


def _events(text: str, loader: Any) -> Iterator[Event]:
    depth = documents = 0
    for event in yaml.parse(text, Loader=loader):
        kind = _KINDS.get(type(event))
        if kind is None:
            continue
        documents += kind is EventKind.DOCUMENT
        if depth > MAX_DEPTH or documents > _MOST_DOCUMENTS:
            return  # both parsers take quadratic time for what is nested deeply
        raw: Any = event
        if kind is EventKind.SCALAR:
            style = raw.style or None
            mark = raw.start_mark
            yield Event(kind, mark, raw.end_mark, raw.anchor, raw.tag, raw.value, style, False)
        elif kind in (EventKind.SEQUENCE, EventKind.MAPPING):
            depth += 1
            flow = bool(raw.flow_style)
            yield Event(kind, raw.start_mark, raw.end_mark, raw.anchor, raw.tag, "", None, flow)
        else:
            depth -= kind is EventKind.END
            anchor = getattr(raw, "anchor", None)
            yield Event(kind, raw.start_mark, raw.end_mark, anchor, None, "", None, False)


def last_quoted_scalar(text: str) -> ScalarToken | None:
    """The last quoted scalar before the point at which scanning ``text`` fails, if any."""
    last: ScalarToken | None = None
    try:
        token: Token
        for token in yaml.scan(text, Loader=PythonLoader):
            if isinstance(token, ScalarToken) and not token.plain:
                last = token
    except (yaml.YAMLError, ValueError, OverflowError):
        pass  # the tokens before the failure are what is wanted
    return last
