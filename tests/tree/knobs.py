"""The knobs of the templates that are numbers, read from the lines that define them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.tree.building import EXAMPLE, ROOT

CHAIN = (
    ROOT / "templates" / "projects" / "lm_training_project.yaml",
    ROOT / "templates" / "models" / "llama.yaml",
    EXAMPLE / "configs" / "baseline.yaml",
)
_DEFINITION = re.compile(r"^-- set ns\.(\w+) = (.+)$", re.MULTILINE)

Number = int | float


FIXED = {"nproc_per_node"}
"""Numbers that have one value: the strategy of the baseline is a single process."""


def number_knobs(chain: tuple[Path, ...] = CHAIN) -> dict[str, Number]:
    """Each knob whose value in the baseline is a number, with that value."""
    values: dict[str, object] = {}
    for file in chain:
        for name, value in _DEFINITION.findall(file.read_text(encoding="utf-8")):
            values[name] = _read(value)
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, Number) and not isinstance(value, bool) and name not in FIXED
    }


def halved(value: Number) -> Number:
    """Another value of the same type, which divides and fits wherever the first one does."""
    return value // 2 if isinstance(value, int) else value / 2


def _read(value: str) -> object:
    names = {"none": None, "true": True, "false": False}
    return names[value] if value in names else ast.literal_eval(value)
