"""The pass that finds a configuration: its project, its templates, what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.frontend.folders import find_project
from fgc.compiler.frontend.project import (
    Config,
    Project,
    config_by_name,
    config_by_path,
    load_project,
)
from fgc.compiler.ir.graph import Scalar


@dataclass(frozen=True, slots=True)
class Source:
    """What a configuration is rendered from.

    ``template`` is its name in ``search_path`` and ``path`` its file. ``variables`` are what every
    template of the project can use; ``pins`` are values that no template can change.
    """

    project: Project
    template: str
    path: Path
    search_path: tuple[Path, ...]
    variables: Mapping[str, object]
    pins: Mapping[str, object]

    @property
    def project_root(self) -> Path:
        """The project's folder, or the configuration's own where there is no project."""
        return self.project.root

    def __str__(self) -> str:
        """One line a fact, paths as they are on this machine."""
        lines = [
            f"project {self.project.name}",
            f"config {self.path.as_posix()}",
            f"template {self.template}",
        ]
        lines += [f"search {folder.as_posix()}" for folder in self.search_path]
        lines += [f"--set {name}={value!r}" for name, value in sorted(self.pins.items())]
        return "\n".join(lines)


def load(
    path: Path | None = None,
    *,
    project: Path | None = None,
    name: str | None = None,
    overrides: Mapping[str, Scalar] | None = None,
) -> Source:
    """Find a configuration by its file, or by its name in the project at or above ``project``.

    A folder as ``path`` is taken for ``project``. Without a name it is the project's default.

    Raises:
        BuildError: FGC001, FGC006 or FGC007, or what is wrong with the project's meta.yaml.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "tiny.yaml").write_text("lr: 1")
    ...     source = load(Path(folder, "tiny.yaml"), overrides={"lr": 2})
    >>> source.template, dict(source.pins)
    ('tiny.yaml', {'lr': 2})
    """
    if path is not None and not path.is_dir():
        return from_config(config_by_path(path), overrides or {})
    folder = path or project or Path()
    root = find_project(folder)
    if root is None:
        message = f"no project at `{folder.as_posix()}`, nor above it"
        remedy = (
            "a project is a folder with a `meta.yaml`; a configuration can be given by its file"
        )
        raise BuildError(Diagnostic("FGC006", message, help=remedy))
    return from_config(config_by_name(load_project(root), name), overrides or {})


def from_config(config: Config, pins: Mapping[str, object]) -> Source:
    """The source of a configuration that has been found."""
    return Source(
        project=config.project,
        template=config.template,
        path=config.path,
        search_path=config.search_path,
        variables=config.project.variables,
        pins=dict(pins),
    )
