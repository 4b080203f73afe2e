"""The other side of the comparison: what the code that fgc writes for a configuration builds."""

from __future__ import annotations

from pathlib import Path


def generate(text: str, folder: Path) -> dict[str, object]:
    """The objects that generated code makes of a configuration, by top-level key.

    ``text`` is the configuration, ``folder`` an empty folder to build it in. Each call imports a
    package of its own name, in this process. Random numbers are those of torch's global generator.
    """
    raise RuntimeError("the target that emits a configuration as Python is not there yet")
