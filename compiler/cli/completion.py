"""What a shell completes: names of configurations, and of targets.

What cannot be read has no names, without a word.
"""

from __future__ import annotations

from pathlib import Path

import click


def complete_name(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """The configurations of the project at hand that begin with ``incomplete``."""
    from fgc.compiler.diagnostics.diagnostic import BuildError
    from fgc.compiler.frontend.folders import find_project
    from fgc.compiler.frontend.project import config_names, load_project

    start = context.params.get("project") or context.find_root().params.get("project") or Path()
    root = find_project(start)
    if root is None:
        return []
    try:
        names = config_names(load_project(root))
    except BuildError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def complete_target(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """The targets of the configuration at hand that begin with ``incomplete``."""
    from fgc.compiler.cli.config_command import graph_at_hand
    from fgc.compiler.diagnostics.diagnostic import BuildError

    try:
        graph = graph_at_hand(context)
    except BuildError:
        graph = None
    if graph is None:
        return []
    return [str(entry.key) for entry in graph.roots if str(entry.key).startswith(incomplete)]
