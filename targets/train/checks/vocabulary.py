"""The vocabulary of a model holds its special tokens, and all of its tokenizer's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.ir.graph import Call, File, Graph, List
from fgc.compiler.passes.fold_tokenizer import read_vocabulary
from fgc.targets.train.checks.values import Given, clash, configs, integer

_SPECIAL = ("bos_token_id", "eos_token_id", "pad_token_id")


def check_vocabulary(graph: Graph) -> Iterator[Diagnostic]:
    """FGC224."""
    for given in configs(graph):
        size = integer(given.get("vocab_size"))
        if size is None or size < 1:
            continue
        for name in _SPECIAL:
            yield from _special(graph, given, name, size)
    yield from _tokenizer(graph)


def _special(graph: Graph, given: Given, name: str, size: int) -> Iterator[Diagnostic]:
    node = given.get(name)
    for token in node.items if isinstance(node, List) else (node,):
        number = integer(token)
        if token is None or number is None or number < size:
            continue
        yield clash(
            graph,
            "FGC224",
            f"`{name}`, {number}, is not in the vocabulary of {size:,} tokens",
            token,
            given["vocab_size"],
            label="its size is given here",
            remedy=f"tokens count from 0 to {size - 1}; null is for one that there is not",
        )


def _tokenizer(graph: Graph) -> Iterator[Diagnostic]:
    """Of the model and the tokenizer that the program trains it with."""
    tokenizer, model = graph.root("tokenizer"), graph.root("model")
    if not isinstance(tokenizer, Call) or not isinstance(model, Call):
        return
    file = tokenizer.kwarg("file")
    config = {str(e.key): e.value for e in getattr(model.kwarg("config"), "entries", ())}
    size = integer(config.get("vocab_size"))
    if not isinstance(file, File) or size is None:
        return
    try:
        ids = read_vocabulary(Path(file.source).read_text("utf-8")).ids
    except (OSError, ValueError):
        return  # which is said where the tokenizer is folded
    highest = max(ids.values(), default=-1)
    if highest >= size:
        yield clash(
            graph,
            "FGC224",
            f"`vocab_size`, {size:,}, has no place for the token {highest:,} of the tokenizer",
            config["vocab_size"],
            file,
            label=f"its tokens count up to {highest:,}",
            remedy="`!call:fgc.runtime.data.tokenizer:vocab_size [*tokenizer]` is its size",
        )
