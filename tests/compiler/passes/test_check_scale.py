"""The work of checking a large configuration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fgc.compiler.ir.graph import Graph
from fgc.compiler.passes.check import check
from fgc.compiler.passes.resolve import resolve
from fgc.compiler.symbols import reader
from fgc.compiler.symbols.signatures import Signatures

SPECS = (
    "torch.nn:Linear {in_features: 1, out_features: 2}",
    "torch.nn:LSTM {input_size: 1, hidden_size: 2}",
    "torch.optim:AdamW {params: [], lr: 0.1}",
    "transformers:LlamaConfig {hidden_size: 64}",
)
NODES = 2000


def test_each_spec_is_looked_up_once_and_each_file_read_once(
    graph_of: Callable[..., Graph], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two thousand nodes of four classes cost four signatures; with a warm cache no file is
    parsed, and each is opened once."""
    lines = (f"n{i}: !singleton:{SPECS[i % len(SPECS)]}\n" for i in range(NODES))
    graph = graph_of("".join(lines))
    resolve(graph, project_root=tmp_path, search_path=())

    counts = {"parsed": 0, "signatures": 0}
    opened: list[Path] = []
    read, constructor, read_bytes = reader.read, Signatures.constructor, Path.read_bytes

    def counted_read(text: str) -> object:
        counts["parsed"] += 1
        return read(text)

    def counted_constructor(self: Signatures, owner: object) -> object:
        counts["signatures"] += 1
        return constructor(self, owner)  # pyright: ignore[reportArgumentType]

    def counted_read_bytes(path: Path) -> bytes:
        opened.append(path)
        return read_bytes(path)

    monkeypatch.setattr(reader, "read", counted_read)
    monkeypatch.setattr(Signatures, "constructor", counted_constructor)
    monkeypatch.setattr(Path, "read_bytes", counted_read_bytes)
    resolution, found = resolve(graph, project_root=tmp_path, search_path=())
    assert (found, check(resolution)) == ((), ())
    assert len(resolution.symbols) == NODES
    assert counts == {"parsed": 0, "signatures": len(SPECS)}
    assert len(opened) == len(set(opened)) < 40
