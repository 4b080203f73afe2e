"""Folders with a meaning: projects, workspaces, and the templates that come with fgc."""

from __future__ import annotations

import os
from pathlib import Path

import fgc.templates

META = "meta.yaml"
# Ours, and that of the language's ancestor.
_WORKSPACES = ("fgc_workspace", "forgather_workspace")


def absolute(path: Path) -> Path:
    """An absolute path without ``..``; symbolic links stay as the user wrote them."""
    return Path(os.path.abspath(path))


def shipped_templates() -> Path:
    """The folder of the templates that come with fgc; the last of every search path."""
    return absolute(Path(next(iter(fgc.templates.__path__))))


def find_project(start: Path) -> Path | None:
    """The nearest folder with a meta.yaml, from ``start`` upwards."""
    start = absolute(start)
    return next((f for f in (start, *start.parents) if os.path.isfile(f / META)), None)


def find_workspace(start: Path) -> Path | None:
    """The nearest ``fgc_workspace`` (or ``forgather_workspace``) beside or above ``start``."""
    start = absolute(start)
    for folder in (start, *start.parents):
        for name in _WORKSPACES:
            if os.path.isdir(folder / name):
                return folder / name
    return None
