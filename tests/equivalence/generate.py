"""The other side of the comparison: what the code that fgc writes for a configuration builds."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from fgc.compiler.backend.relative_paths import RelativePaths
from fgc.compiler.backend.tree import Content
from fgc.compiler.passes.emit import emit
from fgc.compiler.passes.plan import plan
from fgc.compiler.passes.specialise import specialise
from fgc.compiler.passes.vendor import vendor
from fgc.compiler.symbols.resolution import Resolution
from fgc.targets.dataset.files import data_files
from fgc.targets.model.hf_protocol import PROTECTED
from fgc.targets.project import model_files
from fgc.targets.python.program import PYTHON

TREE_PACKAGES = ("program", "runtime", "user", "model")


def write(resolution: Resolution, folder: Path) -> None:
    """Writes the program that builds all top-level nodes into ``folder``."""
    planned = plan(resolution, PYTHON)
    code = specialise(planned, protected=PROTECTED)
    emitted = emit(vendor(planned, code), RelativePaths(()))
    contents: dict[str, Content] = {p: text.encode() for p, text in emitted.python.items()}
    contents |= model_files(planned, emitted) | data_files(planned, emitted.python.values())
    for path, content in contents.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.source.read_bytes())


def generate(resolution: Resolution, folder: Path, **launch: object) -> dict[str, object]:
    """The objects that generated code makes of a configuration, by top-level key.

    ``folder`` is an empty folder to build it in. The modules of a tree have the same names for
    every configuration, so those of the one before are forgotten. Random numbers are those of
    torch's global generator.
    """
    write(resolution, folder)
    for name in list(sys.modules):
        top = name.split(".")[0]
        if top in TREE_PACKAGES or top.startswith("model_"):
            del sys.modules[name]
    importlib.invalidate_caches()
    sys.path.insert(0, str(folder))
    try:
        program = importlib.import_module("program")
        return program.build(**launch)
    finally:
        sys.path.remove(str(folder))
