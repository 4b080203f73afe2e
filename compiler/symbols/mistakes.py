"""The wording of what can be wrong with an import spec."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from fgc.compiler.diagnostics.diagnostic import Severity
from fgc.compiler.symbols import snapshot
from fgc.compiler.symbols.answer import Mistake
from fgc.compiler.symbols.classes import Classes
from fgc.compiler.symbols.declarations import Class
from fgc.compiler.symbols.distributions import KNOWN_PACKAGES
from fgc.compiler.symbols.locate import Locator, Module
from fgc.compiler.symbols.modules import Definition, Missing, Modules
from fgc.compiler.symbols.nearest import nearest
from fgc.compiler.symbols.spec import ImportSpec


def no_module(
    modules: Modules, spec: ImportSpec, parent: Module, component: str, found: Definition | Missing
) -> Mistake:
    """``parent`` exists and has no module ``component``."""
    start = len(parent.name) + 1
    remedy: str | None = None
    meant = nearest(component, modules.locator.submodules(parent.name))
    if isinstance(found, Definition) and found.declaration is not None:
        name = spec.text[start:].replace(":", ".")
        remedy = f"`{component}` is a name in `{parent.name}`; write `{parent.name}:{name}`"
    elif meant is not None:
        remedy = f"a module with a similar name exists: `{parent.name}.{meant}`"
    message = f"there is no module `{parent.name}.{component}`"
    return Mistake("FGC020", message, start, start + len(component), remedy)


def no_package(locator: Locator, spec: ImportSpec, package: str) -> Mistake:
    """Nothing installed is called ``package``, and it is no package that fgc has heard of."""
    known = {*locator.submodules(""), *KNOWN_PACKAGES, *snapshot.packages(), "fgc"}
    meant = nearest(package, known)
    remedy = "the package that provides it has to be installed where the build runs"
    if meant is not None:
        remedy = f"a module with a similar name exists: `{meant}`"
    return Mistake("FGC020", f"there is no module `{package}`", 0, len(package), remedy)


def no_file(spec: ImportSpec, folders: tuple[str, ...]) -> Mistake:
    """No folder holds the file or the relative module that ``spec`` names."""
    end = spec.name_at - 1
    searched = "`, `".join(dict.fromkeys(os.path.basename(folder) or folder for folder in folders))
    if spec.form == "file":
        written = spec.module
        message = f"there is no file `{written}`"
        meant = nearest(written, _files_beside(written, folders))
        shown = None if meant is None else f"a file with a similar name exists: `{meant}`"
    else:
        written = "." + spec.module
        message = f"there is no module `{written}` in the search path"
        stems = (file.removesuffix(".py") for file in _files_beside("", folders))
        meant = nearest(spec.module, stems)
        shown = None if meant is None else f"a module with a similar name exists: `.{meant}`"
    return Mistake("FGC020", message, 0, end, shown or f"these folders were searched: `{searched}`")


def no_name(
    modules: Modules, classes: Classes, spec: ImportSpec, owner: Definition, name: str, at: int
) -> Mistake:
    """``owner``, a module or a class that was read in full, has no ``name``."""
    if isinstance(owner.declaration, Class):
        candidates = classes.attribute_names(owner)
        shown = f"class `{owner.name}` has no attribute `{name}`"
    else:
        candidates = modules.names(owner.module) | set(
            modules.locator.submodules(owner.module.name) if not owner.module.siblings else ()
        )
        where = spec.module if owner.module.name == spec.module else owner.module.name
        shown = f"module `{where}` has no name `{name}`"
    meant = nearest(name, candidates)
    remedy = None if meant is None else f"a similar name exists there: `{meant}`"
    return Mistake("FGC023", shown, at, at + len(name), remedy)


def doubtful_name(modules: Modules, owner: Definition, name: str, at: int) -> Mistake | None:
    """A warning, where a module that makes names at run time does not mention ``name`` and shows
    one much like it."""
    if owner.declaration is not None or not modules.shows_names(owner.module):
        return None
    text = "".join(modules.text(file) for file in owner.module.sources)
    meant = nearest(name, modules.names(owner.module))
    if meant is None or has_word(text, name):
        return None
    message = f"module `{owner.module.name}` does not show a name `{name}`"
    remedy = f"a similar name exists there: `{meant}`"
    return Mistake("FGC032", message, at, at + len(name), remedy, Severity.WARNING)


def is_module(name: str, start: int, end: int) -> Mistake:
    """A spec that names a module, which cannot be called."""
    message = f"`{name}` is a module, not something that can be called"
    return Mistake("FGC025", message, start, end, f"a name in it is written `{name}:Name`")


def undivided(spec: ImportSpec) -> Mistake:
    """A dotted spec of a package that is not installed: where its module ends is anyone's guess."""
    module, _, name = spec.text.rpartition(".")
    message = f"it cannot be told which part of `{spec.text}` is the module"
    return Mistake("FGC025", message, 0, len(spec.text), f"write `{module}:{name}`")


def has_word(text: str, word: str) -> bool:
    """Whether ``word`` stands somewhere in ``text``."""
    return re.search(rf"\b{re.escape(word)}\b", text) is not None


def _files_beside(written: str, folders: Iterable[str]) -> set[str]:
    """The Python files in the folders where ``written`` was looked for, written alike."""
    inner = os.path.dirname(written)
    found: set[str] = set()
    for folder in folders:
        try:
            listed = os.listdir(os.path.join(folder, inner))
        except OSError:
            continue
        found.update(f"{inner}/{file}" if inner else file for file in listed)
    return {file for file in found if file.endswith(".py")}
