"""``fgc ls``: projects and their configurations."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fgc.compiler.cli.options import compat_option, text_or_json_option
from fgc.compiler.diagnostics.strictness import Strictness

_STYLES = {"title": "1", "error": "31"}


@click.command(short_help="List projects and their configurations.")
@click.argument(
    "folders",
    metavar="[DIR]...",
    nargs=-1,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option("-r", "--recursive", is_flag=True, help="List the projects below each DIR.")
@click.option("--strict", is_flag=True, help="Exit with 1 if something listed is broken.")
@compat_option
@text_or_json_option
def ls(
    folders: tuple[Path, ...],
    recursive: bool,
    strict: bool,
    strictness: Strictness,
    output_format: str,
) -> None:
    """List the configurations of the projects that each DIR lies in, or of the one at hand.

    What cannot be read is marked, with the first thing that is wrong with it, and the rest is
    listed: the exit code says that there is a list, and with --strict that nothing in it is broken.
    Configurations are rendered and parsed; `fgc build` checks the rest.

    With -r, hidden folders, trees that fgc built, virtual environments and node_modules are passed
    over, and symbolic links are not followed.
    """
    from fgc.compiler.cli.report import from_here, refuse, terminal_width, wants_color
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.compiler.views.projects import listed, projects_json, projects_text

    color = wants_color(sys.stdout)

    def paint(style: str, text: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if color else text

    try:
        roots = _roots(folders or (Path(),), recursive)
    except BuildError as error:
        refuse(error, {})
    projects = [listed(root, strictness) for root in roots]
    if output_format == "json":
        text = projects_json(projects, from_here)
    elif not projects:
        text = "no projects\n"
    else:
        text = projects_text(projects, from_here, paint=paint, width=terminal_width())
    click.echo(text, nl=False, color=color)
    if strict and any(project.is_broken for project in projects):
        raise SystemExit(1)


def _roots(folders: tuple[Path, ...], recursive: bool) -> list[Path]:
    """The folders of the projects, each once. Raises `BuildError` (FGC006) for none at a folder."""
    from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
    from fgc.compiler.frontend.find_projects import projects_below
    from fgc.compiler.frontend.folders import find_project

    if recursive:
        return list(dict.fromkeys(root for folder in folders for root in projects_below(folder)))
    roots: list[Path] = []
    wrong: list[Diagnostic] = []
    for folder in folders:
        root = find_project(folder)
        if root is None:
            message = f"no project at `{folder.as_posix()}`, nor above it"
            remedy = "`-r` looks for projects below a folder"
            wrong.append(Diagnostic("FGC006", message, help=remedy))
        else:
            roots.append(root)
    if wrong:
        raise BuildError(wrong)
    return list(dict.fromkeys(roots))
