"""Pairs of number formats and kernels that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.ir.graph import Graph, List, Literal, Node
from fgc.targets.train.checks.values import clash

_HALF = ("FLASH_ATTENTION", "CUDNN_ATTENTION")


def check_arithmetic(graph: Graph) -> Iterator[Diagnostic]:
    """FGC226."""
    precision, dtype = graph.root("precision"), graph.root("dtype")
    if precision is not None and dtype is not None and _text(precision) == "fp16" and _text(dtype):
        yield clash(
            graph,
            "FGC226",
            f"`precision` fp16 scales gradients in float32, and `dtype` {_text(dtype)} has none",
            precision,
            dtype,
            label="the weights are not in float32",
            remedy="fp16 is for weights in float32; weights in bfloat16 take no `precision`",
        )
    if _text(precision) or _text(dtype):
        return
    yield from _kernels(graph)


def _kernels(graph: Graph) -> Iterator[Diagnostic]:
    """What computes in 16 bits alone, where all is in float32."""
    remedy = "`precision: bf16` computes in 16 bits, `dtype: bfloat16` has all in them"
    message = "{} computes in 16 bits, and this configuration in float32"
    attention = graph.root("attn_implementation")
    if attention is not None and _text(attention) == "flash_attention_2":
        shown = message.format("`flash_attention_2`")
        yield Diagnostic("FGC226", shown, graph.given_at(attention), help=remedy)
    backends = graph.root("sdpa_backends")
    if isinstance(backends, List) and backends.items:
        names = [_text(item) for item in backends.items]
        if all(name in _HALF for name in names):
            shown = message.format(" and ".join(f"`{name}`" for name in names))
            yield Diagnostic("FGC226", shown, graph.given_at(backends), help=remedy)


def _text(node: Node | None) -> str:
    """The text that ``node`` is; empty where it is none."""
    return node.value if isinstance(node, Literal) and isinstance(node.value, str) else ""
