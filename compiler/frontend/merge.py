"""Merge keys, and keys that come again.

The last of equal keys wins: overriding is this language's way. It keeps the place of the first, so
that overriding a value never moves it. Who writes a key twice in one block of one template does not
override anything, and has made a mistake. Merged entries come before a mapping's own, wherever the
``<<`` stands. Of ``<<: [*a, *b]`` the first mapping wins, as YAML has it; of two ``<<`` keys the
later. A mapping is merged whatever its tag: ``<<: *layer`` takes over the arguments of a call. Keys
are equal as they are in Python, where ``1``, ``1.0`` and ``true`` are one key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic, Label, Severity
from fgc.compiler.frontend.composer import is_merge_key
from fgc.compiler.frontend.forms import form
from fgc.compiler.frontend.places import Places
from fgc.compiler.frontend.scalars import ScalarError, resolve_plain, resolve_tagged
from fgc.compiler.frontend.syntax import (
    MappingSyntax,
    PairSyntax,
    Region,
    ScalarSyntax,
    SequenceSyntax,
    Syntax,
)
from fgc.compiler.frontend.tags import is_standard, unknown_tag
from fgc.compiler.ir.graph import Scalar

_MERGE_HELP = "`<<` takes a mapping, by an alias as a rule, or a list of mappings"


@dataclass(frozen=True, eq=False, slots=True)
class Item:
    """The entry of a mapping that won."""

    key: Scalar
    key_region: Region
    value: Syntax
    previous: tuple[Region, ...] = ()


class Merger:
    """Computes the entries of mappings, each mapping's once."""

    def __init__(self, places: Places):
        self.diagnostics: list[Diagnostic] = []
        self._places = places
        self._done: dict[int, tuple[Item, ...]] = {}

    def items(self, mapping: MappingSyntax) -> tuple[Item, ...]:
        """The entries of ``mapping``, merge keys applied and equal keys resolved."""
        if id(mapping) not in self._done:
            merged: dict[Scalar, Item] = {}
            for pair in mapping.pairs:
                if is_merge_key(pair.key):
                    merged.update(self._merged(pair))
            written: dict[Scalar, PairSyntax] = {}
            for pair in mapping.pairs:
                if not is_merge_key(pair.key):
                    key = self._key(pair)
                    merged[key] = _item(key, pair, merged.get(key))
                    if key in written and not _holds_anchors(mapping, pair):
                        self.diagnostics += self._again(written[key], pair)
                    written[key] = pair
            self._done[id(mapping)] = tuple(merged.values())
        return self._done[id(mapping)]

    def _again(self, earlier: PairSyntax, pair: PairSyntax) -> Iterator[Diagnostic]:
        """FGC200 for a key that comes again in its own block, FGC202 for one of another form."""
        key, before = self._places.span(pair.key_region), self._places.span(earlier.key_region)
        if self._places.written_twice(earlier.key_region, pair.key_region):
            yield Diagnostic(
                "FGC200",
                f"the key `{pair.key.text}` is given twice",
                key,
                labels=(Label(before, "it is given here already"),),
                help="remove one of the two; only another template's block can override a key",
                tolerable=True,
            )
            return
        was, now = form(earlier.value), form(pair.value)
        if was is not None and now is not None and was != now:
            yield Diagnostic(
                "FGC202",
                f"`{pair.key.text}` is {now} here, and overrides {was}",
                key,
                severity=Severity.NOTE,
                labels=(Label(before, f"{was} here"),),
                help="a value that is meant to replace the other may be of any form",
            )

    def _merged(self, pair: PairSyntax) -> dict[Scalar, Item]:
        value = pair.value
        sources = value.items if isinstance(value, SequenceSyntax) and not value.tag else (value,)
        result: dict[Scalar, Item] = {}
        for source in dict.fromkeys(sources):
            if isinstance(source, MappingSyntax):
                for item in self.items(source):
                    result.setdefault(item.key, item)
            elif not (isinstance(source, ScalarSyntax) and source.missing):
                span = self._places.span(pair.key_region)
                message = "`<<` merges something that is not a mapping"
                self.diagnostics.append(Diagnostic("FGC012", message, span, help=_MERGE_HELP))
        return result

    def _key(self, pair: PairSyntax) -> Scalar:
        key = pair.key
        try:
            if key.tag is None:
                return resolve_plain(key.text) if key.plain else key.text
            if is_standard(key.tag):
                return resolve_tagged(key.text, key.tag.text)
            raise BuildError(unknown_tag(key.tag, self._places))
        except BuildError as error:
            self.diagnostics.extend(error.diagnostics)
        except ScalarError as error:
            span = self._places.span(pair.key_region)
            self.diagnostics.append(Diagnostic("FGC012", str(error), span))
        return key.text


def _item(key: Scalar, pair: PairSyntax, earlier: Item | None) -> Item:
    previous = () if earlier is None else (*earlier.previous, earlier.key_region)
    return Item(key, pair.key_region, pair.value, previous)


def _holds_anchors(mapping: MappingSyntax, pair: PairSyntax) -> bool:
    """Whether a key is a top-level one with a dot, such as `.define`, which may come many times."""
    return not mapping.path and pair.key.text.startswith(".")
