"""A run has a step at least."""

from __future__ import annotations

from collections.abc import Iterator

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.ir.graph import Call, Graph, Literal
from fgc.targets.train.checks.values import clash, integer


def check_run_length(graph: Graph) -> Iterator[Diagnostic]:
    """FGC223, for one process: more of them have more tokens in a step."""
    total, step = graph.root("total_tokens"), graph.root("tokens_per_step")
    tokens = integer(total)
    if total is None or tokens is None or not isinstance(step, Call):
        return
    batch, length = step.kwarg("batch_size"), step.kwarg("seq_len")
    factors = [integer(batch), integer(length)]
    batches = step.kwarg("gradient_accumulation_steps")
    if not (isinstance(batches, Literal) and batches.value is None):
        factors.append(integer(batches) if batches is not None else 1)
    product = 1
    for factor in factors:
        if factor is None:
            return
        product *= factor
    if tokens < product and length is not None:
        yield clash(
            graph,
            "FGC223",
            f"`total_tokens`, {tokens:,}, is less than the {product:,} tokens of one step",
            total,
            length,
            label="a step has `batch_size` samples of this length, for each batch of it",
            remedy="the run would end before its first step: give it more tokens, or a step fewer",
        )
