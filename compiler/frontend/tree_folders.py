"""A tree that was built, as the place that its configuration is read from again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fgc.compiler.frontend.folders import META, Folders, absolute


@dataclass(frozen=True, slots=True)
class TreeFolders(Folders):
    """Where the folders and files are that a tree's configuration names.

    ``config`` is the tree's folder of what it was built from, and ``alias`` the absolute path by
    which the texts in it call it. ``base`` is the folder in it that stands for the project's, or
    for its workspace's: what lay in there has kept its place. ``elsewhere`` are the folders that
    lay outside: how each was reached from ``base``, and where it is; the way is empty where the
    folder was called by its absolute path. ``files`` are where files are that are not where they
    are named, ``unread`` those of them that are nowhere, since nothing needed them. ``shipped`` are
    the templates of the fgc that built the tree.
    """

    config: Path
    alias: str
    base: Path
    shipped: Path
    workspaces: tuple[Path, ...]
    elsewhere: tuple[tuple[str, Path], ...]
    files: Mapping[Path, Path]
    unread: frozenset[Path]

    def templates(self) -> Path:
        return self.shipped

    def project(self, start: Path) -> Path | None:
        start = absolute(start)
        for folder in (start, *start.parents):
            if os.path.isfile(folder / META):
                return folder
            if folder == self.config:
                return None
        return None

    def workspace(self, project: Path) -> Path | None:
        for folder in (project, *project.parents):
            for workspace in self.workspaces:
                if workspace.parent == folder:
                    return workspace
        return None

    def place(self, root: Path, written: str) -> Path:
        inner = _below(written, self.alias)
        if inner is not None:
            written = f"{self.config}{inner}"
        path = self._lies(os.path.normpath(self._seen(os.path.join(root, written))))
        return path if os.path.exists(path) else self.files.get(path, path)

    def has_file(self, path: Path) -> bool:
        return os.path.isfile(path) or path in self.unread

    def has_folder(self, path: Path) -> bool:
        """A folder from which nothing was read is not in the tree, and is as good as empty."""
        return os.path.isdir(path) or path.is_relative_to(self.config)

    def _seen(self, path: str) -> str:
        """The absolute ``path`` as it is reached from ``base`` in the eyes of the configuration."""
        for named, folder in ((".", self.base), *self.elsewhere):
            inner = _below(path, str(folder))
            if inner is not None:
                return f"{named}{inner}" if named else path
        inside = _below(path, str(self.config)) is not None
        return os.path.relpath(path, self.base) if inside else path

    def _lies(self, named: str) -> Path:
        """Where the normal path ``named``, as it is reached from ``base``, leads in the tree."""
        for seen, folder in sorted(self.elsewhere, key=lambda pair: -len(pair[0])):
            inner = _below(named, seen) if seen else None
            if inner is not None and not inner.startswith("/.."):
                return Path(f"{folder}{inner}")
        return absolute(self.base / named)


def _below(path: str, folder: str) -> str | None:
    """What follows ``folder`` in ``path``, which may hold ``..``; None where it is elsewhere."""
    if path == folder or path.startswith(f"{folder}/"):
        return path[len(folder) :]
    return None
