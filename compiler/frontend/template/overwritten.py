"""Find knobs that a template sets before the template above it does, which then wins.

A derived template gives a knob another value below ``== super()``. Above it, the value is replaced
before anybody has looked at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from fgc.compiler.diagnostics.diagnostic import Diagnostic, Label, Severity
from fgc.compiler.ir.knobs import Knobs


def overwritten(knobs: Knobs, files: Sequence[str]) -> list[Diagnostic]:
    """A warning FGC204 for each such setting; ``files`` are the templates, the derived first.

    >>> from fgc.compiler.ir.knobs import Setting
    >>> made = (Setting("lr", 1, "a.yaml", 3, read=False), Setting("lr", 2, "b.yaml", 8, read=True))
    >>> [finding.message for finding in overwritten(Knobs(made), ["a.yaml", "b.yaml"])]
    ['`lr` is set in vain: the template above sets it again before it is read']
    """
    found: list[Diagnostic] = []
    rank = {file: index for index, file in enumerate(files)}
    pinned = {setting.name for setting in knobs.settings if setting.pin}
    for name in knobs.names:
        chain = () if name in pinned else knobs.chain(name)
        for earlier, later in pairwise(chain):
            if earlier.read or rank.get(later.file, -1) <= rank.get(earlier.file, -1):
                continue
            found.append(
                Diagnostic(
                    "FGC204",
                    f"`{name}` is set in vain: the template above sets it again before it is read",
                    earlier.span,
                    severity=Severity.WARNING,
                    labels=(Label(later.span, "set again here"),),
                    help="in a block, `== super()` stands above what the template itself sets",
                )
            )
    return found
