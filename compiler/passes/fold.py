"""The pass that evaluates what is known at build, and finds the files that a configuration names.

Three things are folded, and nothing else: text given to a parameter that takes a `Path` becomes a
`File`; the numbers that a model takes from its tokenizer are read from tokenizer.json; and builtins
of a closed list are evaluated over constants.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.frontend.folders import Folders, absolute
from fgc.compiler.ir.graph import Call, File, Kind, Literal, Node
from fgc.compiler.ir.rewrite import Rewriter
from fgc.compiler.passes.fold_builtins import FOLDABLE, evaluate
from fgc.compiler.passes.fold_files import file_node, named_files
from fgc.compiler.passes.fold_tokenizer import LOAD, QUESTIONS, TOKENIZER, Tokenizers
from fgc.compiler.passes.resolve import in_order
from fgc.compiler.symbols.resolution import Resolution
from fgc.compiler.symbols.symbol import Symbol


def fold(
    resolution: Resolution, *, project_root: Path, folders: Folders | None = None
) -> Resolution:
    """The graph with what is known at build put in its place.

    ``folders`` knows where the files are that the graph names.

    A node below which nothing is folded stays the same object; one that is shared stays shared.

    Raises:
        BuildError: FGC026, as many at once as can be told.

    >>> from fgc.compiler.ir.graph import Entry, Graph, List
    >>> from fgc.compiler.ir.span import Span
    >>> at = Span.point("a.yaml", 1)
    >>> items = List((Literal(1, ("n", "0", "0"), at),), ("n", "0"), at)
    >>> call = Call(Kind.SINGLETON, "len", at, (items,), (), ("n",), at)
    >>> graph = Graph((Entry("n", at, call),))
    >>> symbol = Symbol("len", None, "len", "builtin", "builtin")
    >>> fold(Resolution(graph, {call: symbol}), project_root=Path()).graph.root("n").value
    1
    """
    return _Fold(resolution, absolute(project_root), folders or Folders()).run()


class _Fold:
    def __init__(self, resolution: Resolution, root: Path, folders: Folders):
        self._resolution = resolution
        self._root = root
        self._folders = folders
        self._sources: list[str] = []
        self._files = named_files(resolution)
        self._rewriter = Rewriter(self._change)
        self._tokenizers = Tokenizers()
        self._found: list[Diagnostic] = []

    def run(self) -> Resolution:
        graph = self._rewriter.graph(self._resolution.graph)
        if self._found:
            raise BuildError(in_order(self._found))
        # a node may be put in the place of another, and stands for what it was itself
        originals = {
            new: self._rewriter.original(new)
            for _, new in self._rewriter.replaced()
            if isinstance(new, Call)
        }
        symbols = {
            new: self._resolution.symbols[old]
            for new, old in originals.items()
            if isinstance(old, Call) and old in self._resolution.symbols
        }
        read = self._tokenizers.read
        files = {source: source in read for source in self._sources}
        return replace(self._resolution, graph=graph, symbols=symbols, files=files)

    def _change(self, node: Node) -> Node:
        try:
            match node:
                case Literal(value=str(text)) if node in self._files:
                    return self._file(node, text)
                case Call() if node.kind is not Kind.META:
                    return self._call(node)
                case _:
                    return node
        except BuildError as error:
            self._found += error.diagnostics
            return node

    def _file(self, node: Literal, written: str) -> Node:
        named = self._files[node]
        root = self._root if node.home is None else Path(node.home.root)
        file = file_node(node, written, root, self._folders, is_tokenizer=named.is_tokenizer)
        self._sources.append(file.source)
        return file

    def _call(self, node: Call) -> Node:
        symbol = self._symbol(node)
        if symbol is None:
            return node
        if symbol.definition_module == TOKENIZER:
            return self._of_tokenizer(node, symbol)
        if symbol.origin == "builtin" and symbol.qualname in FOLDABLE:
            return node if node.kind is Kind.PARTIAL else evaluate(node, symbol.qualname)
        return node

    def _of_tokenizer(self, node: Call, symbol: Symbol) -> Node:
        if symbol.definition_name == LOAD:
            if isinstance(node.kwarg("file"), File):
                self._tokenizers.check(node)
            return node
        if node.kind is Kind.PARTIAL or symbol.definition_name not in QUESTIONS:
            return node
        tokenizer = node.args[0] if node.args else node.kwarg("tokenizer")
        given = None if tokenizer is None else self._symbol(tokenizer)
        loaded = given is not None and (given.definition_module, given.definition_name) == (
            TOKENIZER,
            LOAD,
        )
        if not loaded or not isinstance(tokenizer, Call):
            raise BuildError(
                Diagnostic(
                    "FGC026",
                    f"`{symbol.qualname}` is read from a tokenizer.json at build",
                    node.target_span,
                    help=f"give it a tokenizer made by `{TOKENIZER}:{LOAD}`",
                )
            )
        file = tokenizer.kwarg("file")
        if isinstance(file, Literal):
            return node  # there is no such file, which has been said
        if not isinstance(file, File):
            message = f"`{symbol.qualname}` needs the tokenizer's file at build"
            remedy = "write the path where the tokenizer is loaded"
            raise BuildError(Diagnostic("FGC026", message, node.target_span, help=remedy))
        return self._tokenizers.answer(symbol.definition_name or "", tokenizer, node)

    def _symbol(self, node: Node) -> Symbol | None:
        original = self._rewriter.original(node)
        return self._resolution.symbols.get(original) if isinstance(original, Call) else None
