"""In what two tokenizer.json differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fgc.compiler.passes.fold_tokenizer import read_vocabulary


def differences(present: str, wanted: str) -> tuple[str, ...]:
    """What is otherwise in the text ``present`` of a file than in ``wanted``, in words."""
    try:
        return tuple(_differences(present, wanted)) or ("they say the same in other bytes",)
    except ValueError as error:
        return (f"it is not a tokenizer.json: {error}",)


def _differences(present: str, wanted: str) -> Iterator[str]:
    old, new = read_vocabulary(present).ids, read_vocabulary(wanted).ids
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    moved = [token for token in old.keys() & new.keys() if old[token] != new[token]]
    if len(old) != len(new):
        yield f"it has {len(old):,} tokens, and not {len(new):,}"
    if come and gone:
        yield f"{len(come):,} of the tokens are others in it"
    if moved:
        yield f"{len(moved):,} tokens have another id in it"
    before: dict[str, Any] = json.loads(present)
    after: dict[str, Any] = json.loads(wanted)
    for key in dict.fromkeys([*after, *before]):
        if key not in ("model", "added_tokens") and before.get(key) != after.get(key):
            yield f"its `{key}` is another one"
    if before.get("added_tokens") != after.get("added_tokens") and not (come or gone or moved):
        yield "its special tokens are marked otherwise"
    models = [{k: v for k, v in part["model"].items() if k != "vocab"} for part in (before, after)]
    if models[0] != models[1] and not (come or gone or moved):
        yield "its merges or the options of its model are others"
