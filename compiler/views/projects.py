"""Projects and their configurations, those that cannot be read among them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.diagnostics.strictness import Strictness
from fgc.compiler.frontend.project import Project, config_by_name, config_names, load_project
from fgc.compiler.ir.metadata import metadata
from fgc.compiler.passes.load import from_config
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.render import render
from fgc.compiler.views.places import one_line
from fgc.compiler.views.table import table

DEFAULT, BROKEN = "*", "!"

Paint = Callable[[str, str], str]
"""Paints a text in a style: ``title`` or ``error``."""


@dataclass(frozen=True, slots=True)
class ListedConfig:
    """A configuration; ``error`` is the first thing that is wrong with it, and then there is no
    ``title`` and no ``description``."""

    name: str
    path: Path
    is_default: bool
    title: str = ""
    description: str = ""
    error: Diagnostic | None = None


@dataclass(frozen=True, slots=True)
class ListedProject:
    """A project. With an ``error`` of its own it cannot be read, or lacks its default."""

    path: Path
    name: str
    description: str = ""
    configs: tuple[ListedConfig, ...] = ()
    error: Diagnostic | None = None

    @property
    def is_broken(self) -> bool:
        """Whether anything in it is."""
        return self.error is not None or any(config.error for config in self.configs)


def listed(root: Path, strictness: Strictness = Strictness.STRICT) -> ListedProject:
    """The project in the folder ``root``, each of its configurations rendered and parsed."""
    try:
        project = load_project(root, strictness=strictness)
    except BuildError as error:
        return ListedProject(root, root.name, error=error.diagnostics[0])
    wrong: Diagnostic | None = None
    default = ""
    names = config_names(project)
    try:
        default = config_by_name(project, None).template
    except BuildError as error:
        wrong = error.diagnostics[0] if names or project.default_config else None
    prefix = Path(project.config_prefix)
    configs = (
        _config(project, name, path, is_default=(prefix / name).as_posix() == default)
        for name, path in names.items()
    )
    return ListedProject(root, project.name, project.description, tuple(configs), wrong)


def _config(project: Project, name: str, path: Path, *, is_default: bool) -> ListedConfig:
    try:
        rendered = render(from_config(config_by_name(project, name), {}))
        graph = parse(rendered, strictness=project.strictness)
    except BuildError as error:
        return ListedConfig(name, path, is_default, error=error.diagnostics[0])
    title, description = (metadata(graph, f"config_{key}") for key in ("name", "description"))
    return ListedConfig(name, path, is_default, title or "", description or "")


def projects_text(
    projects: Sequence[ListedProject],
    shown: Callable[[str], str],
    *,
    paint: Paint,
    width: int | None,
) -> str:
    """A block for each project: its name and folder, and a line for each configuration.

    ``shown`` is how a path is written; ``width`` is that of the terminal, if there is one.
    """
    texts = [_project_text(project, shown, paint, width) for project in projects]
    if any(config.is_default for project in projects for config in project.configs):
        texts.append(_legend(projects))
    return "\n".join(texts)


def _project_text(
    project: ListedProject, shown: Callable[[str], str], paint: Paint, width: int | None
) -> str:
    lines = [f"{paint('title', one_line(project.name))}  {one_line(shown(str(project.path)))}"]
    if project.description:
        lines.append(one_line(project.description))
    if project.error is not None:
        lines.append(paint("error", f"{BROKEN} {_in_a_line(project.error, shown)}"))
    if not project.configs:
        return "\n".join(lines) + ("\n" if project.error else "\n  no configurations\n")
    titles = max(len(one_line(config.title)) for config in project.configs)
    rows = [_row(config, titles, shown) for config in project.configs]
    for config, line in zip(project.configs, table(rows, width=width).splitlines(), strict=True):
        lines.append(line if config.error is None else paint("error", line))
    return "\n".join(lines) + "\n"


def _row(config: ListedConfig, titles: int, shown: Callable[[str], str]) -> tuple[str, str]:
    """Marks and name; title, ``titles`` wide, and description, or what is wrong."""
    mark = (DEFAULT if config.is_default else " ") + (BROKEN if config.error else " ")
    name = f"{mark} {one_line(config.name)}"
    if config.error is not None:
        return name, _in_a_line(config.error, shown)
    about = f"{one_line(config.title):{titles}}  {one_line(config.description)}"
    return name, about.rstrip()


def _legend(projects: Sequence[ListedProject]) -> str:
    parts = [f"{DEFAULT} the default"]
    if any(config.error for project in projects for config in project.configs):
        parts.append(f"{BROKEN} broken; `fgc pp` shows where")
    return ", ".join(parts) + "\n"


def _in_a_line(found: Diagnostic, shown: Callable[[str], str]) -> str:
    place = "" if found.span is None else f" ({shown(found.span.file)}:{found.span.line})"
    return one_line(f"{found.severity.value}[{found.code}]: {found.message}{place}")


def projects_json(projects: Sequence[ListedProject], shown: Callable[[str], str]) -> str:
    """The projects as a JSON array."""
    made = [
        {
            "name": project.name,
            "path": shown(str(project.path)),
            "description": project.description,
            "error": _as_json(project.error, shown),
            "configs": [
                {
                    "name": config.name,
                    "path": shown(str(config.path)),
                    "default": config.is_default,
                    "title": config.title,
                    "description": config.description,
                    "error": _as_json(config.error, shown),
                }
                for config in project.configs
            ],
        }
        for project in projects
    ]
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _as_json(found: Diagnostic | None, shown: Callable[[str], str]) -> dict[str, object] | None:
    if found is None:
        return None
    place = found.span and {
        "file": shown(found.span.file),
        "line": found.span.line,
        "column": found.span.column,
    }
    return {"code": found.code, "message": found.message, "place": place}
