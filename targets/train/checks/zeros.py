"""Zeros, and less, where null is meant."""

from __future__ import annotations

from collections.abc import Iterator

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.ir.graph import Graph, Literal, Node
from fgc.targets.train.checks.values import configs, runtime_calls

_OFF = {
    "max_grad_norm": "leaves gradients as they are",
    "gradient_accumulation_steps": "takes one batch a step",
    "save_total_limit": "keeps all checkpoints",
    "eval_steps": "evaluates at the end alone",
    "save_steps": "saves at the end alone",
}
_COUNTS = (
    "logging_steps",
    "batch_size",
    "seq_len",
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "num_layers",
    "num_heads",
    "num_kv_heads",
    "head_dim",
)


def check_zeros(graph: Graph) -> Iterator[Diagnostic]:
    """FGC221."""
    seen: set[Node] = set()
    for given in (*configs(graph), *runtime_calls(graph)):
        for name, node in given.items():
            if (name not in _OFF and name not in _COUNTS) or not isinstance(node, Literal):
                continue
            value = node.value
            if isinstance(value, bool) or not isinstance(value, int | float) or node in seen:
                continue
            if value > 0:
                continue
            seen.add(node)
            remedy = f"null {_OFF[name]}" if name in _OFF else "it is 1 or more"
            message = f"`{name}` is {value}"
            yield Diagnostic("FGC221", message, graph.given_at(node), help=remedy)
