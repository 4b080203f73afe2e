"""What stands where a lesson says."""

from __future__ import annotations

from pathlib import Path

from fgc.compiler.backend.sourcemap import Place
from tests.compiler.explain.lessons import ROOT

FOLDERS = {
    "fgc.templates": ROOT / "templates",
    "project": ROOT / "examples" / "tiny_llama",
    "workspace": ROOT / "examples" / "composed",
}


def file_of(name: str) -> Path:
    """The file of an example or a shipped template that a place names."""
    folder, _, rest = name.partition("/")
    return FOLDERS[folder] / rest


def line_at(place: Place) -> str:
    """The line of the configuration at a place."""
    return file_of(place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]
