"""A held-out loss is of text that the model is not trained on."""

from __future__ import annotations

from collections.abc import Iterator

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label, Severity
from fgc.compiler.ir.graph import File, Graph, walk


def check_eval_files(graph: Graph) -> Iterator[Diagnostic]:
    """FGC225, a warning: who wants to see a model fit its data may do so."""
    trained = {file.source: file for file in _files(graph, "train_data")}
    for file in _files(graph, "eval_data"):
        if file.source in trained:
            label = Label(graph.given_at(trained[file.source]), "it is trained on here")
            yield Diagnostic(
                "FGC225",
                f"`{file.written}` is trained on, and evaluated on as well",
                graph.given_at(file),
                severity=Severity.WARNING,
                labels=(label,),
                help="the held-out loss is that of text which the model has not seen",
            )


def _files(graph: Graph, key: str) -> Iterator[File]:
    root, tokenizer = graph.root(key), graph.root("tokenizer")
    of_tokenizer = set(walk(tokenizer)) if tokenizer is not None else set()
    for node in walk(root) if root is not None else ():
        if isinstance(node, File) and node not in of_tokenizer:
            yield node
