"""The cache changes how long an answer takes, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fgc.compiler.symbols import codec, reader
from fgc.compiler.symbols.cache import SymbolCache, cache_folder

TEXT = "from a import b as c\nfrom d import *\n\n@dataclass\nclass E(F):\n    x: int = 1\n"


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_second_reading_is_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = SymbolCache(tmp_path).declarations(TEXT)
    assert len(entries(tmp_path)) == 1

    def unread(text: str) -> None:
        raise AssertionError("it is read again")

    monkeypatch.setattr(reader, "read", unread)
    assert SymbolCache(tmp_path).declarations(TEXT) == first


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"Class", b"Value"),
        lambda data: b"\xff\xfe" + data,
        lambda data: b"{}",
    ],
)
def test_damaged_entry_is_read_from_the_source(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    expected = SymbolCache(tmp_path).declarations(TEXT)
    (entry,) = entries(tmp_path)
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    assert SymbolCache(tmp_path).declarations(TEXT) == expected
    assert entry.read_bytes() == whole


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert SymbolCache(blocked).declarations(TEXT) == reader.read(TEXT)


def test_no_absolute_path_and_no_source_in_an_entry(tmp_path: Path) -> None:
    SymbolCache(tmp_path).declarations(TEXT)
    (entry,) = entries(tmp_path)
    assert str(tmp_path) not in entry.read_text("utf-8")


def test_where_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FGC_CACHE_DIR", "/named")
    assert cache_folder() == Path("/named")
    monkeypatch.delenv("FGC_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "/base")
    assert cache_folder() == Path("/base/fgc")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "fgc"


NAME = st.sampled_from(["a", "b", "C", "_d"])
STATEMENT = st.one_of(
    st.builds("import {0}.{1} as {2}".format, NAME, NAME, NAME),
    st.builds("from .{0} import {1}".format, NAME, NAME),
    st.builds("from {0} import *".format, NAME),
    st.builds("{0} = {1}".format, NAME, st.sampled_from(["1", "b.C", "f(x)", "[1, 2]"])),
    st.builds("def {0}({1}, *, x: int = 1): ...".format, NAME, NAME),
    st.builds("class {0}({1}):\n    x: int = 1\n    def f(self, y): 'Why.'".format, NAME, NAME),
    st.builds("if {0}:\n    import {1}\nelse:\n    {1} = None".format, NAME, NAME),
    st.builds("__all__ = ['{0}']".format, NAME),
    st.builds("del {0}".format, NAME),
)


@given(st.lists(STATEMENT, max_size=8))
def test_declarations_survive_json(statements: list[str]) -> None:
    declared = reader.read("\n".join(statements))
    assert codec.decode(json.loads(json.dumps(codec.encode(declared)))) == declared
