"""Remedies that an editor offers: those that `fgc fix` would apply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fgc.compiler.diagnostics.fixes import fixed
from fgc.compiler.ir.span import Span
from fgc.compiler.lsp.findings import Finding
from fgc.compiler.lsp.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Action:
    """A replacement of the text at ``span`` that mends ``finding``."""

    title: str
    span: Span
    replacement: str
    finding: Finding


def actions(
    snapshot: Snapshot, found: Iterable[Finding], first: int, last: int
) -> Iterator[Action]:
    """The remedies of findings on lines ``first`` to ``last``, where their text is still there."""
    for finding in found:
        fix = finding.fix
        if fix is None or fix.span.file != snapshot.file:
            continue
        if finding.span.line > last or finding.span.end_line < first:
            continue
        if fixed([fix], {snapshot.file: snapshot.text})[1]:
            title = f"replace `{fix.written}` with `{fix.replacement}`"
            yield Action(title, fix.span, fix.replacement, finding)
