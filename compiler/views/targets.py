"""The targets of a configuration, one a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from fgc.compiler.frontend.template.toyaml import to_yaml
from fgc.compiler.ir.graph import Call, File, List, Literal, Mapping, Node, Tuple, Var
from fgc.compiler.ir.span import Span
from fgc.compiler.symbols.resolution import Resolution
from fgc.compiler.symbols.symbol import Symbol
from fgc.compiler.views.places import ShortPlaces, one_line, shortened
from fgc.compiler.views.table import table
from fgc.compiler.views.values import last_name

_WIDTH = 40
NEEDED = "*"
FOOTNOTE = f"{NEEDED} the training program is made of it"


@dataclass(frozen=True, slots=True)
class Target:
    """A top-level node.

    ``made`` is how it is made: the kind of a call, or ``value``. ``what`` says of a call what it
    calls, of a value what it is. ``about`` is the first line of a docstring, empty where there is
    none. The training program is made of those that are ``needed``.
    """

    name: str
    made: str
    what: str
    spec: str | None
    about: str
    needed: bool
    span: Span


def targets(resolution: Resolution, needed: Collection[str]) -> tuple[Target, ...]:
    """The targets in the order of the configuration."""
    return tuple(_targets(resolution, needed))


def _targets(resolution: Resolution, needed: Collection[str]) -> Iterator[Target]:
    for entry in resolution.graph.roots:
        node, name = entry.value, str(entry.key)
        call = node if isinstance(node, Call) else None
        symbol = None if call is None else resolution.symbols.get(call)
        yield Target(
            name=one_line(name),
            made="value" if call is None else call.kind.value,
            what=_what(node, symbol),
            spec=None if call is None else call.target,
            about=one_line(symbol.summary) if symbol is not None else "",
            needed=name in needed,
            span=node.span,
        )


def targets_table(found: Collection[Target], places: ShortPlaces, width: int | None) -> str:
    """A table for people, at most ``width`` columns wide where that is not None.

    What has no docstring is said to be where it is written.
    """
    if not found:
        return "no targets\n"
    rows = [("", "target", "made as", "what", "about")]
    for target in found:
        mark = NEEDED if target.needed else ""
        about = target.about or places.short(target.span)
        rows.append((mark, target.name, target.made, target.what, about))
    note = f"\n{FOOTNOTE}\n" if any(target.needed for target in found) else ""
    return table(rows, width=width) + note


def targets_json(found: Collection[Target], name_of: Callable[[str], str]) -> str:
    """The targets as a JSON array."""
    made = [
        {
            "name": target.name,
            "made": target.made,
            "what": target.what,
            "target": target.spec,
            "about": target.about,
            "needed": target.needed,
            "place": {
                "file": name_of(target.span.file),
                "line": target.span.line,
                "column": target.span.column,
            },
        }
        for target in found
    ]
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _what(node: Node, symbol: Symbol | None) -> str:
    match node:
        case Call(target=target):
            known = symbol is not None and symbol.kind != "unknown"
            kind = f"{symbol.kind} " if symbol is not None and known else ""
            return shortened(one_line(kind + last_name(target)), _WIDTH)
        case Literal(value=value):
            return shortened(one_line(to_yaml(value)), _WIDTH)
        case File(written=written):
            return shortened(one_line(f"file {written}"), _WIDTH)
        case Var(var=var):
            return shortened(one_line(f"!var {var}"), _WIDTH)
        case List(items=items):
            return f"list of {len(items)}"
        case Tuple(items=items):
            return f"tuple of {len(items)}"
        case Mapping(entries=entries):
            return f"mapping of {len(entries)}"
