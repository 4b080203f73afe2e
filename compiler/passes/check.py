"""The pass that checks a resolved graph: arguments, their types, variables, cycles,
callbacks.

It looks at what the configuration says and at signatures, never at the things themselves, and
reports only what is certainly wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.passes.check_arguments import check_arguments
from fgc.compiler.passes.check_callbacks import check_callbacks
from fgc.compiler.passes.check_cycles import check_cycles
from fgc.compiler.passes.check_local import check_local
from fgc.compiler.passes.check_options import check_options
from fgc.compiler.passes.check_types import check_types
from fgc.compiler.passes.check_unused import Readers, check_unused
from fgc.compiler.passes.check_variables import check_variables
from fgc.compiler.passes.resolve import in_order
from fgc.compiler.program.target import Callbacks, Slot
from fgc.compiler.symbols.resolution import Resolution


def check(
    resolution: Resolution,
    launch: Collection[str] = frozenset(),
    callbacks: Callbacks | None = None,
    given: Collection[str] = frozenset(),
    readers: Readers | None = None,
    slots: Mapping[str, Slot] | None = None,
) -> tuple[Diagnostic, ...]:
    """All that is wrong, in the order of files and lines.

    ``launch`` are the variables that the program itself knows when it starts, ``callbacks`` what
    it calls at its events, ``given`` the names of what the command line gives. ``readers`` are who
    reads what the configuration sets, ``slots`` the targets that the program calls.

    The diagnostics are FGC021, FGC022, FGC024, FGC026, FGC027, FGC030, FGC031, FGC203 to FGC205,
    FGC210, FGC250, FGC300 and FGC301.

    >>> from fgc.compiler.ir.graph import Entry, Graph, Var
    >>> from fgc.compiler.ir.span import Span
    >>> at = Span.point("a.yaml", 1)
    >>> graph = Graph((Entry("lr", at, Var("rate", None, ("lr",), at)),))
    >>> [diagnostic.message for diagnostic in check(Resolution(graph, {}))]
    ['nothing gives a value to the variable `rate`']
    """
    return in_order(
        (
            *check_cycles(resolution.graph),
            *check_variables(resolution.graph, launch),
            *check_options(resolution.graph, given),
            *check_arguments(resolution, slots),
            *check_types(resolution, launch),
            *(() if callbacks is None else check_callbacks(resolution, callbacks)),
            *(() if readers is None else check_unused(resolution.graph, readers)),
            *(() if readers is None else check_local(resolution, readers.targets)),
        )
    )
