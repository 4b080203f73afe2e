"""The language server: takes what an editor says, and hands it to the files beside this one.

A document is analysed a moment after it was changed last. What is asked in the meantime is answered
from its text as it is, and from what was known of its configuration before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from fgc.compiler.lsp.actions import actions
from fgc.compiler.lsp.completion import completion
from fgc.compiler.lsp.definition import definition
from fgc.compiler.lsp.findings import Finding
from fgc.compiler.lsp.hover import hover
from fgc.compiler.lsp.outline import outline
from fgc.compiler.lsp.protocol import Converter, file_of, uri_of
from fgc.compiler.lsp.references import references
from fgc.compiler.lsp.snapshot import Snapshot
from fgc.compiler.lsp.workspace import Workspace

DELAY = 0.15
"""Seconds without a change after which a document is analysed."""

Answer = TypeVar("Answer")


class Server(LanguageServer):
    """A connection to an editor, and the documents that it has open."""

    def __init__(self) -> None:
        super().__init__("fgc", version("fgc"))  # pyright: ignore[reportUnknownMemberType]
        self.documents = Workspace()
        self._uris: dict[str, str] = {}  # as the editor writes them
        self._waiting: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._work: asyncio.Task[None] | None = None
        self._published: dict[str, tuple[Finding, ...]] = {}

    def changed(self, uri: str) -> None:
        """The editor has another text of a document: analyse it soon."""
        file = file_of(uri)
        if file is None:
            return
        self.documents.hold(file, self.workspace.get_text_document(uri).source)
        self._uris[file] = uri
        self._waiting.add(file)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(DELAY, self._start)

    def closed(self, uri: str) -> None:
        """The editor has no text of a document any more."""
        file = file_of(uri)
        if file is not None:
            self._waiting.discard(file)
            self.documents.forget(file)
            self._waiting |= set(self.documents.texts)  # what is on disk counts again
            self._start()

    def saved(self) -> None:
        """A file has changed on disk, one that is not open perhaps."""
        self._waiting |= set(self.documents.texts)
        self._start()

    def _start(self) -> None:
        if self._work is None or self._work.done():
            self._work = asyncio.get_running_loop().create_task(self._analyse())

    async def _analyse(self) -> None:
        """Analyse what waits, one document after the other; what comes of a text that has changed
        meanwhile is not shown."""
        while self._waiting:
            file = self._waiting.pop()
            if file not in self.documents.texts:
                continue
            try:
                await asyncio.to_thread(self.documents.update, file)
            except Exception as error:  # an editor must go on whatever happens here
                self._complain(file, error)
        try:
            self._publish()
        except Exception as error:  # as above
            self._complain("", error)

    def _complain(self, file: str, error: Exception) -> None:
        message = f"this is a bug in fgc: {type(error).__name__}: {error} ({file})"
        self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Error, message))

    def _publish(self) -> None:
        """Tell the findings of each file for which they are others than before."""
        found = dict(self.documents.findings())
        convert = self.converter()
        for file in sorted(found.keys() | self._published.keys()):
            now = found.get(file, ())
            if now == self._published.get(file, ()):
                continue
            shown = [convert.diagnostic(finding) for finding in now]
            self.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(self._uris.get(file, uri_of(file)), shown)
            )
        self._published = found

    def converter(self) -> Converter:
        """Converts places in the files as they are now."""
        return Converter(self.workspace.position_codec, self._text)

    def _text(self, file: str) -> str:
        if file in self.documents.texts:
            return self.documents.texts[file]
        for analysis in self.documents.analyses.values():
            if file in analysis.files:
                return analysis.files[file]
        try:
            return Path(file).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def asked(
        self, uri: str, answer: Callable[[Snapshot, Converter], Answer], nothing: Answer
    ) -> Answer:
        """What ``answer`` says of a document that is open, else ``nothing``."""
        file = file_of(uri)
        if file is None or file not in self.documents.texts:
            return nothing
        try:
            return answer(self.documents.snapshot(file), self.converter())
        except Exception as error:  # as above
            self._complain(file, error)
            return nothing

    def findings_of(self, file: str) -> tuple[Finding, ...]:
        """What is shown of a file."""
        return self._published.get(file, ())


def server() -> Server:
    """A server that answers all questions of this package."""
    made = Server()

    @made.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def _open(params: lsp.DidOpenTextDocumentParams) -> None:
        made.changed(params.text_document.uri)

    @made.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def _change(params: lsp.DidChangeTextDocumentParams) -> None:
        made.changed(params.text_document.uri)

    @made.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def _save(_params: lsp.DidSaveTextDocumentParams) -> None:
        made.saved()

    @made.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _watched(_params: lsp.DidChangeWatchedFilesParams) -> None:
        made.saved()

    @made.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def _close(params: lsp.DidCloseTextDocumentParams) -> None:
        made.closed(params.text_document.uri)

    @made.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def _definition(params: lsp.DefinitionParams) -> list[lsp.Location]:
        def answer(snapshot: Snapshot, convert: Converter) -> list[lsp.Location]:
            at = convert.position(snapshot.file, params.position)
            return [convert.location(span) for span in definition(snapshot, *at)]

        return made.asked(params.text_document.uri, answer, [])

    @made.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    async def _references(params: lsp.ReferenceParams) -> list[lsp.Location]:
        def answer(snapshot: Snapshot, convert: Converter) -> list[lsp.Location]:
            at = convert.position(snapshot.file, params.position)
            known = made.documents.with_all(snapshot.file)
            return [convert.location(span) for span in references(known, *at)]

        return await asyncio.to_thread(made.asked, params.text_document.uri, answer, [])

    @made.feature(lsp.TEXT_DOCUMENT_HOVER)
    def _hover(params: lsp.HoverParams) -> lsp.Hover | None:
        def answer(snapshot: Snapshot, convert: Converter) -> lsp.Hover | None:
            found = hover(snapshot, *convert.position(snapshot.file, params.position))
            if found is None:
                return None
            text = lsp.MarkupContent(lsp.MarkupKind.Markdown, found.text)
            return lsp.Hover(text, convert.range(found.span))

        return made.asked(params.text_document.uri, answer, None)

    @made.feature(
        lsp.TEXT_DOCUMENT_COMPLETION,
        lsp.CompletionOptions(trigger_characters=["[", ".", "!", ":", "*", "'", '"', "/", " "]),
    )
    def _completion(params: lsp.CompletionParams) -> lsp.CompletionList | None:
        def answer(snapshot: Snapshot, convert: Converter) -> lsp.CompletionList:
            line, column = convert.position(snapshot.file, params.position)
            found = completion(snapshot, line, column)
            return convert.completions(snapshot.file, line, column, found)

        return made.asked(params.text_document.uri, answer, None)

    @made.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def _symbols(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        def answer(snapshot: Snapshot, convert: Converter) -> list[lsp.DocumentSymbol]:
            return [convert.symbol(snapshot.file, each) for each in outline(snapshot.text)]

        return made.asked(params.text_document.uri, answer, [])

    @made.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix]),
    )
    def _actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        def answer(snapshot: Snapshot, convert: Converter) -> list[lsp.CodeAction]:
            found = made.findings_of(snapshot.file)
            first, last = params.range.start.line + 1, params.range.end.line + 1
            return [convert.action(each) for each in actions(snapshot, found, first, last)]

        return made.asked(params.text_document.uri, answer, [])

    return made
