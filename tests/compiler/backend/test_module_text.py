"""The text of modules: imports in sections, the runtime's own text to the letter."""

from __future__ import annotations

from pathlib import Path

import black
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.backend.literal import literal_text
from fgc.compiler.backend.module_text import NUMBER, import_sections, module_text
from fgc.compiler.backend.requirements import requirements
from fgc.compiler.ir.module import Import, Module, Origin, Piece


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FGC_CACHE_DIR", str(tmp_path))


def test_sections_and_order() -> None:
    imports = [
        Import("runtime.data", "B", "B"),
        Import("torch", "nn", "nn"),
        Import("torch", None, "torch"),
        Import("pathlib", "Path", "Path"),
        Import("torch.optim", "AdamW", "AdamW"),
        Import("torch", "Tensor", "Tensor"),
        Import("sys", None, "sys"),
        Import(".configuration_x", "XConfig", "XConfig"),
    ]
    assert "\n--\n".join(import_sections(imports)) == (
        "import sys\nfrom pathlib import Path\n--\n"
        "import torch\nfrom torch import Tensor\nfrom torch import nn\n"
        "from torch.optim import AdamW\n--\n"
        "from .configuration_x import XConfig\nfrom runtime.data import B"
    )


def test_verbatim_text_is_kept_and_other_text_is_formatted() -> None:
    odd = "def f( x ):\n    return  x\n"
    kept = Piece("f", odd, origin=Origin("f.py", 1, odd))
    changed = Piece("g", odd.replace("f(", "g("))
    text, placed = module_text(Module("a.py", None, (), (kept, changed)))
    assert text == odd + "\n\ndef g(x):\n    return x\n"
    assert [(p.first, p.last) for p in placed] == [(1, 2), (5, 6)]


def test_formatting_is_remembered_without_changing_it(tmp_path: Path) -> None:
    module = Module("a.py", "Doc.", (), (Piece("g", "def g( x ):\n    return x\n"),))
    first = module_text(module)
    assert list(tmp_path.rglob("*.json"))
    for entry in tmp_path.rglob("*.json"):
        entry.write_text("damaged")
    assert module_text(module) == first == module_text(module)


def test_requirements_are_what_is_imported() -> None:
    codes = ["import torch\nfrom runtime.x import y", "def f():\n    import numpy as np, yaml"]
    assert requirements(codes, ("runtime",)) == "PyYAML>=6\nnumpy>=1.26\ntorch>=2.9\n"


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_a_named_number_needs_no_formatter(value: float) -> None:
    text = f"LR = {literal_text(value)}\n"
    settled = NUMBER.fullmatch(text) is not None
    assert settled or "e+" in text
    assert not settled or black.format_str(text, mode=black.Mode(line_length=10_000)) == text
