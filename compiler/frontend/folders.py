"""Folders with a meaning: projects, workspaces, and the templates that come with fgc."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import fgc.templates

META = "meta.yaml"
# Ours, and that of the language's ancestor.
WORKSPACES = ("fgc_workspace", "forgather_workspace")


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
        for name in WORKSPACES:
            if os.path.isdir(folder / name):
                return folder / name
    return None


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the folders and files are that a configuration names, and those with a meaning.

    As it stands, everything is where it is named, and the templates are those that come with fgc.
    ``unsaved`` are texts of templates that an editor holds, by absolute path: they stand for what
    is on disk.
    """

    unsaved: Mapping[str, str] = field(default_factory=dict[str, str], kw_only=True)

    def templates(self) -> Path:
        """The last folder of every search path."""
        return shipped_templates()

    def project(self, start: Path) -> Path | None:
        """The folder of the project that ``start`` lies in."""
        return find_project(start)

    def workspace(self, project: Path) -> Path | None:
        """The workspace of a project."""
        return find_workspace(project)

    def place(self, root: Path, written: str) -> Path:
        """Where the file or folder is that is ``written`` by somebody who stands in ``root``."""
        return absolute(root / written)

    def has_file(self, path: Path) -> bool:
        """Whether there is a file, or was one where it could not be kept."""
        return os.path.isfile(path)

    def has_folder(self, path: Path) -> bool:
        """Whether there is a folder."""
        return os.path.isdir(path)
