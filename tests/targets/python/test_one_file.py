"""Modules as one file: what goes together, in which order, and what does not."""

from __future__ import annotations

import pytest

from fgc.compiler.backend.module_text import module_text
from fgc.compiler.ir.module import Module
from fgc.targets.python.one_file import CannotMergeError, one_file, read_module

MAIN = '''"""The program."""

from pathlib import Path

from runtime.base import Base
from runtime.deep.tools import TABLE
from runtime.deep.tools import twice

SIZE = 2


def build():
    return Base(twice(SIZE), TABLE, Path())
'''
BASE = """import math

from .deep.tools import twice


# Above the class.
class Base:
    def __init__(self, *values):
        self.values = values, math.pi, twice(1)
"""
TOOLS = """TABLE = {"two": 2}


def one():
    return 1


def twice(x):
    return _scale(x) * one()


def _scale(x):
    return x * TABLE["two"]
"""


def modules(**texts: str) -> list[Module]:
    given = {"main": MAIN, "runtime/base": BASE, "runtime/deep/tools": TOOLS} | texts
    return [read_module(f"{path}.py", text) for path, text in given.items() if text]


def test_each_definition_stands_behind_what_it_needs() -> None:
    merged = one_file(modules())
    names = [piece.name for piece in merged.pieces]
    assert names == ["SIZE", "TABLE", "_scale", "one", "twice", "Base", "build"]
    assert merged.docstring == "The program."
    text, _ = module_text(merged)
    assert text.startswith(
        '"""The program."""\n\nimport math\nfrom pathlib import Path\n\nSIZE = 2\n'
    )
    assert "\n\n# Above the class.\nclass Base:" in text
    space: dict[str, object] = {}
    exec(text, space)
    assert space["build"]().values[0][:2] == (4, {"two": 2})  # type: ignore[operator]


@pytest.mark.parametrize(
    "other",
    [
        {"runtime/base": BASE + "\n\ndef one():\n    return 2\n"},
        {"runtime/base": "from cmath import twice\n" + BASE.replace("from .deep.tools", "from x")},
        {
            "main": MAIN.replace("import twice", "import twice as doubled").replace(
                "twice(S", "doubled(S"
            )
        },
        {
            "main": MAIN.replace(
                "from runtime.deep.tools import twice", "from runtime.deep import tools"
            )
        },
        {"runtime/base": BASE.replace("import math", "from math import pi as Path")},
        {"runtime/base": BASE.replace("import math", "from math import pi as SIZE")},
    ],
    ids=["two of one name", "an import of another", "renamed", "a module", "clash", "shadowed"],
)
def test_what_means_two_things_does_not_go_together(other: dict[str, str]) -> None:
    with pytest.raises(CannotMergeError):
        one_file(modules(**other))


def test_definitions_that_need_each_other() -> None:
    tools = "def odd(n):\n    return n and even(n - 1)\n\n\n"
    tools += "def even(n):\n    return not n or odd(n - 1)\n"
    main = "from runtime.tools import even\n\n\ndef build():\n    return even(4)\n"
    merged = one_file([read_module("main.py", main), read_module("runtime/tools.py", tools)])
    assert sorted(piece.name for piece in merged.pieces) == ["build", "even", "odd"]


def test_imports_from_the_future_come_along() -> None:
    given = modules()
    late = Module(given[1].path, None, given[1].imports, given[1].pieces, ("annotations",))
    assert one_file([given[0], late, given[2]]).future == ("annotations",)
