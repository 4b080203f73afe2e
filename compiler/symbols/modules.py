"""What a name in a module stands for, re-exports followed, one file read at a time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from fgc.compiler.symbols.cache import SymbolCache
from fgc.compiler.symbols.declarations import (
    UNREADABLE,
    Class,
    Declaration,
    Declarations,
    Function,
    Import,
    Value,
)
from fgc.compiler.symbols.exports import scan_exports
from fgc.compiler.symbols.locate import Locator, Module

# A package that star-imports more modules than this is searched by a text scan of its files, once,
# instead of by reading module after module.
_STARS_READ = 16


class Missing(Enum):
    """Why a name has no definition."""

    ABSENT = "absent"  # everything that could define it was read
    UNKNOWN = "unknown"  # something could not be read


ABSENT, UNKNOWN = Missing.ABSENT, Missing.UNKNOWN


@dataclass(frozen=True, slots=True)
class Definition:
    """A place where something is defined: ``name`` (dotted, below classes) in ``file``.

    ``declaration`` is None where the thing is the module itself.
    """

    module: Module
    file: str | None
    name: str
    declaration: Function | Class | Value | None


class Modules:
    """Reads modules as they are asked for, and remembers them for one build."""

    def __init__(self, locator: Locator, cache: SymbolCache):
        self.locator = locator
        self._cache = cache
        self._declarations: dict[str, Declarations] = {}
        self._texts: dict[str, str] = {}
        self._exports: dict[str, dict[str, str]] = {}
        self._active: set[tuple[str, str]] = set()
        self._loose: dict[str, str] = {}

    @property
    def loose(self) -> dict[str, str]:
        """The files of projects that were read, and the folder from which each is named."""
        return dict(self._loose)

    def text(self, file: str) -> str:
        """The text of a file, with line ends as ``\\n``; empty where it cannot be read."""
        if file not in self._texts:
            try:
                text = Path(file).read_bytes().decode("utf-8-sig")
            except (OSError, UnicodeDecodeError):
                text = ""
            self._texts[file] = text.replace("\r\n", "\n").replace("\r", "\n")
        return self._texts[file]

    def declarations(self, file: str) -> Declarations:
        """What a file declares; `UNREADABLE` where it cannot be read."""
        if file not in self._declarations:
            text = self.text(file)
            empty = not text and os.path.getsize(file) > 0 if os.path.exists(file) else not text
            self._declarations[file] = UNREADABLE if empty else self._cache.declarations(text)
        return self._declarations[file]

    def postpones(self, file: str) -> bool:
        """Whether annotations in a file are texts (PEP 563)."""
        bound = self.declarations(file).names.get("annotations", ())
        return any(isinstance(d, Import) and d.module == "__future__" for d in bound)

    def member(self, module: Module, name: str) -> Definition | Missing:
        """What ``name`` is in ``module``: defined there, imported, starred in, or a submodule."""
        answers = [self._in_file(module, file, name) for file in module.sources]
        for answer in answers:
            if isinstance(answer, Definition) and not isinstance(answer.declaration, Value):
                return answer
        submodule = self.submodule(module, name)
        if submodule is not None:
            return Definition(submodule, _first(submodule.sources), "", None)
        values = [answer for answer in answers if isinstance(answer, Definition)]
        if values:
            return values[0]
        unread = not answers and not module.siblings  # written in C
        return UNKNOWN if UNKNOWN in answers or unread else ABSENT

    def submodule(self, module: Module, name: str) -> Module | None:
        """The module ``name`` directly below the package ``module``."""
        if not module.is_package:
            return None
        if module.siblings:
            return project_module(name, module.folders)
        return self.locator.find(f"{module.name}.{name}")

    def names(self, module: Module) -> set[str]:
        """The public names that reading shows in ``module``, to find the one that was meant."""
        found: set[str] = set()
        self._collect_names(module, found, set())
        return {name for name in found if not name.startswith("_")}

    def shows_names(self, module: Module) -> bool:
        """Whether all modules that ``module`` star-imports can be read."""
        for file in module.sources:
            declared = self.declarations(file)
            targets = [self._imported(module, level, name) for level, name in declared.stars]
            if len(targets) <= _STARS_READ and not all(t and t.sources for t in targets):
                return False
        return bool(module.sources)

    def _collect_names(self, module: Module, found: set[str], seen: set[str]) -> None:
        for file in module.sources:
            if file in seen:
                continue
            seen.add(file)
            declared = self.declarations(file)
            found.update(declared.names)
            found.update(declared.exports or ())
            if len(declared.stars) > _STARS_READ:
                found.update(self._export_index(module, file))
                continue
            for level, name in declared.stars:
                target = self._imported(module, level, name)
                if target is not None:
                    self._collect_names(target, found, seen)

    def _in_file(self, module: Module, file: str, name: str) -> Definition | Missing:
        if (file, name) in self._active:
            return UNKNOWN  # a name that is imported in a circle, or defined by itself
        self._active.add((file, name))
        if module.siblings or module.is_own:
            self._loose.setdefault(file, _named_from(module, file))
        try:
            declared = self.declarations(file)
            candidates = declared.names.get(name)
            if candidates is None:
                return self._starred(module, file, declared, name)
            return self._agreed(
                [self._follow(module, file, name, candidate) for candidate in candidates]
            )
        finally:
            self._active.discard((file, name))

    def _agreed(self, answers: list[Definition | Missing]) -> Definition | Missing:
        """One answer for a name that several branches bind: the first that is a definition, without
        its parameters where another branch defines it with other ones."""
        found = [answer for answer in answers if isinstance(answer, Definition)]
        solid = [answer for answer in found if not isinstance(answer.declaration, Value)]
        if not solid:
            return found[0] if found else UNKNOWN
        first = solid[0]
        classes = [d.declaration for d in solid if isinstance(d.declaration, Class)]
        if isinstance(first.declaration, Class) and len(solid) > 1:
            here = all(other.file == first.file for other in solid)
            same = all(_placeless(c) == _placeless(classes[0]) for c in classes)
            if here and not (same and len(classes) == len(solid)):
                return replace(first, declaration=_either(classes))
        functions = [d.declaration for d in solid if isinstance(d.declaration, Function)]
        shapes = {(f.parameters, f.beneath, f.forwarding, f.decorators) for f in functions}
        if isinstance(first.declaration, Function) and len(shapes) > 1:
            loose = replace(first.declaration, parameters=None, beneath=None, hands_on=False)
            return replace(first, declaration=loose)
        return first

    def _follow(
        self, module: Module, file: str, name: str, declaration: Declaration
    ) -> Definition | Missing:
        match declaration:
            case Import(level=level, module=target, name=imported):
                found = self._imported(module, level, target)
                if found is None:
                    return UNKNOWN
                if imported is None:
                    return Definition(found, _first(found.sources), "", None)
                answer = self.member(found, imported)
                return UNKNOWN if answer is ABSENT else answer
            case Value(alias=str(alias)):
                answer = self.dotted(module, file, alias)
                return (
                    answer
                    if isinstance(answer, Definition)
                    else _at(module, file, name, declaration)
                )
            case Function() | Class() | Value():
                return _at(module, file, name, declaration)

    def dotted(self, module: Module, file: str, dotted: str) -> Definition | Missing:
        """What a dotted name in the text of ``file`` stands for, through modules only."""
        head, *rest = dotted.split(".")
        answer = self._in_file(module, file, head)
        for part in rest:
            if isinstance(answer, Missing) or answer.declaration is not None:
                return UNKNOWN
            answer = self.member(answer.module, part)
        return answer

    def _starred(
        self, module: Module, file: str, declared: Declarations, name: str
    ) -> Definition | Missing:
        unknown = declared.open
        if len(declared.stars) > _STARS_READ:
            return self._indexed(module, file, name)
        for level, starred in reversed(declared.stars):
            target = self._imported(module, level, starred)
            answer = UNKNOWN if target is None else self._exported(target, name)
            if isinstance(answer, Definition):
                return answer
            unknown = unknown or answer is UNKNOWN
        return UNKNOWN if unknown else ABSENT

    def _exported(self, module: Module, name: str) -> Definition | Missing:
        """``name``, if ``from module import *`` brings it."""
        exports = [self.declarations(file).exports for file in module.sources]
        listed = [export for export in exports if export is not None]
        if listed and not any(name in export for export in listed):
            return ABSENT
        if not listed and name.startswith("_"):
            return ABSENT
        return self.member(module, name)

    def _indexed(self, module: Module, file: str, name: str) -> Definition | Missing:
        """``name`` in a package of many star imports. A remembered index that does not have it may
        be older than the files: it is made once more."""
        for fresh in (False, True):
            place = self._export_index(module, file, fresh).get(name)
            target = None if place is None else self.locator.find(f"{module.name}.{place}")
            if target is not None:
                answer = self.member(target, name)
                if isinstance(answer, Definition):
                    return answer
        return UNKNOWN

    def _export_index(self, module: Module, file: str, fresh: bool = False) -> dict[str, str]:
        if fresh or file not in self._exports:
            folder = os.path.dirname(file)
            self._exports[file] = self._cache.derive(
                f"exports of {module.name}", self.text(file), lambda: scan_exports(folder), fresh
            )
        return self._exports[file]

    def _imported(self, module: Module, level: int, name: str) -> Module | None:
        """The module that an import statement in ``module`` names."""
        if level == 0:
            return self.locator.find(name)
        if module.siblings:
            up = [os.path.join(folder, *[".."] * (level - 1)) for folder in module.siblings]
            return project_module(name, tuple(os.path.normpath(folder) for folder in up))
        package = module.package.split(".")
        base = ".".join(package[: len(package) - level + 1])
        return self.locator.find(f"{base}.{name}" if name else base) if base else None


def project_module(name: str, folders: tuple[str, ...]) -> Module | None:
    """The module ``name`` (dotted) of loose files: the first in ``folders``, or else the folders of
    that name, as a package without a file.

    Its relative imports are looked for beside it, then in ``folders``.
    """
    for folder in folders:
        path = os.path.join(folder, *name.split(".")) if name else folder
        if os.path.isfile(path + ".py"):
            return file_module(path + ".py", name, folders)
        if os.path.isfile(os.path.join(path, "__init__.py")):
            siblings = (path, *folders)
            return Module(name, (os.path.join(path, "__init__.py"),), (path,), siblings)
    inner = [os.path.join(folder, *name.split(".")) if name else folder for folder in folders]
    portions = tuple(folder for folder in inner if os.path.isdir(folder))
    return Module(name, (), portions, portions) if portions else None


def file_module(file: str, name: str, folders: tuple[str, ...]) -> Module:
    """A loose file as a module."""
    beside = os.path.dirname(file)
    return Module(name, (file,), (), (beside, *(f for f in folders if f != beside)))


def _named_from(module: Module, file: str) -> str:
    """The folder from which the name of a loose module leads to its file."""
    folder = os.path.dirname(file)
    parts = len(module.name.split(".")) if module.name else 0
    up = parts if os.path.basename(file) == "__init__.py" else max(parts - 1, 0)
    return os.path.normpath(os.path.join(folder, *[".."] * up))


def _at(module: Module, file: str, name: str, declaration: Function | Class | Value) -> Definition:
    return Definition(module, file, name, declaration)


def _either(classes: Sequence[Class]) -> Class:
    """One of several classes of a name: what all of them have may be there, and no call of it is
    known to be wrong."""
    methods = {name: method for c in reversed(classes) for name, method in c.methods.items()}
    return replace(
        classes[0],
        keywords=(*classes[0].keywords, "**="),
        methods={n: replace(m, parameters=None, beneath=None) for n, m in methods.items()},
    )


def _placeless(declared: Class) -> Class:
    """A class without the lines of it and its methods."""
    methods = {name: replace(method, line=0) for name, method in declared.methods.items()}
    return replace(declared, line=0, methods=methods)


def _first(sources: tuple[str, ...]) -> str | None:
    return sources[0] if sources else None
