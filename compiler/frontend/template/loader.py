"""Find templates by name: inline, in memory, on the search path.

A name means, in this order: an inline template of the file that uses the name; a template given in
memory; the first file of that name on the search path; an inline template of another file of this
rendering, the configuration's own first, then in the order of loading. So two configurations may
use one inline name, a file's own inline templates cannot be taken from it, and a configuration can
still extend the inline template of its base.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from jinja2 import BaseLoader, Environment, Template, TemplateNotFound, TemplateSyntaxError

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.frontend.template.compiled import CompiledTemplate, compile_template
from fgc.compiler.frontend.template.inline import Part, split_inline
from fgc.compiler.frontend.template.syntax_errors import syntax_diagnostic
from fgc.compiler.frontend.template_chain import BlockUse, Reference, TemplateChain, TemplateUse
from fgc.compiler.ir.span import Span

_LINE_BREAK = re.compile(r"\r\n?")
_MISSING = "?"  # begins no template's key
_MOST_CANDIDATES = 5_000


class MissingTemplate(TemplateNotFound):
    """A name that means no template."""

    def __init__(self, template: str):
        super().__init__(template)
        self.template = template


@dataclass(frozen=True, slots=True)
class _Source:
    """A template of a file: the name that spans use for the file, and its part of the text."""

    file: str
    part: Part


class TemplateLoader(BaseLoader):
    """The templates of one rendering.

    A template's key is its file's span name, followed by ``#name`` for an inline template.
    ``texts`` are the files loaded so far, by span name, in the order of loading. ``sources`` are
    templates in memory, ``unsaved`` texts that stand for those of files.
    """

    def __init__(
        self,
        search_path: tuple[Path, ...],
        sources: Mapping[str, str],
        unsaved: Mapping[str, str] = MappingProxyType({}),
    ):
        self.search_path = tuple(Path(os.path.abspath(folder)) for folder in search_path)
        self.texts: dict[str, str] = {}
        self.compiled: dict[str, CompiledTemplate] = {}
        self._memory = sources
        self._unsaved = unsaved
        self._parts: dict[str, _Source] = {}
        self._root: str | None = None

    def resolve_root(self, template: str) -> str:
        """The key of the template that is to be rendered. Raises `MissingTemplate`."""
        if os.path.isabs(template):
            self._root = self._file(Path(template))
        else:
            self._root = self._search(template)
        if self._root is None:
            raise MissingTemplate(template)
        return self._root

    def resolve(self, template: str, parent: str) -> str:
        """The key of what the template ``parent`` calls ``template``.

        It is no template's where there is none, so that Jinja learns of it when it loads the key:
        only then an include that may be missing, or has an alternative, goes on.
        """
        own = f"{self._parts[parent].file}#{template}"
        if own in self._parts:
            return own
        found = self._search(template)
        if found is not None:
            return found
        for file in self.texts:
            if f"{file}#{template}" in self._parts:
                return f"{file}#{template}"
        return _MISSING + template

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        compiled = self.compile(name)
        template_class: type[Template] = environment.template_class
        return template_class.from_code(environment, compiled.code, globals or {})

    def compile(self, key: str) -> CompiledTemplate:
        """The compiled template ``key``.

        Raises `MissingTemplate`, or `BuildError` where it is not well-formed.
        """
        if key.startswith(_MISSING):
            raise MissingTemplate(key.removeprefix(_MISSING))
        if key not in self.compiled:
            source = self._parts[key]
            try:
                text, line = source.part.text, source.part.first_line
                self.compiled[key] = compile_template(key, self._ended(key, text), line)
            except TemplateSyntaxError as error:
                raise BuildError(
                    syntax_diagnostic(error, source.file, self.texts[source.file])
                ) from None
        return self.compiled[key]

    def file_of(self, key: str) -> str:
        """The span name of the file that holds a template."""
        return self._parts[key].file

    def chain(self, references: Iterable[Reference]) -> TemplateChain:
        """The templates that have been compiled, and those of ``references`` that lead to one."""
        assert self._root is not None
        used = {key: self._use(compiled) for key, compiled in self.compiled.items()}
        return TemplateChain(self._root, used, tuple(r for r in references if r.to in used))

    def _use(self, compiled: CompiledTemplate) -> TemplateUse:
        source = self._parts[compiled.key]
        blocks = (BlockUse(b.name, int(b.place), b.calls_super) for b in compiled.blocks)
        part = source.part
        return TemplateUse(compiled.key, source.file, part.name, part.first_line, tuple(blocks))

    def title(self, file: str) -> str:
        """A file's name as a template would write it."""
        for folder in self.search_path:
            if file.startswith(folder.as_posix() + "/"):
                return file.removeprefix(folder.as_posix() + "/")
        return file.strip("<>") if file.startswith("<") else PurePosixPath(file).name

    def candidates(self) -> list[str]:
        """Names of templates that exist, to suggest one of them."""
        inline = [source.part.name for source in self._parts.values() if source.part.name]
        return [*inline, *self._memory, *self._files()]

    def _files(self) -> Iterator[str]:
        seen = 0
        for folder in self.search_path:
            for directory, folders, files in os.walk(folder):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                for name in sorted(files):
                    seen += 1
                    if seen > _MOST_CANDIDATES:
                        return
                    if name.endswith((".yaml", ".yml", ".jinja")):
                        yield Path(directory, name).relative_to(folder).as_posix()

    def _ended(self, key: str, text: str) -> str:
        """What is included or inherited ends its last line, lest the next be glued to it."""
        return text if key == self._root or text.endswith("\n") or not text else text + "\n"

    def _search(self, template: str) -> str | None:
        if template in self._memory:
            return self._add(f"<{template}>", self._memory[template])
        path = PurePosixPath(template)
        if not path.parts or path.is_absolute() or ".." in path.parts:
            return None
        for folder in self.search_path:
            found = self._file(folder / path)
            if found is not None:
                return found
        return None

    def _file(self, path: Path) -> str | None:
        file = Path(os.path.abspath(path)).as_posix() if "\0" not in str(path) else ""
        if file in self.texts:
            return file
        if file in self._unsaved:
            return self._add(file, self._unsaved[file].removeprefix("\ufeff"))
        if not os.path.isfile(file):
            return None
        return self._add(file, _read(file))

    def _add(self, file: str, text: str) -> str:
        if file not in self.texts:
            self.texts[file] = text
            for part in split_inline(_LINE_BREAK.sub("\n", text)):
                key = f"{file}#{part.name}" if part.name else file
                self._parts.setdefault(key, _Source(file, part))
        return file


def _read(file: str) -> str:
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise BuildError(Diagnostic("FGC001", f"`{file}` cannot be read: {reason}")) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        begin = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[begin : error.start].decode("utf-8", "replace")) + 1
        raise BuildError(
            Diagnostic(
                "FGC003",
                "the template is not UTF-8 text",
                Span.point(file, line, column),
                help="save it as UTF-8",
            )
        ) from None
