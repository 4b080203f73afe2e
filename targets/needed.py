"""The top-level nodes that the training project is made of."""

from fgc.compiler.ir.graph import Graph
from fgc.compiler.program.needed import needed_roots

NEEDED = (
    "seed",
    "total_tokens",
    "total_steps",
    "from_checkpoint",
    "tokens_per_step",
    "tokenizer",
    "train_data",
    "eval_data",
    "model",
    "parameter_groups",
    "optimizer",
    "lr_scheduler",
    "trainer",
    "dtype",
    "precision",
    "scaler",
    "float32_matmul_precision",
    "attn_implementation",
    "gradient_checkpointing",
    "callbacks",
    "torch_compile",
    "torch_compile_options",
    "launch_args",
)
READ = ("meta", "dynamic_args", "strategy", "nproc_per_node", "env")
"""Targets that are read at build: names and texts, what the command line may give, and how the
program is started and spread over processes."""


def needed_targets(graph: Graph) -> frozenset[str]:
    """The targets that the project is made of."""
    roots = needed_roots(graph, (*NEEDED, *READ))
    return frozenset(str(entry.key) for entry in roots)
