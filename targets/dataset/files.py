"""The local files of a project: a copy of each that its code names."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from fgc.compiler.backend.literal import quoted
from fgc.compiler.backend.tree import Content, FileCopy
from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic
from fgc.compiler.ir.graph import File, walk
from fgc.compiler.ir.span import Span
from fgc.compiler.program.plan import Plan

LARGEST_COPY = 64 << 20
"""Bytes; a larger file stays where it is, and is named when the program starts."""


def data_files(plan: Plan, codes: Iterable[str]) -> dict[str, Content]:
    """The local files whose place in the tree the texts `codes` name, by that place.

    Raises:
        BuildError: FGC040, for a file that is too large to be copied; FGC026, for one that lies
            outside of its project, and for one of a tree that was built and did not need it.
    """
    text = "\n".join(codes)
    found: dict[str, Content] = {}
    for source, path in plan.files.items():
        if quoted(path) not in text:
            continue
        _check_inside(plan, source)
        if not Path(source).is_file():
            message = f"the tree has no copy of `{Path(source).name}`, which nothing in it needed"
            remedy = "build from the project that the tree was built from"
            raise BuildError(Diagnostic("FGC026", message, _place(plan, source), help=remedy))
        size = Path(source).stat().st_size
        if size > LARGEST_COPY:
            message = f"`{Path(source).name}` has {size >> 20} MB, and is not copied"
            remedy = "declare its path under `launch_args`, and write `!var` where it is used"
            raise BuildError(Diagnostic("FGC040", message, _place(plan, source), help=remedy))
        found[path] = FileCopy.of(Path(source))
    return found


def _check_inside(plan: Plan, source: str) -> None:
    """A tree is given to others: what a path that leaves the project names does not get into it."""
    for node in _named(plan, source):
        written = os.path.normpath(node.written)
        if os.path.isabs(written) or written.split(os.sep)[0] == os.pardir:
            message = f"`{node.written}` lies outside of the project, and is not copied"
            remedy = (
                "put it or a link to it into the project, or declare its path under `launch_args`, "
                "and write `!var` where it is used"
            )
            raise BuildError(Diagnostic("FGC026", message, node.span, help=remedy))


def _place(plan: Plan, source: str) -> Span | None:
    """Where the configuration names the file `source`."""
    return next((node.span for node in _named(plan, source)), None)


def _named(plan: Plan, source: str) -> Iterator[File]:
    nodes = walk(*(entry.value for entry in plan.roots))
    return (node for node in nodes if isinstance(node, File) and node.source == source)
