"""A session over standard input and output, as an editor has it.

Nothing waits for a time: what the server is to say is awaited, with a limit that only a hang meets.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from tests.compiler.lsp.small import BASE, FILES, project

LIMIT = 60.0
COMMAND = "from fgc.compiler.cli.main import main; main()"


class Editor:
    """A client that keeps what it is told of each file."""

    def __init__(self) -> None:
        self.client = LanguageClient("test", "1")
        self.findings: dict[str, list[lsp.Diagnostic]] = {}
        self.logged: list[str] = []
        self._told = asyncio.Event()

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _publish(params: lsp.PublishDiagnosticsParams) -> None:
            self.findings[params.uri] = list(params.diagnostics)
            self._told.set()

        @self.client.feature(lsp.WINDOW_LOG_MESSAGE)
        def _log(params: lsp.LogMessageParams) -> None:
            self.logged.append(params.message)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until what the server has told makes ``holds`` true."""
        while not holds():
            self._told.clear()
            await asyncio.wait_for(self._told.wait(), LIMIT)

    def open(self, uri: str, text: str) -> None:
        item = lsp.TextDocumentItem(uri, "fgc", 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))

    def change(self, uri: str, version: int, text: str) -> None:
        whole = lsp.TextDocumentContentChangeWholeDocument(text)
        document = lsp.VersionedTextDocumentIdentifier(version, uri)
        params = lsp.DidChangeTextDocumentParams(document, [whole])
        self.client.text_document_did_change(params)

    def codes(self, uri: str) -> list[object]:
        return [found.code for found in self.findings.get(uri, [])]


def in_session(folder: Path, talk: Callable[[Editor], Awaitable[None]]) -> None:
    """Start a server, talk to it, and end it as an editor does."""

    async def session() -> None:
        editor = Editor()
        await editor.client.start_io(sys.executable, "-c", COMMAND, "lsp")
        params = lsp.InitializeParams(lsp.ClientCapabilities(), root_uri=folder.as_uri())
        told = await asyncio.wait_for(editor.client.initialize_async(params), LIMIT)
        assert told.server_info is not None
        assert told.server_info.name == "fgc"
        editor.client.initialized(lsp.InitializedParams())
        await talk(editor)
        await asyncio.wait_for(editor.client.shutdown_async(None), LIMIT)
        editor.client.exit(None)
        await asyncio.wait_for(editor.client.stop(), LIMIT)
        assert not editor.logged

    asyncio.run(session())


def test_a_session(tmp_path: Path) -> None:
    folder = project(tmp_path)
    config = (folder / "configs" / "a.yaml").as_uri()
    document = lsp.TextDocumentIdentifier(config)

    async def talk(editor: Editor) -> None:
        client = editor.client
        wrong = FILES["configs/a.yaml"] + "[optimizer]\n== super()\n    wait_decay: 1\n"
        editor.open(config, wrong)
        await editor.until(lambda: editor.codes(config) == ["FGC021"])
        (finding,) = editor.findings[config]
        assert finding.range.start == lsp.Position(6, 4)

        for version in range(2, 12):  # as one types
            editor.change(config, version, wrong + "#" * version)
        text = FILES["configs/a.yaml"] + "[rest]\né😀: *lr\ny: {{ ns.lr }}\n"
        editor.change(config, 12, text)
        await editor.until(lambda: config in editor.findings and not editor.findings[config])

        at = lsp.Position(5, 7)  # behind a character of two UTF-16 units
        places = await client.text_document_definition_async(lsp.DefinitionParams(document, at))
        assert isinstance(places, list)
        (place,) = places
        assert isinstance(place, lsp.Location)
        assert place.uri == (folder / "templates" / "base.yaml").as_uri()
        assert place.range.start == lsp.Position(6, 4)

        hover = lsp.HoverParams(document, lsp.Position(6, 9))
        about = await client.text_document_hover_async(hover)
        assert about is not None
        assert isinstance(about.contents, lsp.MarkupContent)
        assert "How fast it learns." in about.contents.value

        editor.change(config, 13, text + "z: {{ ns.")
        params = lsp.CompletionParams(document, lsp.Position(7, 9))
        found = await client.text_document_completion_async(params)
        assert isinstance(found, lsp.CompletionList)
        assert [item.label for item in found.items] == ["lr", "width"]

        symbols = await client.text_document_document_symbol_async(
            lsp.DocumentSymbolParams(document)
        )
        assert symbols is not None
        assert [symbol.name for symbol in symbols] == ["globals", "rest"]

        asked = lsp.ReferenceParams(lsp.ReferenceContext(True), document, lsp.Position(1, 2))
        users = await client.text_document_references_async(asked)
        assert users is not None
        assert len(users) == 2

    in_session(folder, talk)


def test_a_base_and_what_extends_it(tmp_path: Path) -> None:
    """A mistake of a base is told in both files, mended by its remedy, and gone from both."""
    folder = project(tmp_path)
    config = (folder / "configs" / "a.yaml").as_uri()
    base = (folder / "templates" / "base.yaml").as_uri()

    async def talk(editor: Editor) -> None:
        editor.open(config, FILES["configs/a.yaml"])
        editor.open(base, BASE.replace("weight_decay", "weight_decoy"))
        await editor.until(lambda: editor.codes(config) == editor.codes(base) == ["FGC021"])
        (related,) = editor.findings[config][0].related_information or []
        assert related.location.uri == base

        params = lsp.CodeActionParams(
            lsp.TextDocumentIdentifier(base),
            editor.findings[base][0].range,
            lsp.CodeActionContext(editor.findings[base]),
        )
        offered = await editor.client.text_document_code_action_async(params)
        assert offered is not None
        (action,) = offered
        assert isinstance(action, lsp.CodeAction)
        assert action.edit is not None
        (edit,) = (action.edit.changes or {})[base]
        assert isinstance(edit, lsp.TextEdit)
        assert (edit.new_text, edit.range.start) == ("weight_decay", lsp.Position(9, 4))
        editor.change(base, 2, BASE)
        await editor.until(lambda: not editor.findings[config] and not editor.findings[base])

        editor.change(base, 3, "[x")
        await editor.until(lambda: bool(editor.findings[base] or editor.findings[config]))
        closed = lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(base))
        editor.client.text_document_did_close(closed)
        await editor.until(lambda: not editor.findings[config] and not editor.findings[base])

    in_session(folder, talk)
