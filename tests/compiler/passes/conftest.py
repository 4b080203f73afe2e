"""Configurations as YAML text, read into graphs and resolved in a project folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from fgc.compiler.frontend.rendered import Piece, Rendered
from fgc.compiler.ir.graph import Graph, Scalar
from fgc.compiler.passes.parse import parse
from fgc.compiler.passes.resolve import resolve
from fgc.compiler.symbols.resolution import Resolution


@pytest.fixture(scope="session", autouse=True)
def symbol_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache folder that the tests share, in place of the user's."""
    before = os.environ.get("FGC_CACHE_DIR")
    os.environ["FGC_CACHE_DIR"] = str(tmp_path_factory.mktemp("fgc-cache"))
    yield
    if before is None:
        del os.environ["FGC_CACHE_DIR"]
    else:
        os.environ["FGC_CACHE_DIR"] = before


@pytest.fixture
def graph_of() -> Callable[..., Graph]:
    """The graph of a text, whose file is called ``a.yaml``; keywords are bindings."""

    def graph_of(text: str, **bindings: Scalar) -> Graph:
        text = dedent(text)
        count = len(text.splitlines())
        lines = tuple((Piece(1, "a.yaml", number, 1),) for number in range(1, count + 1))
        return parse(Rendered(text, lines, {"a.yaml": text}, ("a.yaml",)), bindings)

    return graph_of


@pytest.fixture
def resolved(graph_of: Callable[..., Graph], tmp_path: Path) -> Callable[..., Resolution]:
    """The resolution of a text whose specs are all right, in the project `tmp_path`."""

    def resolved(text: str, **bindings: Scalar) -> Resolution:
        graph = graph_of(text, **bindings)
        resolution, found = resolve(graph, project_root=tmp_path, search_path=())
        assert found == ()
        return resolution

    return resolved


@pytest.fixture
def net(tmp_path: Path) -> Path:
    """A module of the project."""
    file = tmp_path / "net.py"
    file.write_text(dedent("""
            from pathlib import Path
            from collections.abc import Callable
            from typing import Any, Literal, Optional
            from torch import Tensor

            class Net:
                def __init__(self, width: int, depth: int = 2, *, bias: bool = False): ...

            def kinds(
                *,
                number: float = 0.0,
                count: int | None = None,
                text: str = "",
                mode: Literal["sum", "mean"] = "sum",
                sizes: list[int] | None = None,
                table: dict[str, float] | None = None,
                anything: Any = None,
                tensor: "Tensor | float" = 0.0,
                implicit: int = None,
                maybe: Optional[int] = None,
                pair: tuple[float, str] = (1.0, ""),
                many: tuple[int, ...] = (),
                plain=1,
            ): ...

            def reads(*, file: Path, more: list[Path] = (), note: str = ""): ...

            def takes_all(*args, **kwargs): ...
            """))
    return file
