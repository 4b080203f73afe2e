"""Characters that YAML does not allow."""

from __future__ import annotations

import re

from fgc.compiler.diagnostics.diagnostic import Diagnostic
from fgc.compiler.frontend.places import Places
from fgc.compiler.frontend.positions import Positions

_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def unprintable_character(positions: Positions, places: Places) -> Diagnostic | None:
    """FGC010 for the first character that YAML does not allow, if there is one."""
    match = _UNPRINTABLE.search(positions.text)
    if match is None:
        return None
    escape = f"\\x{ord(match[0]):02x}" if ord(match[0]) < 256 else f"\\u{ord(match[0]):04x}"
    return Diagnostic(
        "FGC010",
        f"the character U+{ord(match[0]):04X} may not stand in YAML as it is",
        places.span(positions.between(match.start(), match.end())),
        help=f"in double quotes it can be written as `{escape}`",
    )
