"""``python child.py FILE``: checks a configuration with little memory and time.

Prints how it ended: the codes of the findings, or ``graph``.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

MEMORY = 500 << 20
SECONDS = 5

if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    from fgc.compiler.pipeline import Request, run

    outcome = run(Request(Path(sys.argv[1])), until="fold")
    print(" ".join(found.code for found in outcome.diagnostics) or "graph")
