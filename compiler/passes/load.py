"""The pass that finds a configuration: its project, its templates, what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.diagnostics.strictness import Strictness
from fgc.compiler.frontend.dynamic_args import is_option, variable_of
from fgc.compiler.frontend.folders import Folders, absolute
from fgc.compiler.frontend.project import (
    Config,
    Project,
    config_by_name,
    config_by_path,
    load_project,
)
from fgc.compiler.ir.graph import Scalar
from fgc.compiler.passes.built_tree import BuiltTree, find_tree, read_tree, unreadable


@dataclass(frozen=True, slots=True)
class Source:
    """What a configuration is rendered from.

    ``template`` is its name in ``search_path`` and ``path`` its file. ``variables`` are what every
    template of the project can use; ``pins`` are values that no template can change, ``options``
    what the options that the configuration declares give: they are among the variables, too.
    """

    project: Project
    template: str
    path: Path
    search_path: tuple[Path, ...]
    variables: Mapping[str, object]
    pins: Mapping[str, object]
    options: Mapping[str, Scalar] = field(default_factory=dict[str, Scalar])

    @property
    def project_root(self) -> Path:
        """The project's folder, or the configuration's own where there is no project."""
        return self.project.root

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that it may name things in, fgc's templates aside."""
        workspace, shipped = self.project.workspace, self.project.folders.templates()
        top = workspace.parent if workspace else self.project_root
        found = (top, *self.search_path, *self.project.system_path)
        return tuple(folder for folder in dict.fromkeys(found) if folder != shipped)

    def __str__(self) -> str:
        """One line a fact, paths as they are on this machine."""
        lines = [
            f"project {self.project.name}",
            f"config {self.path.as_posix()}",
            f"template {self.template}",
        ]
        lines += [f"search {folder.as_posix()}" for folder in self.search_path]
        lines += [f"--set {name}={value!r}" for name, value in sorted(self.pins.items())]
        lines += [f"{name} {value!r}" for name, value in sorted(self.options.items())]
        return "\n".join(lines)


def load(
    path: Path | None = None,
    *,
    project: Path | None = None,
    name: str | None = None,
    overrides: Mapping[str, Scalar] | None = None,
    strictness: Strictness = Strictness.STRICT,
    unsaved: Mapping[str, str] | None = None,
) -> Source:
    """Find a configuration by its file, or by its name in the project at or above ``project``.

    A folder as ``path`` is taken for ``project``. Without a name it is the project's default. A
    tree that was built stands for the project and the configuration in it.

    ``overrides`` are what the command line gives: pins by their names, and options by theirs.
    ``unsaved`` are texts of templates that an editor holds, by absolute path.

    Raises:
        BuildError: FGC001, FGC006, FGC007 or FGC009, or what is wrong with the templates of the
            project's meta.yaml.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "tiny.yaml").write_text("lr: 1")
    ...     source = load(Path(folder, "tiny.yaml"), overrides={"lr": 2})
    >>> source.template, dict(source.pins)
    ('tiny.yaml', {'lr': 2})
    """
    is_file = path is not None and not path.is_dir()
    folder = path or project or Path()
    tree = find_tree(folder)
    folders = Folders(unsaved=unsaved or {})
    if tree is not None:
        built = read_tree(tree)
        built = replace(built, folders=replace(built.folders, unsaved=folders.unsaved))
        path = folder if is_file else None
        return from_tree(built, path, name, overrides or {}, strictness)
    if is_file:
        return from_config(config_by_path(folder, folders, strictness), overrides or {})
    root = folders.project(folder)
    if root is None:
        message = f"no project at `{folder.as_posix()}`, nor above it"
        remedy = (
            "a project is a folder with a `meta.yaml`; a configuration can be given by its file"
        )
        raise BuildError(Diagnostic("FGC006", message, help=remedy))
    found = load_project(root, folders, strictness)
    return from_config(config_by_name(found, name), overrides or {})


def from_tree(
    tree: BuiltTree,
    path: Path | None,
    name: str | None,
    overrides: Mapping[str, Scalar],
    strictness: Strictness = Strictness.STRICT,
) -> Source:
    """The source of a configuration in ``tree``: by its file, by its name, or what it was built of.

    What ``--set`` gave when the tree was built holds, where ``overrides`` do not say otherwise.
    """
    pins = {**tree.overrides, **overrides}
    project = tree.project(strictness)
    if path is not None and absolute(path) != tree.config:
        return from_config(config_by_path(path, tree.folders, strictness), pins)
    if name is not None:
        return from_config(config_by_name(project, name), pins)
    if not tree.config.is_file():
        missing = tree.config.relative_to(tree.root).as_posix()
        raise unreadable(tree.root, f"it has no `{missing}`, which it was built from")
    # the folder of the search path in which it was found, or which was put before it
    home = tree.config.parents[len(Path(tree.template).parts) - 1]
    search_path = tuple(dict.fromkeys(project.search_path))
    if home not in search_path:
        search_path = (home, *search_path)
    return from_config(Config(project, tree.template, tree.config, search_path), pins)


def from_config(config: Config, given: Mapping[str, object]) -> Source:
    """The source of a configuration that has been found; ``given`` are pins and options."""
    options = cast(
        "dict[str, Scalar]", {name: value for name, value in given.items() if is_option(name)}
    )
    values = {variable_of(name): value for name, value in options.items()}
    return Source(
        project=config.project,
        template=config.template,
        path=config.path,
        search_path=config.search_path,
        variables={**config.project.variables, **values},
        pins={name: value for name, value in given.items() if name not in options},
        options=options,
    )
