"""``fgc lsp`` as a command; what it serves is tested in tests/compiler/lsp."""

from __future__ import annotations

import importlib.util

import pytest

from fgc.compiler.cli import lsp
from tests.compiler.cli.real import fgc


def test_without_its_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lsp, "find_spec", lambda name: None)
    result = fgc("lsp")
    assert result.exit_code == 2
    assert "pip install 'fgc[lsp]'" in result.stderr
    assert importlib.util.find_spec("pygls") is not None, "a developer has it"
