"""Remembers specialised definitions by what they are made of, so that a build after a small change
folds only what the change concerns.

What is made of fgc's own source is a function of that source, of the bindings and of the code that
calls it. Where a user's modules may be reached nothing is remembered of them: their text is not
known before it is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import libcst as cst

from fgc.compiler.specialiser.bindings import Binding, fingerprint
from fgc.compiler.specialiser.closure import Closure, Code, DefId, Reached
from fgc.compiler.specialiser.construct import Writer
from fgc.compiler.specialiser.family import Family
from fgc.compiler.specialiser.source import Library
from fgc.compiler.store import Store, cache_folder, compiler_digest


def written(writer: Writer, family: Family) -> str:
    """The text of a family's definition."""
    request = writer.request(family)
    render = cst.Module([]).code_for_node
    parts: list[Any] = [
        family.definition.text,
        request.name,
        {name: fingerprint(binding) for name, binding in sorted(request.bindings.items())},
        request.config,
        [[p.name, p.code, list(p.comments), p.has_default] for p in request.extra],
        [render(statement) for statement in request.prologue],
        sorted(request.protected),
        request.flatten,
        request.torch_nn,
        sorted(request.droppable),
    ]
    return _store().derive("definition", json.dumps(parts), lambda: writer.definition(family))


def reach(
    library: Library,
    local: Mapping[DefId, str],
    families: Mapping[DefId, Sequence[str]],
    codes: Sequence[Code],
    own: Sequence[str],
) -> Reached:
    """What ``codes`` need, as `Closure.reach` finds it. ``own`` are fgc's own roots."""

    def find() -> Reached:
        return Closure(library, local, families).reach(codes)

    if set(library.roots) - set(own):
        return find()
    return _remembered(library, local, families, codes, find)


def _remembered(
    library: Library,
    local: Mapping[DefId, str],
    families: Mapping[DefId, Sequence[str]],
    codes: Sequence[Code],
    find: Callable[[], Reached],
) -> Reached:
    found: list[Reached] = []

    def make() -> Any:
        reached = find()
        found.append(reached)
        if reached.whole:
            return None  # has something to say each time
        return {
            "roots": [code.text for code in reached.roots],
            "definitions": [[code.name, code.module, code.text] for code in reached.definitions],
        }

    key = json.dumps(
        [
            sorted([*identity, name] for identity, name in local.items()),
            sorted([*identity, *names] for identity, names in families.items()),
            sorted(library.stand_ins.items()),
            [_key(code) for code in codes],
        ]
    )
    kept = _store().derive("closure", key, make)
    if found:
        return found[0]
    roots = tuple(replace(code, text=text) for code, text in zip(codes, kept["roots"], strict=True))
    definitions = tuple(
        Code(name, text, module, library.definition(module, name))
        for name, module, text in kept["definitions"]
    )
    return Reached(roots, definitions)


def _key(code: Code) -> list[Any]:
    names = sorted([name, *identity] for name, identity in code.names.items())
    return [code.name, code.text, code.module, names, _bindings(code.knowledge)]


def _bindings(bindings: Mapping[str, Binding]) -> list[list[str]]:
    return [[name, fingerprint(binding)] for name, binding in sorted(bindings.items())]


def _store() -> Store:
    return Store(cache_folder() / "definitions", compiler_digest())
