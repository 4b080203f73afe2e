"""Between what this package tells and the types of the language server protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from lsprotocol import types as lsp
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import PositionCodec

from fgc.compiler.diagnostics.diagnostic import Severity
from fgc.compiler.ir.span import Span
from fgc.compiler.lsp import completion, outline
from fgc.compiler.lsp.actions import Action
from fgc.compiler.lsp.findings import Finding
from fgc.compiler.lsp.snapshot import split_lines

_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.NOTE: lsp.DiagnosticSeverity.Information,
}
_PROPOSALS = {
    completion.Kind.ARGUMENT: lsp.CompletionItemKind.Field,
    completion.Kind.ANCHOR: lsp.CompletionItemKind.Reference,
    completion.Kind.BLOCK: lsp.CompletionItemKind.Struct,
    completion.Kind.KNOB: lsp.CompletionItemKind.Property,
    completion.Kind.MODULE: lsp.CompletionItemKind.Module,
    completion.Kind.NAME: lsp.CompletionItemKind.Class,
    completion.Kind.TAG: lsp.CompletionItemKind.Keyword,
    completion.Kind.TARGET: lsp.CompletionItemKind.Field,
    completion.Kind.TEMPLATE: lsp.CompletionItemKind.File,
    completion.Kind.VARIABLE: lsp.CompletionItemKind.Variable,
}
_SYMBOLS = {
    outline.Kind.TEMPLATE: lsp.SymbolKind.File,
    outline.Kind.BLOCK: lsp.SymbolKind.Namespace,
    outline.Kind.KEY: lsp.SymbolKind.Key,
}


def file_of(uri: str) -> str | None:
    """The path of a document as spans name it; None where it is no file."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    return None if path is None else Path(path).as_posix()


def uri_of(file: str) -> str:
    """The address of a file."""
    return from_fs_path(file) or file


class Converter:
    """Converts positions: our columns count characters, an editor's the units that it asked for.

    ``text_of`` gives the text of a file.
    """

    def __init__(self, codec: PositionCodec, text_of: Callable[[str], str]):
        self._codec = codec
        self._text_of = text_of
        self._lines: dict[str, list[str]] = {}

    def position(self, file: str, at: lsp.Position) -> tuple[int, int]:
        """Line and column, from 1, of a position in an editor."""
        lines = self._lines_of(file)
        found = self._codec.position_from_client_units(lines, at)
        return found.line + 1, found.character + 1

    def range(self, span: Span) -> lsp.Range:
        """A span as an editor counts."""
        lines = self._lines_of(span.file)
        start = lsp.Position(max(span.line - 1, 0), max(span.column - 1, 0))
        end = lsp.Position(max(span.end_line - 1, 0), max(span.end_column - 1, 0))
        found = lsp.Range(start, end)
        if lines == [""] or end.line >= len(lines):
            return found
        return self._codec.range_to_client_units(lines, found)

    def location(self, span: Span) -> lsp.Location:
        """A span as an editor opens it."""
        return lsp.Location(uri_of(span.file), self.range(span))

    def diagnostic(self, found: Finding) -> lsp.Diagnostic:
        """A finding as an editor shows it."""
        related = [
            lsp.DiagnosticRelatedInformation(self.location(label.span), label.message)
            for label in found.related
        ]
        return lsp.Diagnostic(
            self.range(found.span),
            found.message,
            severity=_SEVERITIES[found.severity],
            code=found.code,
            source="fgc",
            related_information=related or None,
        )

    def action(self, action: Action) -> lsp.CodeAction:
        """A remedy as an editor offers it."""
        edit = lsp.TextEdit(self.range(action.span), action.replacement)
        return lsp.CodeAction(
            action.title,
            kind=lsp.CodeActionKind.QuickFix,
            diagnostics=[self.diagnostic(action.finding)],
            edit=lsp.WorkspaceEdit(changes={uri_of(action.span.file): [edit]}),
            is_preferred=True,
        )

    def completions(
        self, file: str, line: int, column: int, found: Iterable[completion.Proposal]
    ) -> lsp.CompletionList:
        """What can be written, in its order."""
        items = [
            lsp.CompletionItem(
                label=proposal.text.rstrip(),
                kind=_PROPOSALS[proposal.kind],
                detail=proposal.detail or None,
                documentation=proposal.about or None,
                sort_text=f"{number:05}",
                filter_text=proposal.text.rstrip(),
                text_edit=lsp.TextEdit(
                    self.range(Span(file, line, proposal.column, line, column)), proposal.text
                ),
            )
            for number, proposal in enumerate(found)
        ]
        return lsp.CompletionList(is_incomplete=False, items=items)

    def symbol(self, file: str, symbol: outline.Symbol) -> lsp.DocumentSymbol:
        """An entry of an outline."""
        lines = self._lines_of(file)
        end = max(symbol.end, symbol.line)
        width = len(lines[end - 1]) + 1 if end <= len(lines) else 1
        named = symbol.column + len(symbol.name)
        if end == symbol.line:
            width = max(width, named)
        return lsp.DocumentSymbol(
            name=symbol.name,
            kind=_SYMBOLS[symbol.kind],
            range=self.range(Span(file, symbol.line, 1, end, width)),
            selection_range=self.range(Span(file, symbol.line, symbol.column, symbol.line, named)),
            detail=symbol.detail or None,
            children=[self.symbol(file, child) for child in symbol.children],
        )

    def _lines_of(self, file: str) -> list[str]:
        if file not in self._lines:
            self._lines[file] = split_lines(self._text_of(file))
        return self._lines[file]
