"""A tree that was built, as the place of a configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fgc.compiler.backend.lock import LOCK_NAME, Layout, Lock
from fgc.compiler.backend.relative_paths import ALIAS
from fgc.compiler.backend.tree import JOURNAL
from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.diagnostics.strictness import Strictness
from fgc.compiler.frontend.folders import META, absolute, find_project
from fgc.compiler.frontend.project import Project, bare_project, load_project
from fgc.compiler.frontend.scalars import parse_scalar
from fgc.compiler.frontend.tree_folders import TreeFolders
from fgc.compiler.ir.graph import Scalar

CONFIG = "config"
"""The folder of a tree that holds what the tree was built from."""
TEMPLATES = "fgc.templates"
"""What the templates that come with fgc are called among that."""


@dataclass(frozen=True, slots=True)
class BuiltTree:
    """The tree in ``root``: where its configuration is, and what ``--set`` gave for it."""

    root: Path
    config: Path
    template: str
    project_root: Path
    folders: TreeFolders
    overrides: Mapping[str, Scalar]

    def project(self, strictness: Strictness = Strictness.STRICT) -> Project:
        """The project of the configuration.

        Raises:
            BuildError: what is wrong with its meta.yaml.
        """
        if os.path.isfile(self.project_root / META):
            return load_project(self.project_root, self.folders, strictness)
        return bare_project(self.project_root, self.folders, strictness)


def find_tree(start: Path) -> Path | None:
    """The tree that ``start`` is, or lies in; for a file only if it is one of the tree's inputs.

    A project that lies in a tree, and is not one of its inputs, is a project of its own.
    """
    start = absolute(start)
    for folder in (start, *start.parents):
        if not any(os.path.isfile(folder / name) for name in (LOCK_NAME, JOURNAL)):
            continue
        if start.is_relative_to(folder / CONFIG):
            return folder
        project = find_project(start)
        nearer = project is not None and project.is_relative_to(folder)
        return None if nearer or not start.is_dir() else folder
    return None


def read_tree(root: Path) -> BuiltTree:
    """The tree in ``root``.

    Raises:
        BuildError: FGC009 where its lock is missing or broken.
    """
    if not os.path.isfile(root / LOCK_NAME):
        raise unreadable(root, f"it was left half written, without a `{LOCK_NAME}`")
    try:
        lock = Lock.from_json((root / LOCK_NAME).read_text("utf-8"))
        _check_names(lock)
        overrides = {name: parse_scalar(text) for name, text in lock.overrides.items()}
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable(root, f"its `{LOCK_NAME}` is broken: {error}") from error
    config, layout = root / CONFIG, lock.source
    return BuiltTree(
        root=root,
        config=config / lock.config,
        template=layout.template,
        project_root=config / layout.project,
        folders=_folders(root, layout),
        overrides=overrides,
    )


def check_whole(root: Path) -> None:
    """That the tree in ``root`` is one, and no build of it was cut short.

    Raises:
        BuildError: FGC009.
    """
    read_tree(root)
    if os.path.isfile(root / JOURNAL):
        raise unreadable(root, "it was left half written")


def unreadable(root: Path, reason: str) -> BuildError:
    """FGC009 for the tree in ``root``."""
    message = f"the tree `{root.as_posix()}` cannot be read: {reason}"
    remedy = "build it again from its configuration"
    return BuildError(Diagnostic("FGC009", message, help=remedy))


def _folders(root: Path, layout: Layout) -> TreeFolders:
    config = root / CONFIG
    return TreeFolders(
        config=config,
        alias=ALIAS,
        base=config / PurePosixPath(layout.project).parts[0],
        shipped=config / TEMPLATES,
        workspaces=tuple(config / name for name in layout.workspaces),
        elsewhere=tuple((way, config / name) for name, way in layout.elsewhere.items()),
        files={config / name: root / place for name, place in layout.files.items() if place},
        unread=frozenset(config / name for name, place in layout.files.items() if not place),
    )


def _check_names(lock: Lock) -> None:
    """Raises ValueError for a name that leads out of the tree."""
    layout = lock.source
    names = [lock.config, layout.project, layout.template, *layout.workspaces, *layout.elsewhere]
    names += [name for named in layout.files.items() for name in named if name]
    for name in names:
        if not name or any(part in ("", ".", "..") for part in name.split("/")):
            raise ValueError(f"`{name}` is not a path in the tree")
