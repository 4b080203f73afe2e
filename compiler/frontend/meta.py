"""What a project says about itself in its meta.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Fix
from fgc.compiler.diagnostics.strictness import Strictness
from fgc.compiler.frontend.folders import META, Folders
from fgc.compiler.frontend.plain_data import Data, NotPlainError, plain_data
from fgc.compiler.frontend.render import render
from fgc.compiler.frontend.yaml_graph import read
from fgc.compiler.ir.graph import Entry
from fgc.compiler.ir.span import Span
from fgc.compiler.symbols.nearest import nearest, only_near

TEXTS = ("name", "description", "config_prefix", "default_config")
FOLDERS = ("searchdir", "system_path")
_KEYS = (*TEXTS, *FOLDERS)


@dataclass(frozen=True, slots=True)
class Meta:
    """The keys of a meta.yaml, None or empty where it does not give them.

    ``sources`` are the texts it was made of, ``findings`` what is odd about them.
    """

    name: str | None
    description: str | None
    config_prefix: str | None
    default_config: str | None
    searchdir: tuple[Path, ...]
    system_path: tuple[Path, ...]
    sources: Mapping[str, str]
    findings: tuple[Diagnostic, ...]


def read_meta(
    root: Path,
    search_path: tuple[Path, ...],
    variables: Mapping[str, object],
    folders: Folders,
    strictness: Strictness = Strictness.STRICT,
) -> Meta:
    """Render and read the meta.yaml in ``root``; ``folders`` knows those that it names.

    Raises:
        BuildError: FGC007, or what rendering and parsing raise.
    """
    rendered = render(
        META,
        (root, *search_path),
        variables,
        strictness=strictness,
        unsaved=folders.unsaved,
    )
    graph, odd = read(rendered, {}, strictness)
    reader = _Reader(root, folders)
    for entry in graph.roots:
        reader.read(entry)
    tolerated = (*rendered.findings, *(found for found in odd if found.tolerable))
    return Meta(
        name=reader.texts.get("name"),
        description=reader.texts.get("description"),
        config_prefix=reader.texts.get("config_prefix"),
        default_config=reader.texts.get("default_config"),
        searchdir=reader.folders.get("searchdir", ()),
        system_path=reader.folders.get("system_path", ()),
        sources=rendered.sources,
        findings=(*tolerated, *strictness.passed(reader.diagnostics)),
    )


class _Reader:
    def __init__(self, root: Path, known: Folders):
        self.diagnostics: list[Diagnostic] = []
        self.texts: dict[str, str] = {}
        self.folders: dict[str, tuple[Path, ...]] = {}
        self._root = root
        self._known = known

    def read(self, entry: Entry) -> None:
        """Take in one key."""
        key = str(entry.key)
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            remedy = "the keys are " + ", ".join(f"`{known}`" for known in _KEYS)
            if near:
                remedy = f"a key with a similar name exists: `{near}`"
            sure = only_near(key, _KEYS)
            fix = None if sure is None else Fix(entry.key_span, sure, key)
            message = f"meta.yaml has no key `{key}`"
            self._report(message, entry.key_span, remedy, fix, tolerable=True)
            return
        try:
            value = plain_data(entry.value, {})
        except NotPlainError as error:
            message = "meta.yaml holds data only"
            self._report(message, error.node.span, "tags that call something stand in configs")
            return
        if value is None:
            return
        if key in TEXTS:
            self._text(key, value, entry.value.span)
        else:
            self._folders(key, value, entry.value.span)

    def _text(self, key: str, value: Data, span: Span) -> None:
        if isinstance(value, str):
            self.texts[key] = value
        else:
            self._report(f"`{key}` is not text", span, "text that looks like a number is quoted")

    def _folders(self, key: str, value: Data, span: Span) -> None:
        written = value if isinstance(value, list | tuple) else [value]
        folders: list[Path] = []
        for item in written:
            if not isinstance(item, str):
                self._report(f"`{key}` is not a list of folders", span, "write `[folder, other]`")
                return
            folder = self._known.place(self._root, item)
            # a project need not have templates of its own, though its workspace lists them for all
            if self._known.has_folder(folder):
                folders.append(folder)
            elif folder != self._root / "templates":
                message = f"`{key}` names `{item}`, which is not a folder"
                remedy = "a relative path starts at the project's folder"
                self._report(message, span, remedy, tolerable=True)
        self.folders[key] = tuple(folders)

    def _report(
        self,
        message: str,
        span: Span,
        remedy: str,
        fix: Fix | None = None,
        *,
        tolerable: bool = False,
    ) -> None:
        self.diagnostics.append(
            Diagnostic("FGC007", message, span, help=remedy, fix=fix, tolerable=tolerable)
        )
