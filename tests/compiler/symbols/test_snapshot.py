"""The shipped signatures are those of the installed packages, and serve where none is."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from fgc.compiler.symbols import make_snapshot, snapshot
from fgc.compiler.symbols.cache import SymbolCache
from fgc.compiler.symbols.locate import Locator, Module
from fgc.compiler.symbols.lookup import Symbols


class WithoutTorch(Locator):
    """An environment that lacks the packages of the snapshot."""

    def find(self, name: str) -> Module | None:
        return None if name.partition(".")[0] in make_snapshot.PACKAGES else super().find(name)


@pytest.fixture
def bare(tmp_path: Path, cache: SymbolCache) -> Symbols:
    return Symbols(tmp_path, locator=WithoutTorch(), cache=cache)


def test_equal_to_the_installed_packages() -> None:
    kept = json.loads(snapshot.FILE.read_text("utf-8"))
    installed = {name: version(name).partition("+")[0] for name in make_snapshot.PACKAGES}
    assert installed == kept["versions"], "run python -m fgc.compiler.symbols.make_snapshot"
    assert make_snapshot.contents() == kept["modules"]


def test_every_entry_can_be_read() -> None:
    modules = json.loads(snapshot.FILE.read_text("utf-8"))["modules"]
    for module, names in modules.items():
        for name, encoded in names.items():
            entry = snapshot.find(module, name)
            assert entry is not None
            assert entry.encoded() == encoded


@pytest.mark.parametrize("spec", ["torch.optim:AdamW", "torch.optim.AdamW", "torch.nn:Linear"])
def test_serves_without_the_package(bare: Symbols, tmp_path: Path, spec: str) -> None:
    alone = bare.lookup(spec).symbol
    installed = Symbols(tmp_path).lookup(spec).symbol
    assert alone is not None
    assert installed is not None
    assert (alone.module, alone.qualname) == (installed.module, installed.qualname)
    assert alone.signature == installed.signature


def test_what_it_does_not_hold_is_unchecked(bare: Symbols) -> None:
    answer = bare.lookup("torch.optim:FromTheFuture")
    assert answer.unchecked == "torch"
    assert answer.mistake is None
    dotted = bare.lookup("torch.optim.FromTheFuture")
    assert dotted.mistake is not None
    assert dotted.mistake.code == "FGC025"
