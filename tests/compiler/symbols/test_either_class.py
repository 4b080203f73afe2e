"""A class that branches of a module define differently is either of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiler.cli.real import fgc, written

MODULE = """\
import sys
if sys.maxsize > 1:
    class Net:
        def __init__(self, width): ...
        @classmethod
        def wide(cls): ...
else:
    class Net:
        def __init__(self, height): ...
        @classmethod
        def high(cls, height): ...
class Below(Net): ...
if sys.maxsize > 1:
    class Same:
        def __init__(self, width): ...
else:
    class Same:
        def __init__(self, width): ...
"""


@pytest.mark.parametrize(
    "node",
    [
        "net.py:Net {width: 1}",
        "net.py:Net {height: 1}",
        "net.py:Net.high [1]",
        "net.py:Below {height: 1}",
        "net.py:Same {width: 1}",
    ],
)
def test_what_either_takes_is_no_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node: str
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, {"net.py": MODULE, "config.yaml": f"main: !call:{node}\n"})
    assert "error" not in fgc("check", "config.yaml").stdout


def test_equal_ones_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, {"net.py": MODULE, "config.yaml": "main: !call:net.py:Same {height: 1}\n"})
    assert "FGC021" in fgc("check", "config.yaml").stdout
