"""How the inputs of a build are called, and how they lie in the tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from fgc.compiler.backend.lock import Layout
from fgc.compiler.backend.relative_paths import RelativePaths
from fgc.compiler.frontend.folders import WORKSPACES, absolute
from fgc.compiler.frontend.tree_folders import TreeFolders
from fgc.compiler.ir.graph import Graph
from fgc.compiler.passes.built_tree import TEMPLATES
from fgc.compiler.passes.load import Source
from fgc.compiler.symbols.resolution import Resolution

PROJECT, WORKSPACE = "project", "workspace"


def input_names(
    source: Source,
    texts: Mapping[str, str],
    graph: Graph | None = None,
    resolution: Resolution | None = None,
) -> RelativePaths:
    """How a tree calls what it is made from, as far as that is known.

    What lies in the project, or in the workspace that the project lies in, is called by its place
    there; of other folders the last part of their path stands for the rest. ``texts`` are those of
    the templates; ``graph`` is the linked one, ``resolution`` the one that has been folded.
    """
    found = [*source.folders]
    if graph is not None:
        found += map(Path, graph.folders)
    if resolution is not None:
        found += map(Path, resolution.modules.values())
        found += [Path(file).parent for file in resolution.files]
    folders = source.project.folders
    if isinstance(folders, TreeFolders):
        return _names_in_tree(folders).reaching(found, texts.values())
    workspace = source.project.workspace
    top = (WORKSPACE, workspace.parent) if workspace else (PROJECT, source.project_root)
    known = RelativePaths((top, (TEMPLATES, folders.templates())))
    return known.reaching(found, texts.values())


def _names_in_tree(tree: TreeFolders) -> RelativePaths:
    """Names for what is read from a tree: those that the tree has already."""
    ways = {place.relative_to(tree.config).as_posix(): way for way, place in tree.elsewhere}
    called = {name: absolute(tree.base / way) for name, way in ways.items() if way}
    return RelativePaths(
        folders=((tree.base.name, tree.base), ("", tree.config), *called.items()),
        files={
            str(place): file.relative_to(tree.config).as_posix()
            for file, place in tree.files.items()
        },
        outside=ways,
    )


def layout(
    source: Source,
    graph: Graph,
    paths: RelativePaths,
    files: Mapping[str, str],
    used: Iterable[str],
) -> Layout:
    """What it takes to read the inputs again that are called ``used``.

    ``files`` are the places of the files that the configuration names, by their names.
    """
    names = [*used, *files]
    workspaces = {
        paths.name(folder.as_posix())
        for folder in (*source.folders, *map(Path, graph.folders))
        if folder.name in WORKSPACES
    }
    return Layout(
        project=paths.name(source.project_root.as_posix()),
        template=source.template,
        workspaces=tuple(sorted(workspaces)),
        elsewhere={
            name: way
            for name, way in sorted(paths.outside.items())
            if any(known.startswith(f"{name}/") for known in names)
        },
        files=dict(sorted(files.items())),
    )
