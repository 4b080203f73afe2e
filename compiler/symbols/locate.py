"""Finds the file of a module by its name, without importing it or any package above it."""

from __future__ import annotations

import importlib.machinery
import os
import pkgutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.machinery import ModuleSpec, PathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.importlib import MetaPathFinderProtocol

_EXTENSIONS = tuple(importlib.machinery.EXTENSION_SUFFIXES)


@dataclass(frozen=True, slots=True)
class Module:
    """A module that exists.

    ``sources`` are its readable files, the ``.py`` before the ``.pyi``; none for a module written
    in C without a stub, or for a namespace package. ``folders`` are where its submodules are
    looked for, empty where it is no package. ``siblings`` are set for a loose file of a project:
    the folders in which its relative imports are looked for. ``is_own`` is set for a module that
    only a project's own folders make importable.
    """

    name: str
    sources: tuple[str, ...]
    folders: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()
    is_own: bool = False

    @property
    def is_package(self) -> bool:
        """Whether the module may have submodules."""
        return bool(self.folders)

    @property
    def package(self) -> str:
        """The package that its relative imports start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]


class Locator:
    """Asks this interpreter's finders, one level of a dotted name at a time.

    What none of them has at the top is looked for in ``own``, the folders of a project.

    A module once looked for is remembered, so a locator serves one build.
    """

    def __init__(self, path: Sequence[str] | None = None, own: Sequence[str] = ()):
        self._path = list(_import_path() if path is None else path)
        self._own = list(own)
        self._found: dict[str, Module | None] = {}

    def find(self, name: str) -> Module | None:
        """The module ``name``, or None where no finder knows it."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> Module | None:
        parent, _, last = name.rpartition(".")
        if not parent:
            spec = _ask_finders(name, None, self._path)
            own = None if spec is not None else _ask_folders(name, self._own)
            if own is not None:
                return replace(_module(name, own), is_own=True)
            return None if spec is None else _module(name, spec)
        package = self.find(parent)
        if package is None or not package.is_package:
            return None
        spec = _ask_finders(name, list(package.folders), self._path)
        if spec is None:
            stub = _existing(os.path.join(folder, last + ".pyi") for folder in package.folders)
            return Module(name, stub[:1], is_own=package.is_own) if stub else None
        return replace(_module(name, spec), is_own=package.is_own)

    def submodules(self, name: str) -> tuple[str, ...]:
        """The names of the modules directly below package ``name``, or at the top for ``""``."""
        package = self.find(name) if name else None
        top = [*self._path, *self._own]
        folders = top if not name else package.folders if package else ()
        return _listing(tuple(folders))


def _import_path() -> list[str]:
    """``sys.path`` without the current folder that ``python -m`` and ``-c`` put first: a program
    that is written to another folder cannot import from it."""
    first = sys.path[:1]
    return sys.path[1:] if first and first[0] in ("", os.getcwd()) else list(sys.path)


def _ask_finders(name: str, folders: list[str] | None, path: list[str]) -> ModuleSpec | None:
    for finder in sys.meta_path:
        if finder is PathFinder:
            spec = _ask_folders(name, path if folders is None else folders)
        else:
            spec = _ask_foreign(finder, name, folders)
        if spec is not None:
            return spec
    return None


def _ask_foreign(
    finder: MetaPathFinderProtocol, name: str, folders: list[str] | None
) -> ModuleSpec | None:
    """A finder that some package installed, which may want its parents to be imported."""
    try:
        return finder.find_spec(name, folders)
    except Exception:  # whatever it is that it needs, without it there is no answer
        return None


def _ask_folders(name: str, folders: Iterable[str]) -> ModuleSpec | None:
    """What `PathFinder` does, for packages whose parents are not imported: its namespace paths
    want the parent in ``sys.modules``."""
    portions: list[str] = []
    for folder in folders:
        finder = pkgutil.get_importer(folder)
        spec = None if finder is None else finder.find_spec(name)
        if spec is None:
            continue
        if spec.loader is not None:
            return spec
        portions.extend(spec.submodule_search_locations or ())
    if not portions:
        return None
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = portions
    return spec


def _module(name: str, spec: ModuleSpec) -> Module:
    folders = tuple(spec.submodule_search_locations or ())
    origin = spec.origin or ""
    if origin.endswith(".py"):
        return Module(name, _existing((origin, origin + "i")), folders)
    if origin.endswith(_EXTENSIONS):
        stub = os.path.join(os.path.dirname(origin), name.rpartition(".")[2] + ".pyi")
        return Module(name, _existing((stub,)), folders)
    stubs = _existing(os.path.join(folder, "__init__.pyi") for folder in folders)
    return Module(name, stubs[:1], folders)


def _existing(candidates: Iterable[str]) -> tuple[str, ...]:
    return tuple(path for path in candidates if os.path.isfile(path))


@lru_cache(maxsize=64)
def _listing(folders: tuple[str, ...]) -> tuple[str, ...]:
    names = {info.name for info in pkgutil.iter_modules(list(folders))}
    return tuple(sorted(names))
