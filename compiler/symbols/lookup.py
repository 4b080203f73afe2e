"""Import spec -> symbol: the question that the rest of this package answers."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path

from fgc.compiler.symbols import mistakes, snapshot
from fgc.compiler.symbols.answer import Answer, Mistake
from fgc.compiler.symbols.builtin import lookup_builtin
from fgc.compiler.symbols.cache import SymbolCache
from fgc.compiler.symbols.classes import Classes
from fgc.compiler.symbols.declarations import Class, Function
from fgc.compiler.symbols.distributions import KNOWN_PACKAGES
from fgc.compiler.symbols.locate import Locator, Module
from fgc.compiler.symbols.modules import (
    ABSENT,
    UNKNOWN,
    Definition,
    Missing,
    Modules,
    file_module,
    project_module,
)
from fgc.compiler.symbols.signatures import Signatures
from fgc.compiler.symbols.spec import ImportSpec, Malformed, parse
from fgc.compiler.symbols.symbol import Method, Origin, Signature, Symbol, SymbolKind

RUNTIME = "fgc.runtime"


class Symbols:
    """Looks import specs up for one build: a file is read once, and none is run.

    ``project_root`` and ``search_path`` are where file specs and relative specs are found;
    ``place`` says where a path leads that is written in one of these folders. Modules that are not
    installed are looked for in ``system_path``, too.
    """

    def __init__(
        self,
        project_root: Path,
        search_path: Sequence[Path] = (),
        *,
        locator: Locator | None = None,
        cache: SymbolCache | None = None,
        place: Callable[[Path, str], Path] | None = None,
        system_path: Sequence[Path] = (),
    ):
        self._place = place or _joined
        self._cache = cache or SymbolCache.default()
        self._system_path = tuple(os.path.abspath(folder) for folder in system_path)
        self._found_in(project_root, search_path)
        self._reads(Modules(locator or Locator(own=self._system_path), self._cache))
        self._defined: dict[tuple[str | None, str], Definition] = {}

    def of_project(
        self, project_root: Path, search_path: Sequence[Path], system_path: Sequence[Path] = ()
    ) -> Symbols:
        """Those of another project; what has been read serves both, unless they find modules in
        different folders."""
        other = copy(self)
        other._found_in(project_root, search_path)
        other._system_path = tuple(os.path.abspath(folder) for folder in system_path)
        if other._system_path != self._system_path:
            other._reads(Modules(Locator(own=other._system_path), self._cache))
            other._defined = {}
        return other

    def _reads(self, modules: Modules) -> None:
        self.modules = modules
        self.classes = Classes(modules)
        self._signatures = Signatures(modules, self.classes)

    def _found_in(self, project_root: Path, search_path: Sequence[Path]) -> None:
        self._root = os.path.abspath(project_root)
        self._search_path = tuple(os.path.abspath(folder) for folder in search_path)

    def lookup(self, text: str, search_path: Sequence[str] = ()) -> Answer:
        """The symbol that a spec names; ``search_path`` are folders that its node adds."""
        spec = parse(text)
        if isinstance(spec, Malformed):
            return Answer(None, Mistake("FGC025", spec.reason, spec.start, spec.end, spec.help))
        match spec.form:
            case "builtin":
                return lookup_builtin(spec)
            case "module":
                return self._in_module(spec)
            case "dotted":
                return self._dotted(spec)
            case "file" | "relative":
                return self._in_project(spec, search_path)

    def names_in(self, module: str, search_path: Sequence[str] = ()) -> frozenset[str]:
        """The public names of what stands before the colon of a spec, none where it is no module.

        A name may be that of a module, too.
        """
        spec = parse(f"{module}:name")
        if isinstance(spec, Malformed):
            return frozenset()
        if spec.form == "module":
            found = self.modules.locator.find(spec.module)
        else:
            found = self._project_file(spec, search_path)
        return frozenset() if found is None else frozenset(self.modules.names(found))

    def methods(self, symbol: Symbol) -> dict[str, Method] | None:
        """The methods of a class that was looked up, where it is the project's or the runtime's.

        What a third-party class defines is left out: nothing that is emitted may depend on it.
        """
        found = self._defined.get((symbol.file, symbol.definition_name or ""))
        if symbol.kind != "class" or symbol.origin not in ("runtime", "project") or found is None:
            return None
        return self.classes.methods(found, self._is_own)

    def _is_own(self, found: Definition) -> bool:
        """Whether a definition stands in the project or the runtime."""
        if found.module.name.startswith(f"{RUNTIME}."):
            return True
        file = Path(found.file or "")
        folders = (self._root, *self._search_path, *self._system_path)
        inside = any(file.is_relative_to(folder) for folder in folders)
        return inside and "site-packages" not in file.parts

    def _in_module(self, spec: ImportSpec) -> Answer:
        module = self.modules.locator.find(spec.module)
        if module is None:
            return self._without_module(spec)
        return self._named(spec, module)

    def _without_module(self, spec: ImportSpec) -> Answer:
        """A spec whose module has no file of its own."""
        package = spec.module.partition(".")[0]
        if self.modules.locator.find(package) is None:
            return self._not_installed(spec, package)
        parent, component = self._deepest(spec.module)
        if not parent.sources and not parent.is_package:
            return Answer(_unknown(spec))  # a module written in C may hold modules
        found = self.modules.member(parent, component)
        rest = spec.module[len(parent.name) + len(component) + 2 :]
        if isinstance(found, Definition) and found.declaration is None and not rest:
            return self._named(spec, found.module)  # `os.path` is `posixpath`
        text = "".join(self.modules.text(file) for file in parent.sources)
        served = any(self.modules.declarations(file).serves_modules for file in parent.sources)
        if served and mistakes.has_word(text, component):
            return Answer(_unknown(spec))
        return Answer(None, mistakes.no_module(self.modules, spec, parent, component, found))

    def _deepest(self, dotted: str) -> tuple[Module, str]:
        """The longest prefix of ``dotted`` that exists, and the component after it."""
        parts = dotted.split(".")
        for end in range(len(parts) - 1, 0, -1):
            module = self.modules.locator.find(".".join(parts[:end]))
            if module is not None:
                return module, parts[end]
        raise LookupError(dotted)

    def _dotted(self, spec: ImportSpec) -> Answer:
        parts = spec.text.split(".")
        if self.modules.locator.find(parts[0]) is None:
            return self._dotted_not_installed(spec)
        if self.modules.locator.find(spec.text) is not None:
            return Answer(None, mistakes.is_module(spec.text, 0, len(spec.text)))
        module, component = self._deepest(spec.text)
        split = ImportSpec(
            spec.text,
            "module",
            module.name,
            spec.text[len(module.name) + 1 :],
            len(module.name) + 1,
        )
        found = self.modules.member(module, component)
        if component != parts[-1] and not isinstance(found, Definition):
            head, _, last = spec.text.rpartition(".")
            return self._without_module(ImportSpec(spec.text, "module", head, last, len(head) + 1))
        return self._named(split, module)

    def _named(self, spec: ImportSpec, module: Module) -> Answer:
        """``spec.name``, attribute by attribute, in ``module``."""
        found: Definition | Missing = Definition(module, None, "", None)
        owner = found
        at = spec.name_at
        for part in spec.name.split("."):
            owner = found
            found = self._step(owner, part)
            if found is ABSENT:
                return Answer(
                    None, mistakes.no_name(self.modules, self.classes, spec, owner, part, at)
                )
            if found is UNKNOWN:
                doubt = mistakes.doubtful_name(self.modules, owner, part, at)
                return Answer(_unknown(spec, _origin(spec, module)), doubt)
            at += len(part) + 1
        assert isinstance(found, Definition)
        if found.declaration is None:
            return Answer(None, mistakes.is_module(found.module.name, 0, len(spec.text)))
        return Answer(self._symbol(spec, found, owner, _origin(spec, module)))

    def _step(self, owner: Definition, part: str) -> Definition | Missing:
        match owner.declaration:
            case None:
                return self.modules.member(owner.module, part)
            case Class():
                return self.classes.attribute(owner, part)
            case _:
                return UNKNOWN

    def _symbol(
        self, spec: ImportSpec, found: Definition, owner: Definition, origin: Origin
    ) -> Symbol:
        declaration = found.declaration
        self._defined[found.file, found.name] = found
        kind: SymbolKind = "value"
        signature: Signature | None = None
        summary = ""
        if isinstance(declaration, Class):
            kind, signature = "class", self._signatures.constructor(found)
            summary = declaration.summary
        elif isinstance(declaration, Function):
            kind, summary = "function", declaration.summary
            if "." in found.name:
                kind, signature = "method", self._signatures.method(found, owner)
            else:
                signature = self._signatures.function(found)
        return Symbol(
            spec=spec.text,
            module=spec.module,
            qualname=spec.name,
            kind=kind,
            origin=origin,
            file=found.file,
            line=declaration.line if declaration is not None else None,
            signature=signature,
            summary=summary,
            definition_module=found.module.name,
            definition_name=found.name,
        )

    def _in_project(self, spec: ImportSpec, search_path: Sequence[str]) -> Answer:
        module = self._project_file(spec, search_path)
        if module is None:
            added = tuple(self._leads(self._root, written) for written in search_path)
            folders = (*added, *self._search_path, self._root)
            return Answer(None, mistakes.no_file(spec, folders))
        named = ImportSpec(spec.text, spec.form, module.name, spec.name, spec.name_at)
        return self._named(named, module)

    def _project_file(self, spec: ImportSpec, search_path: Sequence[str]) -> Module | None:
        added = tuple(self._leads(self._root, written) for written in search_path)
        if spec.form == "file":
            return self._file(spec.module, added)
        return project_module(spec.module, (*added, *self._search_path, self._root))

    def _file(self, written: str, added: tuple[str, ...]) -> Module | None:
        for folder in (self._root, *added, *self._search_path):
            file = self._leads(folder, written)
            if os.path.isfile(file):
                name = os.path.relpath(file, folder).replace(os.sep, "/")
                inside = not name.startswith("../")
                stem = (name if inside else os.path.basename(file)).removesuffix(".py")
                return file_module(file, stem.replace("/", "."), added or self._search_path)
        return None

    def _leads(self, folder: str, written: str) -> str:
        return str(self._place(Path(folder), written))

    def _not_installed(self, spec: ImportSpec, package: str) -> Answer:
        entry = snapshot.find(spec.module, spec.name)
        if entry is not None:
            symbol = Symbol(
                spec.text,
                spec.module,
                spec.name,
                entry.kind,
                "third_party",
                signature=entry.signature,
            )
            return Answer(symbol)
        if package in KNOWN_PACKAGES or package in snapshot.packages():
            return Answer(_unknown(spec), unchecked=package)
        return Answer(None, mistakes.no_package(self.modules.locator, spec, package))

    def _dotted_not_installed(self, spec: ImportSpec) -> Answer:
        parts = spec.text.split(".")
        for end in range(len(parts) - 1, 0, -1):
            module, name = ".".join(parts[:end]), ".".join(parts[end:])
            if snapshot.find(module, name) is not None:
                split = ImportSpec(spec.text, "module", module, name, len(module) + 1)
                return self._not_installed(split, parts[0])
        if parts[0] not in KNOWN_PACKAGES and parts[0] not in snapshot.packages():
            return Answer(None, mistakes.no_package(self.modules.locator, spec, parts[0]))
        return Answer(None, mistakes.undivided(spec))


def _joined(folder: Path, written: str) -> Path:
    return Path(os.path.normpath(folder / written))


def _unknown(spec: ImportSpec, origin: Origin = "third_party") -> Symbol:
    return Symbol(spec.text, spec.module, spec.name, "unknown", origin)


def _origin(spec: ImportSpec, module: Module) -> Origin:
    if module.is_own or spec.form in ("file", "relative"):
        return "project"
    inside = spec.module == RUNTIME or spec.module.startswith(RUNTIME + ".")
    return "runtime" if inside else "third_party"
