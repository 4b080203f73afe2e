"""Heads of attention divide the width, and those of keys divide those of queries."""

from __future__ import annotations

from collections.abc import Iterator

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.ir.graph import Graph, Literal
from fgc.targets.train.checks.values import Given, clash, integer, runtime_calls


def check_heads(graph: Graph) -> Iterator[Diagnostic]:
    """FGC220, for the attention of the runtime."""
    for given in runtime_calls(graph):
        if "num_heads" in given:
            yield from _width(graph, given)
            yield from _grouping(graph, given)


def _width(graph: Graph, given: Given) -> Iterator[Diagnostic]:
    width, heads = integer(given.get("hidden_size")), integer(given["num_heads"])
    if width is None or heads is None or heads < 1 or width % heads == 0:
        return
    head_dim = given.get("head_dim")
    if head_dim is None or (isinstance(head_dim, Literal) and head_dim.value is None):
        name = given["num_heads"].path[-1]
        yield clash(
            graph,
            "FGC220",
            f"`{name}`, {heads}, does not divide the width, {width}",
            given["num_heads"],
            given["hidden_size"],
            label=f"{width} here",
            remedy="choose one that does, or give `head_dim`",
        )


def _grouping(graph: Graph, given: Given) -> Iterator[Diagnostic]:
    heads, groups = integer(given["num_heads"]), integer(given.get("num_kv_heads"))
    if heads is None or groups is None or groups < 1 or heads % groups == 0:
        return
    keys, queries = given["num_kv_heads"], given["num_heads"]
    yield clash(
        graph,
        "FGC220",
        f"`{keys.path[-1]}`, {groups}, does not divide `{queries.path[-1]}`, {heads}",
        keys,
        queries,
        label=f"{heads} here",
        remedy="each head of keys and values is shared by as many heads of queries as any other",
    )
