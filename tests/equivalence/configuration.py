"""Configurations given as YAML text, as far as `resolve` takes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fgc.compiler.diagnostics.diagnostic import BuildError
from fgc.compiler.frontend.rendered import Piece, Rendered
from fgc.compiler.ir.graph import Scalar
from fgc.compiler.passes.check import check
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.resolve import resolve
from fgc.compiler.symbols.resolution import Resolution

FILE = "config.yaml"


def resolution_of(
    text: str,
    *,
    project: Path | None = None,
    bindings: Mapping[str, Scalar] | None = None,
    launch: Mapping[str, object] | None = None,
) -> Resolution:
    """What ``text``, taken as rendered, describes. ``launch`` names variables that need no value.

    Raises:
        BuildError: anything that is wrong with it, warnings included.
    """
    lines = tuple((Piece(1, FILE, number, 1),) for number in range(1, text.count("\n") + 2))
    graph = parse(Rendered(text, lines, {FILE: text}, (FILE,)), bindings)
    resolution, found = resolve(graph, project_root=project or Path(), search_path=())
    unbound = {f"nothing gives a value to the variable `{name}`" for name in launch or ()}
    problems = [d for d in (*found, *check(resolution)) if d.message not in unbound]
    if problems:
        raise BuildError(problems)
    return resolution
