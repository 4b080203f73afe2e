"""Look-ups in a folder of their own, with a cache that the tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.symbols.answer import Answer
from fgc.compiler.symbols.cache import SymbolCache
from fgc.compiler.symbols.lookup import Symbols


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> SymbolCache:
    return SymbolCache(tmp_path_factory.mktemp("symbols"))


@pytest.fixture
def lookup(tmp_path: Path, cache: SymbolCache) -> Callable[[str], Answer]:
    """Looks specs up in the project `tmp_path`, whose folder `lib` is a search path."""
    return Symbols(tmp_path, [tmp_path / "lib"], cache=cache).lookup


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a file of the project."""

    def write(path: str, text: str) -> Path:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), "utf-8")
        return file

    return write


@pytest.fixture
def signature(lookup: Callable[[str], Answer]) -> Callable[[str], str | None]:
    """The signature of a spec that is certainly right, as text; None where it is not known."""

    def signature(spec: str) -> str | None:
        answer = lookup(spec)
        assert answer.symbol is not None, answer.mistake
        found = answer.symbol.signature
        return None if found is None else found.text()

    return signature
