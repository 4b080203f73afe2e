"""A ``with`` without the items that do nothing: what is off is written ``nullcontext()``."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

DEFAULT = cst.MaybeSentinel.DEFAULT


def without_nullcontexts(original: cst.With, updated: cst.With) -> cst.With | None:
    """``updated`` without the items that folding ``original`` has made ``nullcontext()``.

    One that is bound to a name stays, and so does one that was written as it is. None where no item
    is left: the body may take the statement's place.
    """
    dropped = [
        isinstance(before.item, cst.IfExp) and _does_nothing(after)
        for before, after in zip(original.items, updated.items, strict=True)
    ]
    if not any(dropped):
        return updated
    kept = [item for item, gone in zip(updated.items, dropped, strict=True) if not gone]
    if not kept:
        return None
    if len(kept) == 1:  # needs no parentheses, and no comma in them
        alone = [kept[0].with_changes(comma=DEFAULT)]
        space = cst.SimpleWhitespace(" ")
        return updated.with_changes(
            items=alone, lpar=DEFAULT, rpar=DEFAULT, whitespace_after_with=space
        )
    return _respaced(updated, dropped)


def _respaced(node: cst.With, dropped: Sequence[bool]) -> cst.With:
    """``node`` without some of its items, each of the others with the comments above it."""
    commas = [item.comma for item in node.items]
    before = [node.lpar, *commas[:-1]]  # what holds the space in front of each item
    items: list[cst.WithItem] = []
    lpar = node.lpar
    for item, space, gone in zip(node.items, before, dropped, strict=True):
        if gone:
            continue
        if items:
            items[-1] = items[-1].with_changes(comma=space)
        elif isinstance(lpar, cst.LeftParen) and isinstance(space, cst.Comma | cst.LeftParen):
            lpar = lpar.with_changes(whitespace_after=space.whitespace_after)
        items.append(item)
    items[-1] = items[-1].with_changes(comma=commas[-1])
    return node.with_changes(items=items, lpar=lpar)


def _does_nothing(item: cst.WithItem) -> bool:
    match item:
        case cst.WithItem(item=cst.Call(func=cst.Name(value="nullcontext"), args=[]), asname=None):
            return True
        case _:
            return False
