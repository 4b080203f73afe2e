"""From the node below a callable's tag to its arguments.

A sequence gives positional arguments and a mapping keyword arguments. The keys ``arg0``, ``arg1``,
... are positional too, in numeric order, so that merging can override them. A mapping of nothing
but ``args`` and ``kwargs`` means just these, which is how a keyword that is really called ``args``,
``arg1`` or ``latent_args`` is written. ``submodule_searchpath`` and ``latent_args`` are not
arguments.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.frontend.from_project import FROM_PROJECT
from fgc.compiler.frontend.merge import Item, Merger
from fgc.compiler.frontend.places import Places
from fgc.compiler.frontend.scalars import resolve_plain
from fgc.compiler.frontend.syntax import (
    MappingSyntax,
    Region,
    ScalarSyntax,
    SequenceSyntax,
    Syntax,
)
from fgc.compiler.frontend.tags import OwnTag
from fgc.compiler.ir.graph import Scalar

_POSITIONAL = re.compile(r"arg([0-9]+)")


@dataclass(frozen=True, slots=True)
class Arguments:
    """The parts of a callable node, not built yet; ``findings`` are tolerable mistakes in them."""

    args: tuple[Syntax, ...] = ()
    kwargs: tuple[Item, ...] = ()
    latent_args: Syntax | None = None
    search_path: tuple[str, ...] = ()
    findings: tuple[Diagnostic, ...] = ()


def split_arguments(node: Syntax, tag: OwnTag, merger: Merger, places: Places) -> Arguments:
    """The arguments that ``node`` gives to the callable ``tag``.

    Raises:
        BuildError: FGC012.
    """
    if isinstance(node, SequenceSyntax):
        return Arguments(args=node.items)
    if isinstance(node, MappingSyntax):
        return _Splitter(tag, merger, places).split(node)
    if not node.text:
        return Arguments()
    letters = (
        ScalarSyntax(letter, False, None, node.region, (*node.path, str(index)))
        for index, letter in enumerate(node.text)
    )
    finding = Diagnostic(
        "FGC012",
        f"`!{tag.word}:{tag.spec}` takes a list or a mapping of arguments, not a scalar",
        places.span(node.region),
        help=f"one positional argument is written `[{node.text.strip()[:40]}]`",
        tolerable=True,
    )
    return Arguments(args=tuple(letters), findings=(finding,))


class _Splitter:
    def __init__(self, tag: OwnTag, merger: Merger, places: Places):
        self._tag = tag
        self._merger = merger
        self._places = places
        self._diagnostics: list[Diagnostic] = []

    def split(self, node: MappingSyntax) -> Arguments:
        """As `split_arguments`, for a mapping; reports all that is wrong with it."""
        items = {item.key: item for item in self._merger.items(node)}
        latent = self._latent(items.pop("latent_args", None))
        folders = self._search_path(items.pop("submodule_searchpath", None))
        if items and items.keys() <= {"args", "kwargs"}:
            args, kwargs = self._literal(items)
        else:
            args, kwargs = self._short(items.values())
        if not all(found.tolerable for found in self._diagnostics):
            raise BuildError(self._diagnostics)
        return Arguments(args, kwargs, latent, folders, tuple(self._diagnostics))

    def _short(self, items: Iterable[Item]) -> tuple[tuple[Syntax, ...], tuple[Item, ...]]:
        positional: list[tuple[int, str, Syntax]] = []
        kwargs: list[Item] = []
        for item in items:
            match = _POSITIONAL.fullmatch(item.key) if isinstance(item.key, str) else None
            if match is None:
                kwargs.append(item)
            else:
                digits = match[1].lstrip("0")
                positional.append((len(digits), digits, item.value))
        self._check_names(kwargs)
        positional.sort(key=lambda entry: entry[:2])
        return tuple(value for _, _, value in positional), tuple(kwargs)

    def _literal(self, items: Mapping[Scalar, Item]) -> tuple[tuple[Syntax, ...], tuple[Item, ...]]:
        args: tuple[Syntax, ...] = ()
        kwargs: tuple[Item, ...] = ()
        for item in items.values():
            value = item.value
            if isinstance(value, ScalarSyntax) and (value.missing or not value.text):
                continue
            if item.key == "args" and isinstance(value, SequenceSyntax) and not value.tag:
                args = value.items
            elif item.key == "kwargs" and isinstance(value, MappingSyntax) and not value.tag:
                kwargs = self._merger.items(value)
            else:
                kind = "positional" if item.key == "args" else "keyword"
                form = "a list" if item.key == "args" else "a mapping"
                message = f"`{item.key}` stands for all {kind} arguments here, and is not {form}"
                remedy = (
                    f"a parameter called `{item.key}` is given as `kwargs: {{{item.key}: ...}}`"
                )
                self._report(message, item.key_region, remedy)
        self._check_names(kwargs)
        return args, kwargs

    def _check_names(self, items: Iterable[Item]) -> None:
        if self._tag.spec in FROM_PROJECT:
            return  # these are names of variables
        for item in items:
            if not isinstance(item.key, str) or not item.key.isidentifier():
                message = f"`{item.key}` is not the name of an argument"
            elif keyword.iskeyword(item.key):
                message = f"`{item.key}` is a keyword of Python, and no name of an argument"
            else:
                continue
            remedy = "a mapping with any keys is written `!dict`"
            self._report(message, item.key_region, remedy, tolerable=isinstance(item.key, str))

    def _latent(self, item: Item | None) -> Syntax | None:
        if item is None:
            return None
        value = item.value
        if isinstance(value, ScalarSyntax) and value.tag is None:
            if value.missing or (value.plain and resolve_plain(value.text) is None):
                return None
        elif not isinstance(value, SequenceSyntax) or value.tag is not None:
            return value
        remedy = "they are keyword arguments: a mapping, or a node that gives one"
        self._report("`latent_args` is not a mapping", item.key_region, remedy)
        return None

    def _search_path(self, item: Item | None) -> tuple[str, ...]:
        if item is None:
            return ()
        value = item.value
        folders = value.items if isinstance(value, SequenceSyntax) and not value.tag else (value,)
        texts = [f.text for f in folders if isinstance(f, ScalarSyntax) and not f.tag and f.text]
        if len(texts) < len(folders) and not any(
            isinstance(folder, ScalarSyntax) and folder.missing for folder in folders
        ):
            message = "`submodule_searchpath` is not a list of folders"
            self._report(message, item.key_region, "it is written `[folder, other/folder]`")
        return tuple(texts)

    def _report(
        self, message: str, region: Region, remedy: str, *, tolerable: bool = False
    ) -> None:
        span = self._places.span(region)
        found = Diagnostic("FGC012", message, span, help=remedy, tolerable=tolerable)
        self._diagnostics.append(found)
