"""The projects below a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from fgc.compiler.frontend.folders import META, absolute

# Files that say that a folder holds no project of anybody's: a tree that was built, a virtual
# environment.
_SIGNS = ("fgc.lock", "pyvenv.cfg")
_SKIPPED = ("node_modules", "__pycache__")


def projects_below(folder: Path) -> Iterator[Path]:
    """The folders with a meta.yaml, ``folder`` and those in projects included, sorted by path.

    Hidden folders, built trees, virtual environments and the modules of npm are passed over, and
    symbolic links are not followed: no loop of them is a trap, and nothing is found twice.
    """
    for directory, folders, files in os.walk(absolute(folder)):
        here = Path(directory)
        if META in files:
            yield here
        folders[:] = sorted(name for name in folders if not _is_passed_over(here / name))


def _is_passed_over(folder: Path) -> bool:
    if folder.name.startswith(".") or folder.name in _SKIPPED:
        return True
    return any(os.path.isfile(folder / sign) for sign in _SIGNS)
