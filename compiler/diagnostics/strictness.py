"""What becomes of mistakes that the language's ancestor, Forgather, passes over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum

from fgc.compiler.diagnostics.diagnostic import BuildError, Diagnostic, Severity


class Strictness(Enum):
    """How a tolerable mistake counts; what finds one goes on with the ancestor's meaning."""

    STRICT = "strict"
    COMPATIBLE = "compatible"

    def weighed(self, found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """``found``, with a warning for each tolerable error where those are tolerated.

        >>> found = [Diagnostic("FGC008", "in vain", tolerable=True), Diagnostic("FGC010", "bad")]
        >>> [d.severity.value for d in Strictness.COMPATIBLE.weighed(found)]
        ['warning', 'error']
        """
        if self is Strictness.STRICT:
            return tuple(found)
        return tuple(
            (
                replace(d, severity=Severity.WARNING)
                if d.tolerable and d.severity is Severity.ERROR
                else d
            )
            for d in found
        )

    def passed(self, found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """As `weighed`; raises `BuildError` where errors are left among them."""
        weighed = self.weighed(found)
        if any(diagnostic.severity is Severity.ERROR for diagnostic in weighed):
            raise BuildError(weighed)
        return weighed
