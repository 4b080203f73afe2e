"""The local files of a project: a copy of each that its code names."""

from collections.abc import Iterable
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
        BuildError: FGC040, for a file that is too large to be copied; FGC026, for one of a tree
            that was built, and which the tree did not need.
    """
    text = "\n".join(codes)
    found: dict[str, Content] = {}
    for source, path in plan.files.items():
        if quoted(path) not in text:
            continue
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


def _place(plan: Plan, source: str) -> Span | None:
    """Where the configuration names the file `source`."""
    nodes = walk(*(entry.value for entry in plan.roots))
    return next((n.span for n in nodes if isinstance(n, File) and n.source == source), None)
