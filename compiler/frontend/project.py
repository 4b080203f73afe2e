"""Projects, and the configurations in them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.diagnostics.strictness import Strictness
from fgc.compiler.frontend.folders import META, Folders, absolute
from fgc.compiler.frontend.meta import read_meta
from fgc.compiler.symbols.nearest import nearest

SUFFIXES = (".yaml", ".yml")
_HERE = Folders()


@dataclass(frozen=True, slots=True)
class Project:
    """A folder of configurations.

    ``search_path`` are the folders in which templates are found, first hit wins: the project's own,
    the workspace's, and last the templates that come with fgc. ``system_path`` are folders of the
    project's own Python modules. ``sources`` are the texts that its meta.yaml was made of,
    ``folders`` knows where that lies what it names. ``strictness`` is that with which its texts are
    read, ``findings`` are what is odd about its meta.yaml.
    """

    root: Path
    name: str
    search_path: tuple[Path, ...]
    description: str = ""
    config_prefix: str = "configs"
    default_config: str | None = None
    system_path: tuple[Path, ...] = ()
    workspace: Path | None = None
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    folders: Folders = _HERE
    strictness: Strictness = Strictness.STRICT
    findings: tuple[Diagnostic, ...] = ()

    @property
    def variables(self) -> dict[str, object]:
        """What every template of the project can use."""
        return _variables(self.root, self.workspace)


@dataclass(frozen=True, slots=True)
class Config:
    """One configuration: the template's name, in ``search_path``, and its file."""

    project: Project
    template: str
    path: Path
    search_path: tuple[Path, ...]


def load_project(
    root: Path, folders: Folders = _HERE, strictness: Strictness = Strictness.STRICT
) -> Project:
    """The project in the folder ``root``.

    Raises:
        BuildError: FGC006, FGC007, or what is wrong with the templates of its meta.yaml.
    """
    root = absolute(root)
    if not os.path.isfile(root / META):
        message = f"`{root.as_posix()}` is not a project"
        raise BuildError(
            Diagnostic("FGC006", message, help=f"a project is a folder with a `{META}`")
        )
    workspace = folders.workspace(root)
    shared = (*((workspace,) if workspace else ()), folders.templates())
    meta = read_meta(root, shared, _variables(root, workspace), folders, strictness)
    own = meta.searchdir or tuple(filter(os.path.isdir, (root / "templates", root)))
    return Project(
        root=root,
        name=meta.name or root.name,
        search_path=tuple(dict.fromkeys((*own, *shared))),
        description=meta.description or "",
        config_prefix=meta.config_prefix if meta.config_prefix is not None else "configs",
        default_config=meta.default_config,
        system_path=meta.system_path,
        workspace=workspace,
        sources=meta.sources,
        folders=folders,
        strictness=strictness,
        findings=meta.findings,
    )


def config_names(project: Project) -> dict[str, Path]:
    """The configurations of a project and their files, sorted by name."""
    found: dict[str, Path] = {}
    for folder in project.search_path:
        if folder == project.folders.templates():
            continue
        prefix = folder / project.config_prefix
        for path in prefix.rglob("*"):
            name = path.relative_to(prefix)
            hidden = any(part.startswith(".") for part in name.parts)
            if path.suffix in SUFFIXES and not hidden and path.is_file():
                found.setdefault(name.as_posix(), path)
    return dict(sorted(found.items()))


def config_by_name(project: Project, name: str | None) -> Config:
    """The configuration ``name`` of a project, with or without suffix; None is its default.

    Raises:
        BuildError: FGC001 for a name that is not there, FGC006 where there is none at all.
    """
    name = name or project.default_config or next(iter(config_names(project)), None)
    if name is None:
        place = f"{project.root.as_posix()}/{project.config_prefix}"
        message = f"the project `{project.name}` has no configuration"
        raise BuildError(
            Diagnostic("FGC006", message, help=f"configurations are looked for in `{place}`")
        )
    for suffix in ("", *SUFFIXES):
        template = (Path(project.config_prefix) / (name + suffix)).as_posix()
        for folder in project.search_path:
            if os.path.isfile(folder / template):
                return Config(project, template, folder / template, project.search_path)
    raise BuildError(_no_config(name, f"the project `{project.name}`", config_names(project)))


def config_by_path(
    path: Path, folders: Folders = _HERE, strictness: Strictness = Strictness.STRICT
) -> Config:
    """The configuration in the file ``path``, in its project if it lies in one.

    Outside of any project its own folder and fgc's templates are the search path.

    Raises:
        BuildError: FGC001 for a file that is not there, else as `load_project`.
    """
    path = absolute(path)
    folder = path.parent
    if path.as_posix() not in folders.unsaved and not os.path.isfile(path):
        beside = sorted(entry.name for entry in folder.glob("*.y*ml"))
        raise BuildError(_no_config(path.name, f"`{folder.as_posix()}`", beside))
    root = folders.project(folder)
    if root is None:
        project = bare_project(folder, folders, strictness)
        return Config(project, path.name, path, project.search_path)
    project = load_project(root, folders, strictness)
    template = _template_name(path, project)
    if template is not None:
        return Config(project, template, path, project.search_path)
    return Config(project, path.name, path, (folder, *project.search_path))


def bare_project(
    root: Path, folders: Folders = _HERE, strictness: Strictness = Strictness.STRICT
) -> Project:
    """What stands for a project where there is none: a folder, and fgc's templates."""
    search_path = tuple(dict.fromkeys((root, folders.templates())))
    return Project(root, root.name, search_path, folders=folders, strictness=strictness)


def _template_name(path: Path, project: Project) -> str | None:
    """The name by which a project finds ``path``, and not a file that shadows it."""
    unsaved = project.folders.unsaved
    for folder in project.search_path:
        if not path.is_relative_to(folder):
            continue
        name = path.relative_to(folder).as_posix()
        files = (f / name for f in project.search_path)
        first = next((f for f in files if f.as_posix() in unsaved or os.path.isfile(f)), None)
        if first == path:
            return name
    return None


def _no_config(name: str, where: str, known: Mapping[str, Path] | list[str]) -> Diagnostic:
    near = nearest(name, [*known, *(Path(other).with_suffix("").as_posix() for other in known)])
    remedy = None
    if near:
        remedy = f"a configuration with a similar name exists: `{near}`"
    elif known:
        remedy = "its configurations are " + ", ".join(f"`{other}`" for other in list(known)[:10])
    return Diagnostic("FGC001", f"{where} has no configuration `{name}`", help=remedy)


def _variables(root: Path, workspace: Path | None) -> dict[str, object]:
    top = workspace.parent if workspace else root
    return {"project_dir": root.as_posix(), "workspace_root": top.as_posix()}
